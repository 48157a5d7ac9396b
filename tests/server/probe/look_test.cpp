#include "server/probe/look.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace etappe::probe {
namespace {

using namespace std::chrono_literals;

const Wanted kWanted{"shop1", "https://track.shop.example", {"shop.example", "localhost"}};
const std::string kSnippet = R"(<script async src="https://track.shop.example/t/shop1.js"></script>)";

/// Pages by address; everything else is unreachable.
class MemoryFetcher final : public Fetcher {
 public:
  Result<Answer, FetchError> get(const std::string& url, std::chrono::milliseconds patience) override {
    asked.push_back(url);
    patiences.push_back(patience);
    if (patience <= 0ms) return fail(FetchError::too_slow);
    const auto found = pages.find(url);
    if (found == pages.end()) return fail(error);
    return found->second;
  }
  void put(const std::string& url, const std::string& body) {
    Answer answer;
    answer.status = 200;
    answer.body = body;
    pages[url] = answer;
  }
  void redirect(const std::string& from, const std::string& to) {
    Answer answer;
    answer.status = 302;
    answer.location = to;
    pages[from] = answer;
  }

  std::map<std::string, Answer> pages;
  FetchError error = FetchError::unreachable;
  std::vector<std::string> asked;
  std::vector<std::chrono::milliseconds> patiences;
};

class LookTest : public ::testing::Test {
 protected:
  Page at(const std::string& url) { return look(web, url, kWanted, "r4nd0m"); }
  MemoryFetcher web;
};

TEST_F(LookTest, FindsTheRightSnippetWithOneQuestion) {
  web.put("https://www.shop.example/", "<head>" + kSnippet);
  const Page page = at("https://www.shop.example/#etappe-check=x");
  EXPECT_EQ(page.trouble, Trouble::none);
  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(page.host, "www.shop.example");
  EXPECT_EQ(page.right_snippets(kWanted), 1u);
  EXPECT_FALSE(page.has_policy);
  EXPECT_EQ(web.asked.size(), 1u);
}

TEST_F(LookTest, ReadsTheSourceAsABrowserOfThePageWould) {
  const struct {
    const char* html;
    std::size_t right;
    std::size_t all;
  } rows[] = {
      {R"(<script src="//track.shop.example/t/shop1.js">)", 1, 1},
      {R"(<script src="https://TRACK.shop.example/t/shop1.js?v=2">)", 1, 1},
      {R"(<base href="https://track.shop.example/"><script src="/t/shop1.js">)", 1, 1},
      {R"(<base href="https://track.shop.example/x/y"><script src="../t/shop1.js">)", 0, 1},
      {R"(<script src="/t/shop1.js">)", 0, 1},
      {R"(<script src="t/shop1.js">)", 0, 1},
      {R"(<script src="https://track.shop.example/t/other.js">)", 0, 1},
      {R"(<script src="https://track.shop.example/t/Other.js">)", 0, 0},
      {R"(<script src="https://elsewhere.example/t/other.js">)", 0, 0},
      {R"(<script src="https://track.shop.example/a/shop1.js">)", 0, 0},
      {R"(<script src="http://track.shop.example/t/shop1.js">)", 0, 1},
      {R"(<script>load("https://track.shop.example/t/shop1.js")</script>)", 0, 0},
      {"<p>nothing</p>", 0, 0},
  };
  for (const auto& row : rows) {
    web.put("https://shop.example/a/b?c", row.html);
    const Page page = at("https://shop.example/a/b?c");
    EXPECT_EQ(page.right_snippets(kWanted), row.right) << row.html;
    EXPECT_EQ(page.snippets.size(), row.all) << row.html;
    EXPECT_EQ(page.loads_inline, std::string_view(row.html).starts_with("<script>load")) << row.html;
  }
}

TEST_F(LookTest, NamesWhatTheSnippetSaysWhenItIsAnotherOne) {
  web.put("https://shop.example/",
          R"(<script src="https://track.shop.example/t/old99.js"></script>)" + kSnippet);
  const Page page = at("https://shop.example/");
  ASSERT_EQ(page.snippets.size(), 2u);
  EXPECT_EQ(page.snippets[0].key, "old99");
  EXPECT_EQ(page.snippets[0].collector, "https://track.shop.example");
}

TEST_F(LookTest, FollowsThreeRedirectsWithinTheSite) {
  web.redirect("http://shop.example/", "https://shop.example/");
  web.redirect("https://shop.example/", "//www.shop.example/de");
  web.redirect("https://www.shop.example/de", "/de/");
  web.put("https://www.shop.example/de/", kSnippet);
  EXPECT_EQ(at("http://shop.example/").url, "https://www.shop.example/de/");
  web.redirect("https://www.shop.example/de/", "start");
  EXPECT_EQ(at("http://shop.example/").trouble, Trouble::too_many_redirects);
  EXPECT_EQ(web.asked.size(), 8u);
}

TEST_F(LookTest, AsksNoHostThatIsNotTheSites) {
  web.redirect("https://shop.example/", "http://169.254.169.254/latest");
  const Page page = at("https://shop.example/");
  EXPECT_EQ(page.trouble, Trouble::foreign_host);
  EXPECT_EQ(page.host, "169.254.169.254");
  EXPECT_EQ(web.asked, (std::vector<std::string>{"https://shop.example/"}));
  web.asked.clear();
  for (const char* url : {"https://evil.example/", "https://shop.example.evil.example/",
                          "https://notshop.example/", "https://shop.example@evil.example/"})
    EXPECT_EQ(at(url).trouble, Trouble::foreign_host) << url;
  for (const char* url : {"", "shop.example", "ftp://shop.example/", "file:///etc/passwd",
                          "javascript:alert(1)", "https://shop.example\\@evil.example/"})
    EXPECT_EQ(at(url).trouble, Trouble::bad_url) << url;
  EXPECT_TRUE(web.asked.empty());
}

TEST_F(LookTest, SaysWhyAPageCouldNotBeRead) {
  for (const auto& [error, trouble] : {std::pair(FetchError::unreachable, Trouble::unreachable),
                                       std::pair(FetchError::too_slow, Trouble::too_slow),
                                       std::pair(FetchError::private_address, Trouble::private_address),
                                       std::pair(FetchError::bad_certificate, Trouble::bad_certificate)}) {
    web.error = error;
    EXPECT_EQ(at("https://shop.example/").trouble, trouble);
  }
  web.put("https://shop.example/", kSnippet);
  web.pages["https://shop.example/"].status = 404;
  const Page page = at("https://shop.example/");
  EXPECT_EQ(page.trouble, Trouble::bad_status);
  EXPECT_EQ(page.status, 404u);
  EXPECT_EQ(page.right_snippets(kWanted), 1u);
}

TEST_F(LookTest, KnowsAnOldCopyByAskingPastTheCache) {
  web.put("https://shop.example/?a=1", "<p>old</p>");
  web.pages["https://shop.example/?a=1"].age_seconds = 340;
  EXPECT_FALSE(at("https://shop.example/?a=1").is_stale);
  web.put("https://shop.example/?a=1&etappe-check=r4nd0m", kSnippet);
  const Page page = at("https://shop.example/?a=1");
  EXPECT_TRUE(page.is_stale);
  EXPECT_EQ(page.age_seconds, 340u);
  EXPECT_EQ(page.right_snippets(kWanted), 0u);
}

TEST_F(LookTest, SpendsFiveSecondsInAll) {
  web.put("https://shop.example/", "<p>slow</p>");
  web.pages["https://shop.example/"].took = 4900ms;
  at("https://shop.example/");
  EXPECT_EQ(web.patiences, (std::vector{5000ms, 100ms}));
}

TEST_F(LookTest, JudgesHeadersAndMetaPoliciesTogether) {
  web.put("https://shop.example/",
          R"(<meta http-equiv="Content-Security-Policy" content="connect-src 'self'">)" +
              std::string(R"(<script nonce=n1 src="https://track.shop.example/t/shop1.js">)"));
  web.pages["https://shop.example/"].policies = {"script-src 'nonce-n1' 'strict-dynamic' 'wasm-unsafe-eval'"};
  Page page = at("https://shop.example/");
  EXPECT_TRUE(page.has_policy);
  EXPECT_TRUE(page.allowed.script);
  EXPECT_FALSE(page.allowed.connection);
  EXPECT_TRUE(page.allowed.wasm);
  web.pages["https://shop.example/"].policies = {"script-src 'nonce-n2'"};
  EXPECT_FALSE(at("https://shop.example/").allowed.script);
}

}  // namespace
}  // namespace etappe::probe
