#include "core/rules/match.hpp"

#include <gtest/gtest.h>

namespace etappe::rules {
namespace {

using layout::kIgnoreCase;
using layout::kNot;
using layout::Operator;

struct MatchCase {
  Operator op;
  std::string_view text, value;
  bool same_case, ignoring_case;
};

TEST(Match, ComparesAsTheFormatDocumentSays) {
  const MatchCase cases[] = {
      {Operator::equals, "", "", true, true},
      {Operator::equals, "a", "", false, false},
      {Operator::equals, "", "a", false, false},
      {Operator::equals, "abc", "abc", true, true},
      {Operator::equals, "abc", "abcd", false, false},
      {Operator::equals, "ABC", "abc", false, true},
      {Operator::contains, "", "", true, true},
      {Operator::contains, "abc", "", true, true},
      {Operator::contains, "abc", "b", true, true},
      {Operator::contains, "abc", "c", true, true},
      {Operator::contains, "abc", "abc", true, true},
      {Operator::contains, "abc", "ac", false, false},
      {Operator::contains, "aab", "ab", true, true},
      {Operator::contains, "xABCx", "bC", false, true},
      {Operator::starts_with, "/danke/1", "/danke", true, true},
      {Operator::starts_with, "/Danke/1", "/danke", false, true},
      {Operator::starts_with, "/dan", "/danke", false, false},
      {Operator::starts_with, "", "", true, true},
      {Operator::ends_with, "a.pdf", ".pdf", true, true},
      {Operator::ends_with, "a.PDF", ".pdf", false, true},
      {Operator::ends_with, "pdf", ".pdf", false, false},
      {Operator::ends_with, "a.pdf.", ".pdf", false, false},
      {Operator::equals, "\xC3\x84\xC3\x96\xC3\x9C", "\xC3\xA4\xC3\xB6\xC3\xBC", false, true},  // ÄÖÜ äöü
      {Operator::contains,
       "STRA\xC3\x9F"
       "E",
       "\xC3\x9F", true, true},                                  // ß
      {Operator::equals, "\xC3\x97", "\xC3\xB7", false, false},  // × ÷
      {Operator::equals, "\xC3\x9F", "\xC3\xBF", false, false},  // ß ÿ
      {Operator::equals, "\xC4\x84", "\xC4\xA4", false, false},  // Ą Ĥ
      {Operator::equals, "@[`{", "`{@[", false, false},
  };
  for (const MatchCase& c : cases) {
    EXPECT_EQ(matches(c.op, 0, c.text, c.value), c.same_case) << c.text << " / " << c.value;
    EXPECT_EQ(matches(c.op, kIgnoreCase, c.text, c.value), c.ignoring_case) << c.text << " / " << c.value;
    EXPECT_EQ(matches(c.op, kNot, c.text, c.value), !c.same_case) << c.text << " / " << c.value;
    EXPECT_EQ(matches(c.op, kNot | kIgnoreCase, c.text, c.value), !c.ignoring_case)
        << c.text << " / " << c.value;
  }
}

}  // namespace
}  // namespace etappe::rules
