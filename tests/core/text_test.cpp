#include <gtest/gtest.h>

#include <string>

#include "core/event/event.hpp"

namespace etappe::event {
namespace {

TEST(Uuid, ReadsEitherCaseAndWritesLowerCase) {
  const auto uuid = parse_uuid("01890A5D-ac96-774B-bcce-b302099A8057");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->bytes[0], 0x01);
  EXPECT_EQ(uuid->bytes[15], 0x57);
  std::array<char, 36> text{};
  write_uuid(*uuid, text);
  EXPECT_EQ(std::string_view(text.data(), text.size()), "01890a5d-ac96-774b-bcce-b302099a8057");
}

TEST(Uuid, AnythingButThirtySixWellPlacedCharactersIsNoUuid) {
  const std::string good = "01890a5d-ac96-774b-bcce-b302099a8057";
  ASSERT_TRUE(parse_uuid(good));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(parse_uuid(good.substr(0, length))) << length;
  }
  EXPECT_FALSE(parse_uuid(good + "0"));
  EXPECT_FALSE(parse_uuid("{" + good + "}"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char wrong : {'g', '/', ':', '@', '`', ' ', '\0'}) {
      std::string text = good;
      text[at] = wrong;
      EXPECT_FALSE(parse_uuid(text)) << text;
    }
  }
  EXPECT_FALSE(parse_uuid("01890a5d0ac96-774b-bcce-b302099a8057"));
  EXPECT_FALSE(parse_uuid("01890a5-dac96-774b-bcce-b302099a8057"));
}

struct TextCase {
  std::string text;
  bool good;
};

TEST(Utf8, FollowsTheTableOfTheUnicodeStandard) {
  using std::string_literals::operator""s;
  const TextCase cases[] = {
      {"", true},
      {"plain", true},
      {"\0"s, true},
      {"\x7F", true},
      {"\xC2\x80", true},          // U+0080
      {"\xDF\xBF", true},          // U+07FF
      {"\xE0\xA0\x80", true},      // U+0800
      {"\xED\x9F\xBF", true},      // U+D7FF
      {"\xEE\x80\x80", true},      // U+E000
      {"\xEF\xBF\xBF", true},      // U+FFFF
      {"\xF0\x90\x80\x80", true},  // U+10000
      {"\xF4\x8F\xBF\xBF", true},  // U+10FFFF
      {"\x80", false},             // a continuation alone
      {"\xBF", false},
      {"\xC0\x80", false},          // overlong U+0000
      {"\xC1\xBF", false},          // overlong U+007F
      {"\xE0\x9F\xBF", false},      // overlong U+07FF
      {"\xF0\x8F\xBF\xBF", false},  // overlong U+FFFF
      {"\xED\xA0\x80", false},      // surrogate U+D800
      {"\xED\xBF\xBF", false},      // surrogate U+DFFF
      {"\xF4\x90\x80\x80", false},  // U+110000
      {"\xF5\x80\x80\x80", false},
      {"\xFF", false},
      {"\xC3", false},  // cut short
      {"\xE2\x82", false},
      {"\xF0\x9F\x98", false},
      {"\xC3\xC3", false},  // second byte out of range
      {"\xE2\x82\x41", false},
      {"\xF0\x9F\x98\xC0", false},
  };
  for (const TextCase& c : cases) {
    // Every alignment within and across the eight bytes that are looked at together.
    for (std::size_t before = 0; before <= 9; ++before) {
      for (const std::size_t after : {0U, 1U, 9U}) {
        const std::string text = std::string(before, 'a') + c.text + std::string(after, 'z');
        EXPECT_EQ(is_utf8(text), c.good) << testing::PrintToString(text);
      }
    }
  }
}

TEST(Decimal, HasOneToTwelveDigitsAndAtMostSixAfterThePoint) {
  const TextCase cases[] = {
      {"0", true},
      {"-0", true},
      {"129.90", true},
      {"-1.5", true},
      {"007", true},
      {"999999999999.999999", true},
      {"-999999999999.999999", true},
      {"", false},
      {"-", false},
      {".", false},
      {".5", false},
      {"5.", false},
      {"-.5", false},
      {"+1", false},
      {"--1", false},
      {"1e3", false},
      {"1,5", false},
      {" 1", false},
      {"1 ", false},
      {"1.2.3", false},
      {"1234567890123", false},
      {"1.1234567", false},
      {"0x10", false},
      {"NaN", false},
      {"\xD9\xA1", false},  // ARABIC-INDIC DIGIT ONE
  };
  for (const TextCase& c : cases) EXPECT_EQ(is_decimal(c.text), c.good) << c.text;
}

}  // namespace
}  // namespace etappe::event
