#include "server/report/money.hpp"

#include <gtest/gtest.h>

namespace etappe::report {
namespace {

TEST(Money, is_written_with_two_decimals_at_least_and_six_at_most) {
  struct Case {
    std::string_view in;
    std::string_view out;
  };
  for (const auto& [in, out] :
       {Case{"0", "0.00"}, Case{"7", "7.00"}, Case{"129.9", "129.90"}, Case{"129.90", "129.90"},
        Case{"0.000001", "0.000001"}, Case{"-0.5", "-0.50"}, Case{"1.230000", "1.23"},
        Case{"10.100", "10.10"}, Case{"999999999999.999999", "999999999999.999999"},
        Case{"123456789012345678901234", "123456789012345678901234.00"}}) {
    const auto money = Money::from_text(in);
    ASSERT_TRUE(money) << in;
    EXPECT_EQ(money->text(), out) << in;
  }
}

TEST(Money, refuses_what_is_no_exact_amount) {
  for (const std::string_view text : {"", "-", ".", ".5", "1.", "1e3", "1,5", " 1", "1 ", "--1", "0.0000001",
                                      "nan", "1234567890123456789012345", "1.2.3"})
    EXPECT_FALSE(Money::from_text(text)) << text;
}

TEST(Money, adds_without_losing_a_cent) {
  Money sum;
  for (int i = 0; i < 1'000'000; ++i) sum += *Money::from_text("0.1");
  EXPECT_EQ(sum.text(), "100000.00");
  sum += *Money::from_text("-100000.000001");
  EXPECT_EQ(sum.text(), "-0.000001");
}

TEST(Money, per_count_rounds_to_the_nearest_millionth_halves_away_from_zero) {
  struct Case {
    std::string_view sum;
    std::int64_t count;
    std::string_view each;
  };
  for (const auto& [sum, count, each] :
       {Case{"10", 4, "2.50"}, Case{"1", 3, "0.333333"}, Case{"2", 3, "0.666667"},
        Case{"0.000001", 2, "0.000001"}, Case{"-0.000001", 2, "-0.000001"}, Case{"0.000001", 3, "0.00"},
        Case{"-2", 3, "-0.666667"}, Case{"5", 1, "5.00"}})
    EXPECT_EQ(Money::from_text(sum)->per(count).text(), each) << sum << " / " << count;
}

}  // namespace
}  // namespace etappe::report
