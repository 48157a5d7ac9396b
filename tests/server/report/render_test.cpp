#include "server/report/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/report/questions.hpp"

namespace etappe::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report sample() {
  Report report;
  report.name = "channels";
  report.site.key = "shop";
  report.site.name = "Shop";
  report.site.zone = "Europe/Berlin";
  report.site.currency = "EUR";
  report.period = {*day_from_text("2026-11-01"), *day_from_text("2026-11-02")};
  report.as_of = std::chrono::sys_days{*day_from_text("2026-11-02")} + std::chrono::minutes{605};
  report.grid = {
      {{"name", Unit::text}, {"conversions", Unit::count}, {"rate", Unit::share}, {"value", Unit::money}},
      {{std::string("Prüfung"), std::int64_t{12}, 0.5, std::string("-12.50")},
       {std::string("=1+1"), std::int64_t{3}, Cell(), std::string("0.00")}},
      {{"conversions", std::int64_t{15}}, {"value", std::string("-12.50")}}};
  report.notes = {{NoteCode::session_model, "A note.", {{"count", std::int64_t{2}}}}};
  return report;
}

TEST(Render, csv_fields_that_a_spreadsheet_would_run_are_defused) {
  struct Case {
    std::string_view in;
    std::string_view out;
  };
  for (const auto& [in, out] :
       {Case{"plain", "plain"}, Case{"", ""}, Case{"a,b", "\"a,b\""},
        Case{"say \"hi\"", "\"say \"\"hi\"\"\""}, Case{"=1+1", "'=1+1"}, Case{"+1", "'+1"}, Case{"-1", "'-1"},
        Case{"@x", "'@x"}, Case{"\tx", "'\tx"}, Case{"\rx", "\"'\rx\""}, Case{"=a,b", "\"'=a,b\""},
        Case{"a=b", "a=b"}, Case{"two\nlines", "\"two\nlines\""}})
    EXPECT_EQ(csv_field(in), out) << in;
}

TEST(Render, csv_is_rows_and_nothing_else_and_keeps_numbers_as_numbers) {
  EXPECT_EQ(to_csv(sample()), "name,conversions,rate,value\r\nPrüfung,12,0.5,-12.50\r\n'=1+1,3,,0.00\r\n");
}

TEST(Render, a_table_says_what_it_is_about_and_keeps_its_columns_straight) {
  EXPECT_EQ(to_table(sample()),
            "# channels: Shop, 2026-11-01 to 2026-11-02 (Europe/Berlin), money in EUR\n"
            "# as of 2026-11-02 10:05 UTC\n"
            "name     conversions     rate   value\n"
            "Prüfung           12  50.00 %  -12.50\n"
            "=1+1               3        –    0.00\n"
            "total             15           -12.50\n"
            "note: A note.\n");
}

TEST(Render, a_name_cannot_command_the_terminal) {
  Report report = sample();
  report.grid.rows[0][0] = std::string("\x1b[2Jgone\n");
  EXPECT_THAT(to_table(report), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_table(report), HasSubstr(" [2Jgone "));
}

TEST(Render, json_marks_bytes_that_are_no_text_instead_of_failing) {
  Report report = sample();
  report.grid.rows[0][0] = std::string("bad \xff");
  const auto read = nlohmann::json::parse(to_json(report, Statements::hidden));
  EXPECT_EQ(read["rows"][0][0], "bad \xEF\xBF\xBD");
  EXPECT_EQ(read["as_of"], "2026-11-02T10:05:00Z");
  EXPECT_FALSE(read.contains("sql"));
}

TEST(Change, is_not_shown_where_it_would_say_more_about_chance_than_about_the_site) {
  EXPECT_EQ(change_of(71, 51), Cell(20.0 / 51.0));
  EXPECT_EQ(change_of(0, 10), Cell(-1.0));
  EXPECT_EQ(change_of(10, 1), Cell(9.0));
  EXPECT_EQ(change_of(9, 9), Cell());
  EXPECT_EQ(change_of(50, 0), Cell());
  EXPECT_EQ(share_of(1, 0), Cell());
}

}  // namespace
}  // namespace etappe::report
