// What a public server must survive, with real sockets: each request below has crashed, confused or starved a
// server of this kind. After each of them a well-behaved request is answered.

#include <gtest/gtest.h>

#include <vector>

#include "tests/server/http/client.hpp"
#include "tests/server/http/server_fixture.hpp"

namespace etappe::http {
namespace {

using test::RawClient;
using test::status_of;

class HostileTest : public test::ServerFixture {
 protected:
  void expect_well() {
    RawClient client(endpoint());
    client.send("GET /well HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(client.rest()), 200);
  }
  /// The only reply to `bytes`; the server must close, and must not reset, the connection.
  std::string reply_to(std::string_view bytes) {
    RawClient client(endpoint());
    client.send(bytes);
    const std::string all = client.rest();
    EXPECT_FALSE(client.was_reset()) << bytes.substr(0, 80);
    EXPECT_EQ(all.rfind("HTTP/1.1 "), 0u) << "more than one reply: " << all;
    return all;
  }
};

TEST_F(HostileTest, AChunkedRequestWithAHugeTrailerIsRefused) {
  start(echo);
  const std::string reply =
      reply_to("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: " +
               std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(status_of(reply), 411);
  EXPECT_NE(reply.find("\"reason\":\"length_required\""), std::string::npos);
  EXPECT_EQ(refused("length_required"), 1u);
  expect_well();
}

TEST_F(HostileTest, NothingBehindARefusedRequestIsReadAsAnother) {
  start(echo);
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::string& head : {
           std::string(
               "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"),
           std::string(
               "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nX: y\r\n Content-Length: 5\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
           std::string("GET / HTTP/1.1\nHost: x\n\n"),
           std::string("get / HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
       }) {
    const std::string reply = reply_to(head + smuggled);
    EXPECT_GE(status_of(reply), 400) << head;
    EXPECT_EQ(reply.find("smuggled"), std::string::npos) << head;
    EXPECT_NE(reply.find("Connection: close"), std::string::npos) << head;
  }
  expect_well();
}

TEST_F(HostileTest, AFloodOfHeadersIsRefused) {
  start(echo);
  EXPECT_EQ(status_of(reply_to("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(100'000, 'x'))), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 100; ++i) many += "a: b\r\n";
  EXPECT_EQ(status_of(reply_to(many + "\r\n")), 431);
  EXPECT_EQ(status_of(reply_to("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n")), 414);
  EXPECT_EQ(refused("headers_too_large"), 2u);
  expect_well();
}

TEST_F(HostileTest, ABodyThatIsTooLargeIsRefusedBeforeItIsReadAndTheSenderSeesIt) {
  Limits limits;
  limits.max_body_bytes = 1000;
  start(echo, limits);
  EXPECT_EQ(status_of(reply_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n")), 413);
  // All of it is sent before the reply is read.
  EXPECT_EQ(status_of(reply_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" +
                               std::string(500'000, 'x'))),
            413);
  RawClient at_the_limit(endpoint());
  at_the_limit.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  EXPECT_EQ(status_of(at_the_limit.reply()), 200);
  EXPECT_EQ(refused("body_too_large"), 2u);
}

TEST_F(HostileTest, ASlowHeadIsEndedByAnAbsoluteDeadline) {
  Limits limits;
  limits.head_deadline = std::chrono::milliseconds(200);
  start(echo, limits);
  RawClient client(endpoint());
  // Byte after byte, for ever: a deadline that began anew with each of them would never come.
  std::string reply;
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
  while (client.send("a") && !client.readable(std::chrono::milliseconds(10))) {
  }
  EXPECT_EQ(status_of(client.rest()), 408);
  EXPECT_EQ(refused("too_slow"), 1u);
  expect_well();
}

TEST_F(HostileTest, ASlowBodyIsEndedByTheMinimumRate) {
  Limits limits;
  limits.grace = std::chrono::milliseconds(100);
  limits.min_bytes_per_second = 10'000;
  start(echo, limits);
  RawClient client(endpoint());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  while (client.send("a") && !client.readable(std::chrono::milliseconds(10))) {
  }
  EXPECT_EQ(status_of(client.rest()), 408);
  expect_well();
}

TEST_F(HostileTest, AnIdleConnectionIsClosedWithoutAWord) {
  Limits limits;
  limits.idle_deadline = std::chrono::milliseconds(50);
  start(echo, limits);
  RawClient client(endpoint());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(client.reply()), 200);
  EXPECT_EQ(client.rest(), "");
}

TEST_F(HostileTest, AConnectionThatNeverSaysAnythingIsClosed) {
  Limits limits;
  limits.head_deadline = std::chrono::milliseconds(50);
  start(echo, limits);
  RawClient client(endpoint());
  EXPECT_EQ(client.rest(), "");
  wait_until([&] { return server->connections() == 0; });
}

TEST_F(HostileTest, ExpectContinueIsAnsweredBeforeTheBody) {
  start(echo);
  RawClient client(endpoint());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.reply(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_EQ(status_of(client.reply()), 200);

  Limits limits;
  limits.max_body_bytes = 4;
  start(echo, limits);
  EXPECT_EQ(
      status_of(reply_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")),
      413);
  EXPECT_EQ(status_of(reply_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: magic\r\n\r\n")),
            417);
}

TEST_F(HostileTest, OnePeerCannotTakeAllConnections) {
  Limits limits;
  limits.max_connections_per_peer = 3;
  start(echo, limits);
  constexpr const char* kPeer = "127.0.0.2";
  std::vector<std::unique_ptr<RawClient>> held;
  for (int i = 0; i < 3; ++i) held.push_back(std::make_unique<RawClient>(endpoint(), kPeer));
  wait_until([&] { return server->connections() == 3; });
  RawClient refused_one(endpoint(), kPeer);
  const std::string reply = refused_one.rest();
  EXPECT_EQ(status_of(reply), 503);
  EXPECT_NE(reply.find("Retry-After: "), std::string::npos);
  EXPECT_EQ(refused("too_many_connections_of_peer"), 1u);
  expect_well();  // from another address, and from the one that a proxy on this machine has
  held.pop_back();
  wait_until([&] { return server->connections() == 2; });
  RawClient again(endpoint(), kPeer);
  again.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(again.reply()), 200);
}

TEST_F(HostileTest, ConnectionsHaveACapAltogether) {
  Limits limits;
  limits.max_connections = 2;
  start(echo, limits);
  const RawClient one(endpoint());
  const RawClient two(endpoint());
  wait_until([&] { return server->connections() == 2; });
  RawClient third(endpoint());
  EXPECT_EQ(status_of(third.rest()), 503);
  EXPECT_EQ(refused("too_many_connections"), 1u);
}

TEST_F(HostileTest, HeldBodiesHaveABudget) {
  Limits limits;
  limits.max_bodies_bytes = 1500;
  start(echo, limits);
  RawClient holder(endpoint());
  holder.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_EQ(status_of(holder.reply()), 100);  // its share is taken
  const std::string reply =
      reply_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 501\r\n\r\n" + std::string(501, 'x'));
  EXPECT_EQ(status_of(reply), 503);
  EXPECT_NE(reply.find("Retry-After: "), std::string::npos);
  holder.send(std::string(1000, 'x'));
  EXPECT_EQ(status_of(holder.reply()), 200);
  RawClient again(endpoint());
  again.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1500\r\n\r\n" + std::string(1500, 'x'));
  EXPECT_EQ(status_of(again.reply()), 200);
}

TEST_F(HostileTest, AClientThatLeavesInTheMiddleCostsNothing) {
  start(echo);
  const std::string whole = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    RawClient client(endpoint());
    client.send(std::string_view(whole).substr(0, length));
  }
  wait_until([&] { return server->connections() == 0; });
  expect_well();
}

TEST_F(HostileTest, ManyIdleConnectionsDoNotKeepOthersOut) {
  start(echo);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 400; ++i) {
    idle.push_back(std::make_unique<RawClient>(endpoint()));
    idle.back()->send("GET / HTTP/1.1\r\nX: ");
  }
  expect_well();
}

TEST_F(HostileTest, BytesOfNoMeaningAreAnsweredOrClosed) {
  start(echo);
  std::uint32_t random = 1;
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    for (int i = 0; i < 200; ++i) {
      random = random * 1664525u + 1013904223u;
      bytes += static_cast<char>(random >> 24);
    }
    RawClient client(endpoint());
    client.send(bytes);
    client.finish_sending();
    const std::string reply = client.rest();
    EXPECT_TRUE(reply.empty() || status_of(reply) >= 400) << round;
  }
  expect_well();
}

}  // namespace
}  // namespace etappe::http
