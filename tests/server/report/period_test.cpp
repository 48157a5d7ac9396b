#include "server/report/period.hpp"

#include <gtest/gtest.h>

namespace etappe::report {
namespace {

Period period(std::string_view from, std::string_view to) {
  return {*day_from_text(from), *day_from_text(to)};
}

TEST(Period, reads_and_writes_days_that_a_calendar_has) {
  for (const std::string_view day : {"2000-01-01", "2026-11-22", "2024-02-29", "2100-12-31"}) {
    const auto read = day_from_text(day);
    ASSERT_TRUE(read) << day;
    EXPECT_EQ(text_of(*read), day);
  }
  for (const std::string_view text :
       {"", "2026-11-31", "2025-02-29", "1999-12-31", "2101-01-01", "2026-1-01", "2026-11-1", "26-11-2026",
        "2026/11/22", "2026-11-22 ", " 2026-11-22", "2026-11-2x", "+026-11-22"})
    EXPECT_FALSE(day_from_text(text)) << text;
}

TEST(Period, counts_both_ends) {
  EXPECT_EQ(period("2026-11-22", "2026-11-22").days(), 1);
  EXPECT_EQ(period("2026-10-26", "2026-11-22").days(), 28);
  EXPECT_TRUE(period("2026-11-01", "2026-11-02").contains(*day_from_text("2026-11-02")));
  EXPECT_FALSE(period("2026-11-01", "2026-11-02").contains(*day_from_text("2026-11-03")));
}

TEST(Period, is_compared_with_the_same_weekdays_before_it_without_overlap) {
  struct Case {
    int days;
    int shift;
  };
  for (const auto& [days, shift] : {Case{1, 7}, Case{6, 7}, Case{7, 7}, Case{8, 14}, Case{28, 28},
                                    Case{30, 35}, Case{31, 35}, Case{90, 91}, Case{365, 371}}) {
    const Day from = *day_from_text("2026-03-04");
    const Period now{from, from + std::chrono::days{days - 1}};
    ASSERT_EQ(comparison_shift(now), shift) << days;
    const Period before = shifted_back(now, shift);
    EXPECT_LT(before.to, now.from) << days;
    EXPECT_EQ(before.days(), days);
    EXPECT_EQ(std::chrono::weekday{before.from}, std::chrono::weekday{now.from}) << days;
  }
}

}  // namespace
}  // namespace etappe::report
