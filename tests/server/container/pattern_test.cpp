// Patterns: compiled here and run by core/rules, beside RE2 as the judge.
#include "server/container/pattern.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <string>
#include <vector>

#include "core/rules/pattern.hpp"

namespace etappe::container {
namespace {

bool ours(std::string_view program, const std::string& text, bool whole) {
  return rules::pattern_found(program, text, whole);
}

/// Both judge every text, anywhere in it and as a whole.
void agrees(const std::string& pattern, const std::vector<std::string>& texts, bool ignore_case = false) {
  const auto program = compile_pattern(pattern, ignore_case);
  ASSERT_TRUE(program) << pattern << ' ' << program.error();
  ASSERT_TRUE(rules::is_pattern(*program)) << pattern;
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_case_sensitive(!ignore_case);
  const re2::RE2 judge(pattern, options);
  for (const std::string& text : texts) {
    EXPECT_EQ(ours(*program, text, false), re2::RE2::PartialMatch(text, judge)) << pattern << " in " << text;
    EXPECT_EQ(ours(*program, text, true), re2::RE2::FullMatch(text, judge)) << pattern << " is " << text;
  }
}

const std::vector<std::string> kTexts = {"",
                                         "a",
                                         "b",
                                         "ab",
                                         "ba",
                                         "aab",
                                         "abb",
                                         "abc",
                                         "A",
                                         "aB",
                                         "0",
                                         "10",
                                         "a1",
                                         "a-1",
                                         "a_1",
                                         "a b",
                                         " a",
                                         "a\n",
                                         "a\nb",
                                         "/danke",
                                         "/danke/",
                                         "/DANKE",
                                         "/en/danke",
                                         "danke.html",
                                         "ä",
                                         "Ä",
                                         "äb",
                                         "€",
                                         "a€b",
                                         "\xF0\x9F\x98\x80",
                                         "x\xF0\x9F\x98\x80y",
                                         "ß",
                                         "é",
                                         "\xC3\x97",
                                         "\xC3\xB7",
                                         "aaaaaaaaaa",
                                         "[a]",
                                         "a.b",
                                         "a+b",
                                         "^$",
                                         "foo bar",
                                         "foobar",
                                         "2026-11-27",
                                         "SKU-0042",
                                         "sku-42",
                                         "a@b.de",
                                         "?a=1&b=2",
                                         "\t"};

TEST(Pattern, FindsWhatRe2Finds) {
  for (const std::string pattern : {"",
                                    "a",
                                    "ab",
                                    "a|b",
                                    "^a",
                                    "a$",
                                    "^a$",
                                    "^$",
                                    "a*",
                                    "a+",
                                    "a?b",
                                    "(ab)+",
                                    "(?:ab|ba)+",
                                    "a{2}",
                                    "a{2,}",
                                    "a{1,2}b",
                                    "a{0,1}",
                                    ".",
                                    "..",
                                    "^.$",
                                    "^..$",
                                    ".*",
                                    "a.b",
                                    "[ab]",
                                    "[^ab]",
                                    "^[^ab]$",
                                    "[a-c]+$",
                                    "[-a]",
                                    "[a-]",
                                    "[]a]",
                                    "[^]a]",
                                    "[\\d-]",
                                    "\\d+",
                                    "^\\d{4}-\\d\\d-\\d\\d$",
                                    "\\D",
                                    "\\w+",
                                    "^\\w+$",
                                    "\\W",
                                    "\\s",
                                    "\\S+\\s\\S+",
                                    "\\bbar\\b",
                                    "\\bfoo",
                                    "o\\b",
                                    "\\Bbar",
                                    "\\.html$",
                                    "\\/danke\\/?$",
                                    "^/(?:en/)?danke/?$",
                                    "a\\+b",
                                    "\\[a\\]",
                                    "\\^\\$",
                                    "€",
                                    "[€]",
                                    "[ä-ü]",
                                    "[^€]",
                                    "^[^€]+$",
                                    "[\\x{1F600}-\\x{1F64F}]",
                                    "\\x61",
                                    "\\x{20AC}",
                                    "[[:alpha:]]+",
                                    "[[:^digit:]]",
                                    "[[:punct:]]",
                                    "(a|ab)(c|bcd)?",
                                    "(a*)*",
                                    "(a*)+b",
                                    "(|a)b",
                                    "a||b",
                                    "x*?y",
                                    "a{2}?",
                                    "{",
                                    "a{",
                                    "a{x}",
                                    "a{,2}",
                                    "(?P<year>\\d{4})",
                                    "(?i)danke",
                                    "\\t",
                                    "\\n",
                                    "SKU-0*(\\d+)",
                                    "^(?:[^?#]*)\\?",
                                    "[a-z]+@[a-z]+\\.[a-z]{2,}",
                                    "\\Aab\\z",
                                    "(a|b|ab|ba|aab)*abb"}) {
    agrees(pattern, kTexts);
  }
}

TEST(Pattern, FoldsTheCaseOfAsciiAndLatinLetters) {
  for (const std::string pattern : {"danke", "[a-c]+", "^[^a]$", "ä", "[à-þ]", "^[^ä]$", "\xC3\x97", "A1"})
    agrees(pattern, kTexts, true);
}

TEST(Pattern, AgreesOnPatternsThatNobodyWouldWrite) {
  const std::string_view kPieces[] = {"a", "b", "ä", ".", "\\d",   "\\w", "[ab]", "[^a]", "(",   ")",
                                      "|", "*", "+", "?", "{1,3}", "^",   "$",    "\\b",  "(?:", "-"};
  std::mt19937 random(7);
  const auto draw = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  std::size_t tried = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string pattern;
    for (std::size_t left = 1 + draw(9); left > 0; --left) pattern += kPieces[draw(std::size(kPieces))];
    if (!re2::RE2(pattern, re2::RE2::Quiet).ok() || !compile_pattern(pattern, false)) continue;
    agrees(pattern, {"", "a", "ab", "ba1", "äa", "b-a", "aaab", "1"});
    ++tried;
    if (HasFailure()) return;
  }
  EXPECT_GT(tried, 500U);
}

TEST(Pattern, TakesTimeLinearInTheText) {
  // Backtracking would need 2^n steps for each of these; n of 2,000 would never end.
  const std::string text(2000, 'a');
  for (const std::string pattern : {"(a+)+$b", "(a|aa)+b", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)b"}) {
    const auto program = compile_pattern(pattern, false);
    ASSERT_TRUE(program);
    EXPECT_FALSE(rules::pattern_found(*program, text));
  }
}

TEST(Pattern, RefusesWithAReason) {
  const std::pair<std::string, std::string_view> cases[] = {{"(?=a)", "look-around"},
                                                            {"(a)\\1", "back-references"},
                                                            {"(", "missing )"},
                                                            {"a**", "bad repetition"},
                                                            {"[b-a]", "range"},
                                                            {"\\pL", "\\p"},
                                                            {"(?s).", "(?:"},
                                                            {"a{600}", "instructions"},
                                                            {std::string(257, 'a'), "257 bytes"},
                                                            {"(((a{9}){9}){9})", "instructions"}};
  for (const auto& [pattern, reason] : cases) {
    const auto program = compile_pattern(pattern, false);
    ASSERT_FALSE(program) << pattern;
    EXPECT_NE(program.error().find(reason), std::string::npos) << pattern << ": " << program.error();
  }
}

TEST(Pattern, IsRefusedWhereItIsDamaged) {
  const std::string program = *compile_pattern("^(a|[bß])+x?$", false);
  ASSERT_TRUE(rules::is_pattern(program));
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = program;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    if (rules::is_pattern(damaged))
      static_cast<void>(rules::pattern_found(damaged, "abßx"));  // within its bounds
  }
  EXPECT_FALSE(rules::is_pattern(""));
  EXPECT_FALSE(rules::is_pattern("\1"));
  EXPECT_FALSE(rules::is_pattern(std::string_view("\0\0", 2)));
}

}  // namespace
}  // namespace etappe::container
