// The fetcher against our own server on loopback.
#include "server/probe/curl_fetcher.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "server/http/router.hpp"
#include "server/http/server.hpp"

namespace etappe::probe {
namespace {

using namespace std::chrono_literals;

class CurlFetcherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    http::Options options;
    options.listen = {"127.0.0.1:0"};
    auto started = http::Server::start(options, [this](http::Request request, http::Responder respond) {
      ++asked;
      last = request;
      if (request.path == "/never") {
        held.push_back(std::make_unique<http::Responder>(std::move(respond)));
        return;
      }
      http::Reply reply;
      reply.headers = {{"Content-Security-Policy", "script-src 'self'"},
                       {"Content-Security-Policy", "img-src *"},
                       {"AGE", "17"},
                       {"Cache-Control", " max-age=60 "},
                       {"Set-Cookie", "a=b"}};
      reply.body = request.path == "/large" ? std::string(3u << 20, 'x') : "<p>page</p>";
      if (request.path == "/away") {
        reply.status = 302;
        reply.headers.push_back({"Location", "/page"});
      }
      respond(std::move(reply));
    });
    ASSERT_TRUE(started.has_value());
    server = std::move(*started);
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://" + server->endpoints().front() + path;
  }

  std::atomic<int> asked = 0;
  http::Request last;
  std::vector<std::unique_ptr<http::Responder>> held;
  std::unique_ptr<http::Server> server;
  CurlFetcher fetcher{Reach::anywhere};
};

TEST_F(CurlFetcherTest, BringsStatusHeadersAndBody) {
  const auto answer = fetcher.get(url("/page"), 5s);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200u);
  EXPECT_EQ(answer->body, "<p>page</p>");
  EXPECT_EQ(answer->policies, (std::vector<std::string>{"script-src 'self'", "img-src *"}));
  EXPECT_EQ(answer->age_seconds, 17u);
  EXPECT_EQ(answer->cache_control, "max-age=60");
  EXPECT_EQ(last.header("user-agent"), "etappe-check");
}

TEST_F(CurlFetcherTest, KeepsNoCookieAndFollowsNoRedirect) {
  ASSERT_TRUE(fetcher.get(url("/page"), 5s).has_value());
  const auto answer = fetcher.get(url("/away"), 5s);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 302u);
  EXPECT_EQ(answer->location, "/page");
  EXPECT_EQ(last.path, "/away");
  EXPECT_EQ(last.header("cookie"), "");
}

TEST_F(CurlFetcherTest, StopsAtAMebibyte) {
  const auto answer = fetcher.get(url("/large"), 5s);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body.size(), kMaxBodyBytes);
}

TEST_F(CurlFetcherTest, GivesUpInTime) {
  const auto answer = fetcher.get(url("/never"), 50ms);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error(), FetchError::too_slow);
}

TEST_F(CurlFetcherTest, DoesNotConnectIntoItsOwnNetwork) {
  CurlFetcher outside(Reach::public_only);
  for (const std::string& target : {url("/page"), "http://localhost" + url("").substr(url("").rfind(':')),
                                    "http://2130706433" + url("").substr(url("").rfind(':'))}) {
    const auto answer = outside.get(target, 5s);
    ASSERT_FALSE(answer.has_value()) << target;
    EXPECT_EQ(answer.error(), FetchError::private_address) << target;
  }
  EXPECT_EQ(asked, 0);
}

TEST_F(CurlFetcherTest, SpeaksHttpOnly) {
  for (const char* target : {"file:///etc/passwd", "gopher://127.0.0.1/", "dict://127.0.0.1/"})
    EXPECT_FALSE(fetcher.get(target, 5s).has_value()) << target;
}

}  // namespace
}  // namespace etappe::probe
