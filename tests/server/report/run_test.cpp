// run() against a source that fails or answers nonsense: a report is whole, or there is none.
#include <gtest/gtest.h>

#include "server/report/report.hpp"

namespace etappe::report {
namespace {

class Stub final : public Source {
 public:
  Result<Table, SourceError> ask(const Question&) override {
    if (++asked == failing_at) return fail(error);
    return table;
  }
  Result<void, SourceError> pour(const Question&, Format,
                                 const std::function<bool(std::string_view)>&) override {
    return fail(error);
  }
  int asked = 0;
  int failing_at = 1;
  SourceError error = SourceError::unreachable;
  Table table;
};

Ask ask(std::string name) {
  Ask made;
  made.name = std::move(name);
  made.period = {*day_from_text("2026-11-01"), *day_from_text("2026-11-02")};
  made.as_of = std::chrono::sys_days{*day_from_text("2026-11-02")};
  return made;
}

TEST(Run, after_a_failure_nothing_more_is_asked_and_the_reason_is_passed_on) {
  struct Case {
    SourceError error;
    Refusal refusal;
  };
  for (const auto& [error, refusal] :
       {Case{SourceError::unreachable, Refusal::engine_unavailable},
        Case{SourceError::too_slow, Refusal::too_slow}, Case{SourceError::refused, Refusal::engine_refused}})
    for (const auto name : report_names()) {
      Stub source;
      source.error = error;
      Site site;
      site.funnels = {{"f", "F", 1, {{"a", EventMatch{"a"}}, {"b", EventMatch{"b"}}}}};
      const auto found = run(source, site, ask(std::string(name)));
      ASSERT_FALSE(found) << name;
      EXPECT_EQ(found.error(), refusal) << name;
      EXPECT_EQ(source.asked, 1) << name;
    }
}

TEST(Run, an_answer_of_another_shape_is_no_report) {
  const std::vector<std::vector<std::vector<Cell>>> answers{
      {{std::string("2026-11-02")}},                                         // too few cells
      {{std::string("soon"), std::string("x"), std::string("2026-11-01")}},  // no day
      {{std::int64_t{1}, std::string("x"), std::string("2026-11-01")}},      // a number for a text
      {{std::string("2026-11-02"), std::string("2026-10-26 00:00:00"),
        std::string("2026-11-01")}}};  // no counts later
  for (const auto& rows : answers) {
    Stub source;
    source.failing_at = 0;
    source.table.rows = rows;
    const auto found = run(source, Site{}, ask("overview"));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error(), Refusal::bad_answer);
  }
}

TEST(Run, knows_its_reports_by_name) {
  Stub source;
  EXPECT_EQ(run(source, Site{}, ask("attribution")).error(), Refusal::unknown_report);
  EXPECT_EQ(source.asked, 0);
}

}  // namespace
}  // namespace etappe::report
