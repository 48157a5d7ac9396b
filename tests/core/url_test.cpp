#include "core/url/url.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace etappe::url {
namespace {

struct SplitCase {
  std::string_view text, scheme, host, port, path, query, fragment;
};

TEST(UrlSplit, TakesAnAddressApartWithoutChangingAByte) {
  const SplitCase cases[] = {
      {"https://user@shop.example:8443/p/a;x?utm_source=n&q=%C3%A4#part?awc=1", "https", "shop.example",
       "8443", "/p/a;x", "utm_source=n&q=%C3%A4", "part?awc=1"},
      {"http://a", "http", "a", "", "", "", ""},
      {"HTTPS://Shop.Example/", "HTTPS", "Shop.Example", "", "/", "", ""},
      {"https://a?q", "https", "a", "", "", "q", ""},
      {"https://a#f", "https", "a", "", "", "", "f"},
      {"https://a/?#", "https", "a", "", "/", "", ""},
      {"https://a/#f?not=query", "https", "a", "", "/", "", "f?not=query"},
      {"https://a/?x=?y", "https", "a", "", "/", "x=?y", ""},
      {"https://a/?x#y#z", "https", "a", "", "/", "x", "y#z"},
      {"https://a:/", "https", "a", "", "/", "", ""},
      {"https://a:65535/", "https", "a", "65535", "/", "", ""},
      {"https://[2001:db8::1]:8080/x", "https", "[2001:db8::1]", "8080", "/x", "", ""},
      {"https://[::1]", "https", "[::1]", "", "", "", ""},
      {"https://u:p@a@b:1/", "https", "b", "1", "/", "", ""},
      {"https://a/@b:c", "https", "a", "", "/@b:c", "", ""},
      {"https://m\xC3\xBCller.example/", "https", "m\xC3\xBCller.example", "", "/", "", ""},
      {"https://a/\\b", "https", "a", "", "/\\b", "", ""},
  };
  for (const SplitCase& c : cases) {
    const auto url = split(c.text);
    ASSERT_TRUE(url) << c.text;
    EXPECT_EQ(url->scheme, c.scheme) << c.text;
    EXPECT_EQ(url->host, c.host) << c.text;
    EXPECT_EQ(url->port, c.port) << c.text;
    EXPECT_EQ(url->path, c.path) << c.text;
    EXPECT_EQ(url->query, c.query) << c.text;
    EXPECT_EQ(url->fragment, c.fragment) << c.text;
  }
}

TEST(UrlSplit, SaysWhyItCannotTakeATextApart) {
  const std::pair<std::string_view, Error> cases[] = {
      {"", Error::empty},
      {"a", Error::no_scheme},
      {"/a:b", Error::no_scheme},
      {"?a:b", Error::no_scheme},
      {":", Error::no_scheme},
      {"://a", Error::no_scheme},
      {" https://a", Error::not_http},
      {"ftp://a", Error::not_http},
      {"javascript:alert(1)", Error::not_http},
      {"httpx://a", Error::not_http},
      {"https:", Error::no_host},
      {"https:/a", Error::no_host},
      {"https://", Error::no_host},
      {"https:///a", Error::no_host},
      {"https://:80", Error::no_host},
      {"https://u@", Error::no_host},
      {"https://u@/x", Error::no_host},
      {"https://evil.example\\@shop.example/", Error::bad_host},
      {"https://shop.example\\.evil.example/", Error::bad_host},
      {"https://a b/", Error::bad_host},
      {"https://a\tb/", Error::bad_host},
      {"https://a<b/", Error::bad_host},
      {"https://[::1", Error::bad_host},
      {"https://a:65536/", Error::bad_port},
      {"https://a:99999999999999999999/", Error::bad_port},
      {"https://a:8o/", Error::bad_port},
      {"https://a:80:80/", Error::bad_port},
      {"https://a:-1/", Error::bad_port},
      {"https://[::1]x/", Error::bad_port},
  };
  for (const auto& [text, error] : cases) {
    const auto url = split(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error(), error) << text << ": " << name_of(url.error());
  }
}

std::vector<std::pair<std::string, std::string>> params_of(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> params;
  QueryReader reader(query);
  while (const auto param = reader.next()) params.emplace_back(param->name, param->value);
  return params;
}

TEST(QueryReader, WalksParametersInTheirOrderAsWritten) {
  using Params = std::vector<std::pair<std::string, std::string>>;
  const std::pair<std::string_view, Params> cases[] = {
      {"", {}},
      {"&", {}},
      {"&&&", {}},
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"=b", {{"", "b"}}},
      {"=", {{"", ""}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
      {"&a=1&&b=2&", {{"a", "1"}, {"b", "2"}}},
      {"a=1;b=2", {{"a", "1"}, {"b", "2"}}},
      {"a=1;2&b=3", {{"a", "1;2"}, {"b", "3"}}},
      {"a=%26&b=+", {{"a", "%26"}, {"b", "+"}}},
      {"a=1&a=2", {{"a", "1"}, {"a", "2"}}},
  };
  for (const auto& [query, params] : cases) EXPECT_EQ(params_of(query), params) << query;
}

TEST(FindParam, ReturnsTheFirstOfThatNameUndecoded) {
  constexpr std::string_view kQuery = "a=1&%62=%41&c&A=upper&a=2&d%zz=4&%C3%A4=5";
  EXPECT_EQ(find_param(kQuery, "a"), "1");
  EXPECT_EQ(find_param(kQuery, "b"), "%41");
  EXPECT_EQ(find_param(kQuery, "c"), "");
  EXPECT_EQ(find_param(kQuery, "A"), "upper");
  EXPECT_EQ(find_param(kQuery, "d%zz"), "4");
  EXPECT_EQ(find_param(kQuery, "\xC3\xA4"), "5");
  EXPECT_EQ(find_param(kQuery, "B"), std::nullopt);
  EXPECT_EQ(find_param(kQuery, "aa"), std::nullopt);
  EXPECT_EQ(find_param(kQuery, ""), std::nullopt);
  EXPECT_EQ(find_param("", "a"), std::nullopt);
}

TEST(FragmentQuery, IsWhatFollowsAQuestionMarkOrElseAllOfIt) {
  EXPECT_EQ(fragment_query("awc=1"), "awc=1");
  EXPECT_EQ(fragment_query("/cart?awc=1"), "awc=1");
  EXPECT_EQ(fragment_query("/cart?a=1?b"), "a=1?b");
  EXPECT_EQ(fragment_query(""), "");
  EXPECT_EQ(fragment_query("?"), "");
}

TEST(Decode, DecodesOnceAndLeavesBrokenEscapesAlone) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},         {"a+b", "a b"},       {"%20", " "}, {"%C3%A4", "\xC3\xA4"}, {"%c3%a4", "\xC3\xA4"},
      {"%2541", "%41"}, {"%", "%"},           {"%4", "%4"}, {"%zz", "%zz"},         {"%4g", "%4g"},
      {"%%41", "%A"},   {"100%+x", "100% x"}, {"%2B", "+"},
  };
  std::array<char, 32> out{};
  for (const auto& [encoded, text] : cases) EXPECT_EQ(decode(encoded, out), text) << encoded;
}

