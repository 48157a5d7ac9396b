// The bytes the store is given and the text it answers with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/answer_table.hpp"
#include "server/store/row_binary.hpp"

namespace etappe::store {
namespace {

using namespace std::chrono;

TEST(RowBinary, WritesMoneyExactly) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"0", 0},
      {"129.90", 129'900'000},
      {"-1", -1'000'000},
      {"0.000001", 1},
      {"-0.5", -500'000},
      {"7.", 7'000'000},
      {"999999999999.999999", 999'999'999'999'999'999},
  };
  for (const auto& [text, micros] : cases) {
    if (!event::is_decimal(text)) continue;
    EXPECT_EQ(micros_of(text), micros) << text;
  }
  RowBinary out;
  out.nullable_money("");
  out.nullable_money("0.000258");
  EXPECT_EQ(out.bytes(), std::string("\1\0\2\1\0\0\0\0\0\0", 10));
}

TEST(RowBinary, WritesLengthsAsVarints) {
  const std::pair<std::uint64_t, std::string> cases[] = {{0, std::string(1, '\0')},
                                                         {127, "\x7f"},
                                                         {128, "\x80\x01"},
                                                         {16383, "\xff\x7f"},
                                                         {16384, "\x80\x80\x01"}};
  for (const auto& [count, bytes] : cases) {
    RowBinary out;
    out.count(count);
    EXPECT_EQ(out.bytes(), bytes) << count;
  }
}

TEST(RowBinary, ClampsTimesInsteadOfWrappingThem) {
  RowBinary out;
  out.time(event::TimeMs(-1ms));
  EXPECT_EQ(out.bytes(), std::string(8, '\0'));
  RowBinary days;
  days.day(sys_days(1960y / 1 / 1));
  days.day(sys_days(2300y / 1 / 1));
  days.day(sys_days(1970y / 1 / 3));
  EXPECT_EQ(days.bytes(), std::string("\0\0\xff\xff\2\0", 6));
}

TEST(AnswerTable, KeepsNumbersExact) {
  const auto table =
      read_table(R"json({"meta":[{"name":"a","type":"UInt64"},{"name":"b","type":"Decimal(18, 6)"},
    {"name":"c","type":"Nullable(Float64)"},{"name":"d","type":"LowCardinality(String)"},
    {"name":"e","type":"Array(String)"},{"name":"f","type":"Nullable(UInt64)"}],
    "data":[[18446744073709551615,"129.9",1,"7",["x"],"12"],[-3,null,0.5,"",[],null]],"rows":2})json");
  ASSERT_TRUE(table);
  EXPECT_THAT(table->columns, testing::ElementsAre("a", "b", "c", "d", "e", "f"));
  const std::vector<report::Cell> first{std::string("18446744073709551615"),
                                        std::string("129.9"),
                                        1.0,
                                        std::string("7"),
                                        std::string("[\"x\"]"),
                                        std::int64_t{12}};
  const std::vector<report::Cell> second{std::int64_t{-3}, std::monostate{},  0.5,
                                         std::string(),    std::string("[]"), std::monostate{}};
  EXPECT_EQ(table->rows[0], first);
  EXPECT_EQ(table->rows[1], second);
}

TEST(AnswerTable, RefusesWhatIsNoAnswer) {
  for (const char* text :
       {"", "Ok.", "[]", "{}", R"({"meta":[],"data":{}})", R"({"meta":[{"name":"a"}],"data":[]})",
        R"({"meta":[{"name":"a","type":"Int8"}],"data":[[1,2]]})",
        R"({"meta":[{"name":"a","type":"Int8"}],"data":[1]})"})
    EXPECT_FALSE(read_table(text)) << text;
}

TEST(Parameters, AreEscapedByTheTypeTheyAreReadAs) {
  EXPECT_EQ(parameter_type("SELECT {from: Date}, {list:Array(String)}", "from"), "Date");
  EXPECT_EQ(parameter_type("SELECT {from: Date}, {list:Array(String)}", "list"), "Array(String)");
  EXPECT_EQ(parameter_type("SELECT 1", "list"), "");
  EXPECT_EQ(parameter_text("String", std::string("a\\b\tc\nd\re\0'", 11)), "a\\\\b\\tc\\nd\\re\\0'");
  EXPECT_EQ(parameter_text("Array(String)", R"(['it\'s'])"), R"(['it\'s'])");
}

}  // namespace
}  // namespace etappe::store
