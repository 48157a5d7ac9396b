#include "core/rules/number.hpp"

#include <gtest/gtest.h>

#include <string>

namespace etappe::rules {
namespace {

TEST(Number, IsWhatJavaScriptMakesOfDecimalText) {
  const std::pair<std::string_view, double> cases[] = {{"0", 0},
                                                       {"7", 7},
                                                       {"-7", -7},
                                                       {"+7", 7},
                                                       {"10.0", 10},
                                                       {"0.5", 0.5},
                                                       {".5", 0.5},
                                                       {"5.", 5},
                                                       {"", 0},
                                                       {"  ", 0},
                                                       {" 12\n", 12},
                                                       {"1e3", 1000},
                                                       {"1.5E+2", 150},
                                                       {"25e-1", 2.5},
                                                       {"007", 7},
                                                       {"129.90", 129.9},
                                                       {"-0.25", -.25},
                                                       {"1e400", 1.0 / 0.0},
                                                       {"1e-999999999999", 0},
                                                       {"999999999999999", 999999999999999.0}};
  for (const auto& [text, number] : cases) {
    const auto read = read_number(text);
    ASSERT_TRUE(read) << text;
    EXPECT_DOUBLE_EQ(*read, number) << text;
  }
}

TEST(Number, IsNothingElse) {
  for (const std::string_view text :
       {"5,00", "1.2.3", "0x10", "Infinity", "NaN", "e3", "1e", "1e+", "--1", "1 2", ".", "-", "12px",
        "\xC2\xA0"
        "1"})
    EXPECT_FALSE(read_number(text)) << text;
}

}  // namespace
}  // namespace etappe::rules
