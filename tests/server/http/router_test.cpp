#include "server/http/router.hpp"

#include <gtest/gtest.h>

namespace etappe::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    for (const char* path : {"/", "/a", "/a/b"}) router.add("GET", path, says(path));
    router.add("POST", "/a", says("post /a"));
    router.add_prefix("GET", "/files/", says("/files/*"));
    router.add_prefix("GET", "/files/deep/", says("/files/deep/*"));
    router.add("GET", "/files/exact", says("/files/exact"));
  }
  static Handler says(std::string text) {
    return [text](const Request&, Responder respond) { respond({200, {}, text}); };
  }
  Reply ask(std::string method, std::string path) {
    Reply reply;
    router({std::move(method), std::move(path), "", {}, "", ""},
           Responder([&](Reply one) { reply = std::move(one); }));
    return reply;
  }
  Router router;
};

TEST_F(RouterTest, PrefersTheExactPathThenTheLongestPrefix) {
  EXPECT_EQ(ask("GET", "/a").body, "/a");
  EXPECT_EQ(ask("POST", "/a").body, "post /a");
  EXPECT_EQ(ask("GET", "/files/x").body, "/files/*");
  EXPECT_EQ(ask("GET", "/files/deep/x").body, "/files/deep/*");
  EXPECT_EQ(ask("GET", "/files/exact").body, "/files/exact");
  EXPECT_EQ(ask("HEAD", "/a").body, "/a");
}

TEST_F(RouterTest, ComparesPathsByteForByte) {
  for (const char* path : {"/A", "/a/", "/%61", "//a", "/b", "/files", ""})
    EXPECT_EQ(ask("GET", path).status, 404u) << path;
}

TEST_F(RouterTest, NamesTheMethodsThatAPathHas) {
  const Reply reply = ask("DELETE", "/a");
  EXPECT_EQ(reply.status, 405u);
  EXPECT_EQ(reply.headers.back().name, "Allow");
  EXPECT_EQ(reply.headers.back().value, "GET, POST");
}

}  // namespace
}  // namespace etappe::http