TEST(Decode, CutsAtTheLastWholeCharacterThatFits) {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";  // 1, 2, 3 and 4 bytes
  const std::size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t room = 0; room <= 11; ++room) {
    std::vector<char> out(room);
    EXPECT_EQ(decode(text, out), text.substr(0, whole[room])) << room;
  }
}

TEST(DecodesTo, ComparesDecodedTextIgnoringAsciiCase) {
  EXPECT_TRUE(decodes_to_ignoring_case("utm%5Fsource", "utm_source"));
  EXPECT_TRUE(decodes_to_ignoring_case("UTM_Source", "utm_source"));
  EXPECT_TRUE(decodes_to_ignoring_case("", ""));
  EXPECT_FALSE(decodes_to_ignoring_case("utm_sourc", "utm_source"));
  EXPECT_FALSE(decodes_to_ignoring_case("utm_sources", "utm_source"));
  EXPECT_FALSE(decodes_to_ignoring_case("utm%255Fsource", "utm_source"));
}

TEST(EqualIgnoringCase, FoldsAsciiLettersOnly) {
  EXPECT_TRUE(equal_ignoring_case("AbZ-09", "aBz-09"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("\xC3\x84", "\xC3\xA4"));
}

TEST(HostMatches, ADomainAndItsSubdomainsAndNothingElse) {
  const std::tuple<std::string_view, std::string_view, bool> cases[] = {
      {"shop.example", "shop.example", true},
      {"www.shop.example", "shop.example", true},
      {"a.b.shop.example", "shop.example", true},
      {"SHOP.Example", "shop.example", true},
      {"shop.example.", "shop.example", true},
      {"shop.example", "shop.example.", true},
      {"localhost", "localhost", true},
      {"127.0.0.1", "127.0.0.1", true},
      {"myshop.example", "shop.example", false},
      {"shop.example.evil.example", "shop.example", false},
      {"shop.example", "www.shop.example", false},
      {"example", "shop.example", false},
      {"", "shop.example", false},
      {"shop.example", "", false},
      {"", "", false},
      {".", ".", false},
  };
  for (const auto& [host, domain, matches] : cases) {
    EXPECT_EQ(host_matches(host, domain), matches) << host << " / " << domain;
  }
}

}  // namespace
}  // namespace etappe::url
