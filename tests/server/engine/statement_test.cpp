#include "server/engine/statement.hpp"

#include <gtest/gtest.h>

#include "server/engine/chdb.hpp"

namespace etappe::engine {
namespace {

struct Case {
  const char* query;
  const char* body;
  const char* head;
  const char* settings;
  const char* format;
  const char* data;
};

TEST(Statement, TakesTheRowsOutOfAnInsert) {
  const Case cases[] = {
      {"INSERT INTO t FORMAT RowBinary", "a\n\nb;", "INSERT INTO t ", "", "RowBinary", "a\n\nb;"},
      {"", "INSERT INTO t FORMAT CSV\n1,2\n", "INSERT INTO t ", "", "CSV", "1,2\n"},
      {"", "insert into t format JSONEachRow {\"a\":1}", "insert into t ", "", "JSONEachRow", "{\"a\":1}"},
      {"INSERT INTO t (`format`, b) FORMAT TSV", "1", "INSERT INTO t (`format`, b) ", "", "TSV", "1"},
      {"INSERT INTO t (format) FORMAT TSV", "1", "INSERT INTO t (format) ", "", "TSV", "1"},
      {"INSERT INTO t SETTINGS a = 'FORMAT x' FORMAT TSV", "1", "INSERT INTO t ", "SETTINGS a = 'FORMAT x' ",
       "TSV", "1"},
      {"INSERT INTO t FORMAT TSV 1", "2", "INSERT INTO t ", "", "TSV", "1\n2"},
      {"INSERT INTO t FORMAT TSV", "", "INSERT INTO t ", "", "TSV", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.query) + " | " + c.body);
    const auto statement = read_statement(c.query, c.body);
    ASSERT_TRUE(statement);
    EXPECT_EQ(statement->kind, Statement::Kind::insert_data);
    EXPECT_EQ(statement->effect, Statement::Effect::writes);
    EXPECT_EQ(statement->head, c.head);
    EXPECT_EQ(statement->settings, c.settings);
    EXPECT_EQ(statement->format, c.format);
    EXPECT_EQ(statement->data, c.data);
  }
}

TEST(Statement, LeavesOtherStatementsAsTheyAre) {
  const std::string cases[] = {"SELECT 1",
                               "SELECT ';' AS a, \"b;c\", `d;`, $x$ ; $x$ FORMAT JSON",
                               "SELECT 1 -- ; no statement\n + 2",
                               "/* ; */ SELECT 'it''s; fine'",
                               "INSERT INTO t VALUES ('a;b'), ('FORMAT CSV')",
                               "INSERT INTO t SELECT 1 FORMAT TSV",
                               "CREATE TABLE outfiles (a String) ENGINE = Memory"};
  for (const std::string& text : cases) {
    SCOPED_TRACE(text);
    for (const auto& statement : {read_statement(text, ""), read_statement("", text)}) {
      ASSERT_TRUE(statement);
      EXPECT_EQ(statement->kind, Statement::Kind::plain);
      EXPECT_EQ(statement->head, text);
    }
  }
  EXPECT_EQ(read_statement("SELECT 1 ;  ", "")->head, "SELECT 1 ");
  EXPECT_EQ(read_statement("SELECT 1 FORMAT JSON", "")->format, "JSON");
  EXPECT_EQ(read_statement("SELECT 1,", "2")->head, "SELECT 1,\n2");
}

TEST(Statement, KnowsWhatOnlyReads) {
  for (const char* text :
       {"SELECT 1", "with 1 as x select x", "SHOW TABLES", "(SELECT 1)", "EXPLAIN SELECT 1"})
    EXPECT_EQ(read_statement(text, "")->effect, Statement::Effect::reads) << text;
  for (const char* text :
       {"CREATE TABLE a (b Int8)", "INSERT INTO a VALUES (1)", "OPTIMIZE TABLE a", "SYSTEM FLUSH LOGS"})
    EXPECT_EQ(read_statement(text, "")->effect, Statement::Effect::writes) << text;
}

TEST(Statement, RefusesWhatAServerRefuses) {
  const std::pair<const char*, StatementError> cases[] = {
      {"", StatementError::empty},
      {" -- nothing", StatementError::empty},
      {"SELECT 1; SELECT 2", StatementError::several_statements},
      {"SELECT 1;\n/* */ DROP TABLE t", StatementError::several_statements},
      {"SELECT 1 INTO OUTFILE '/tmp/x'", StatementError::file_access},
      {"INSERT INTO t FROM INFILE '/etc/passwd' FORMAT LineAsString", StatementError::file_access},
      {"SELECT (1 into Outfile '/tmp/x')", StatementError::file_access},
      {"SELECT 'abc", StatementError::unterminated},
      {"SELECT 1 /* abc", StatementError::unterminated},
  };
  for (const auto& [text, error] : cases) {
    const auto statement = read_statement(text, "");
    ASSERT_FALSE(statement) << text;
    EXPECT_EQ(statement.error(), error) << text;
  }
  EXPECT_EQ(read_statement("SELECT 1;", "SELECT 2").error(), StatementError::several_statements);
}

TEST(Version, IsAcceptedInTheTestedRangeOnly) {
  for (const char* version : {"26.5.1.1", "26.5", "26.12.3"}) EXPECT_TRUE(is_supported(version)) << version;
  for (const char* version : {"26.4.9.9", "25.8.1.1", "27.1.0.0", "26", "", "abc", "-26.5"})
    EXPECT_FALSE(is_supported(version)) << version;
}

}  // namespace
}  // namespace etappe::engine
