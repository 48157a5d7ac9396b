#include "server/http/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "server/http/router.hpp"
#include "server/observe/counters.hpp"
#include "tests/server/http/client.hpp"

namespace etappe::http {
namespace {

using test::RawClient;
using test::status_of;

constexpr auto kPatience = std::chrono::milliseconds(10'000);

class ServerTest : public ::testing::Test {
 protected:
  void start(Handler handler, Limits limits = {}, std::string listen = "127.0.0.1:0") {
    Options options;
    options.listen = {std::move(listen)};
    options.threads = 2;
    options.limits = limits;
    options.counters = &counters;
    auto started = Server::start(options, std::move(handler));
    ASSERT_TRUE(started.has_value()) << name_of(started.error().kind);
    server = std::move(*started);
  }
  static void echo(Request request, Responder respond) {
    Reply reply;
    reply.headers = {{"Content-Type", "text/plain"}};
    reply.body = request.method + " " + request.path + " " + request.query + " " + request.body;
    respond(std::move(reply));
  }
  [[nodiscard]] std::string endpoint() const { return server->endpoints().front(); }
  [[nodiscard]] std::uint64_t refused(const std::string& reason) const {
    return counters.value("etappe_http_refused_total", R"(listener="public",reason=")" + reason + "\"");
  }

  observe::Counters counters;
  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, AnswersARequestWithWhatTheHandlerSays) {
  start(echo);
  RawClient client(endpoint());
  client.send("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  const std::string reply = client.reply();
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_TRUE(reply.ends_with("POST /a b=c hello")) << reply;
  EXPECT_NE(reply.find("Date: "), std::string::npos);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrderOnOneConnection) {
  start(echo);
  RawClient client(endpoint());
  client.send(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.reply().ends_with("POST /1  abc"));
  EXPECT_TRUE(client.reply().ends_with("GET /2  "));
  EXPECT_TRUE(client.reply().ends_with("GET /3  "));
  EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerTest, TakesAReplyFromAnotherThreadLater) {
  std::thread worker;
  start([&worker](Request request, Responder respond) {
    worker = std::thread([request = std::move(request), respond = std::move(respond)]() mutable {
      echo(std::move(request), std::move(respond));
    });
  });
  RawClient client(endpoint());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.reply().ends_with("GET /later  "));
  worker.join();
}

TEST_F(ServerTest, ListensOnAUnixSocketThatOnlyItsOwnerMayUse) {
  const std::string path = ::testing::TempDir() + "etappe_http_test_" + std::to_string(::getpid()) + ".sock";
  start(echo, {}, "unix:" + path);
  RawClient client("unix:" + path);
  client.send("GET /u HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.reply().ends_with("GET /u  "));
}

}  // namespace
}  // namespace etappe::http
