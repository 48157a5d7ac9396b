#include "server/http/server.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

#include "tests/server/http/client.hpp"
#include "tests/server/http/server_fixture.hpp"

namespace etappe::http {
namespace {

using test::RawClient;
using test::status_of;

constexpr auto kLong = std::chrono::milliseconds(60'000);

class ServerTest : public test::ServerFixture {
 protected:
  static std::string socket_path() {
    return ::testing::TempDir() + "etappe_http_test_" + std::to_string(::getpid()) + ".sock";
  }
};

TEST_F(ServerTest, AnswersARequestWithWhatTheHandlerSays) {
  start(echo);
  RawClient client(endpoint());
  client.send("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  const std::string reply = client.reply();
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_TRUE(reply.ends_with("POST /a b=c hello")) << reply;
  EXPECT_NE(reply.find("\r\nDate: "), std::string::npos);
  EXPECT_EQ(reply.find("\r\nConnection: close"), std::string::npos);
}

TEST_F(ServerTest, GivesHandlersLowerCaseHeaderNamesAndThePeer) {
  std::promise<Request> seen;
  start([&](Request request, Responder respond) {
    seen.set_value(std::move(request));
    respond({204, {}, {}});
  });
  RawClient client(endpoint());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Thing:  a b \r\nX-FORWARDED-for: 1.2.3.4\r\n\r\n");
  EXPECT_EQ(status_of(client.reply()), 204);
  const Request request = seen.get_future().get();
  EXPECT_EQ(request.header("x-thing"), "a b");
  EXPECT_EQ(request.peer, "127.0.0.1") << "no header changes who the peer is";
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

TEST_F(ServerTest, ReadsARequestHoweverItIsCut) {
  start(echo);
  RawClient client(endpoint());
  const std::string request = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    client.send(std::string_view(request).substr(0, cut));
    client.send(std::string_view(request).substr(cut));
    ASSERT_TRUE(client.reply().ends_with("POST /p  hello")) << cut;
  }
}

TEST_F(ServerTest, TakesLargeBodiesAndGivesLargeRepliesWhenItsLimitsSaySo) {
  Limits limits;
  limits.max_body_bytes = 8u << 20;
  start(echo, limits);
  const std::string body(5u << 20, 'x');
  RawClient client(endpoint());
  std::thread sender([&] {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body);
  });
  const std::string reply = client.reply();
  sender.join();
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_TRUE(reply.ends_with(body));
}

TEST_F(ServerTest, GivesHeadersOfABodyToHeadAndNoBodyWithoutContent) {
  start([](const Request& request, Responder respond) {
    respond({request.path == "/none" ? 204u : 200u, {}, "body"});
  });
  RawClient client(endpoint());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string head = client.rest();
  EXPECT_NE(head.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  RawClient other(endpoint());
  other.send("GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string none = other.rest();
  EXPECT_EQ(status_of(none), 204);
  EXPECT_EQ(none.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(none.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, KeepsHttp10OpenOnlyWhenAsked) {
  start(echo);
  RawClient closing(endpoint());
  closing.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(closing.rest().ends_with("GET /a  "));
  RawClient staying(endpoint());
  staying.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(staying.rest().ends_with("GET /b  "));
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

TEST_F(ServerTest, AnswersFiveHundredWhenAHandlerThrowsOrForgets) {
  start([](const Request& request, Responder respond) {
    if (request.path == "/throw") throw std::runtime_error("x");
    if (request.path == "/inject") return respond({200, {{"X", "a\r\nSet-Cookie: b"}}, ""});
  });
  RawClient client(endpoint());
  client.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(client.reply()), 500);
  client.send("GET /forget HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(client.reply()), 500);
  client.send("GET /inject HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string reply = client.reply();
  EXPECT_EQ(status_of(reply), 500);
  EXPECT_EQ(reply.find("Set-Cookie"), std::string::npos);
  EXPECT_EQ(counters.value("etappe_http_exceptions_total", R"(listener="public",reason="handler")"), 1u);
}

TEST_F(ServerTest, ListensOnAUnixSocketThatOnlyItsOwnerMayUse) {
  start(echo, {}, "unix:" + socket_path());
  struct stat status {};
  ASSERT_EQ(::stat(socket_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  RawClient client("unix:" + socket_path());
  client.send("GET /u HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.reply().ends_with("GET /u  "));
  server.reset();
  EXPECT_NE(::stat(socket_path().c_str(), &status), 0) << "the socket file goes with the server";
}

TEST_F(ServerTest, ReplacesASocketFileThatNobodyListensOn) {
  const int left_over = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path().c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(left_over, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(left_over);  // as after kill -9: the file stays
  start(echo, {}, "unix:" + socket_path());
  Options second;
  second.listen = {"unix:" + socket_path()};
  const auto refused_one = Server::start(second, echo);
  ASSERT_FALSE(refused_one.has_value());
  EXPECT_EQ(refused_one.error().kind, StartError::Kind::in_use);
}

TEST_F(ServerTest, SaysWhichAddressItCannotListenOn) {
  start(echo);
  const struct {
    std::string address;
    StartError::Kind kind;
  } rows[] = {
      {endpoint(), StartError::Kind::in_use},
      {"127.0.0.1", StartError::Kind::bad_address},
      {"127.0.0.1:", StartError::Kind::bad_address},
      {"127.0.0.1:65536", StartError::Kind::bad_address},
      {"127.0.0.1:80x", StartError::Kind::bad_address},
      {"example:80", StartError::Kind::bad_address},
      {"unix:", StartError::Kind::bad_address},
      {"unix:/" + std::string(200, 'x'), StartError::Kind::bad_address},
      {"unix:/no/such/folder/x.sock", StartError::Kind::failed},
  };
  for (const auto& row : rows) {
    Options options;
    options.listen = {"127.0.0.1:0", row.address};
    const auto started = Server::start(options, echo);
    ASSERT_FALSE(started.has_value()) << row.address;
    EXPECT_EQ(started.error().kind, row.kind) << row.address;
    EXPECT_EQ(started.error().address, row.address);
  }
}

TEST_F(ServerTest, ListensOnSeveralAddressesAndTellsTheirPorts) {
  Options options;
  options.listen = {"127.0.0.1:0", "localhost:0"};
  const auto started = Server::start(options, echo);
  ASSERT_TRUE(started.has_value());
  for (const std::string& address : (*started)->endpoints()) {
    EXPECT_FALSE(address.ends_with(":0"));
    RawClient client(address);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(client.reply()), 200);
  }
}

TEST_F(ServerTest, StopsByFinishingWhatIsInProgress) {
  std::promise<Responder> waiting;
  start([&](const Request&, Responder respond) { waiting.set_value(std::move(respond)); });
  RawClient idle(endpoint());
  RawClient busy(endpoint());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Responder respond = waiting.get_future().get();
  std::thread stopper([&] { server->stop(kLong); });
  EXPECT_EQ(idle.rest(), "") << "an idle connection is closed at once";
  respond({200, {}, "done"});
  const std::string reply = busy.rest();
  EXPECT_TRUE(reply.ends_with("done"));
  EXPECT_NE(reply.find("Connection: close"), std::string::npos);
  stopper.join();
  EXPECT_EQ(server->connections(), 0u);
}

TEST_F(ServerTest, StopsWithoutWhatTakesTooLong) {
  std::optional<Responder> never;
  std::promise<void> arrived;
  start([&](const Request&, Responder respond) {
    never.emplace(std::move(respond));
    arrived.set_value();
  });
  RawClient busy(endpoint());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  arrived.get_future().wait();
  RawClient half(endpoint());
  half.send("GET / HT");
  server->stop(std::chrono::milliseconds(0));
  EXPECT_EQ(busy.rest(), "");
  EXPECT_EQ(half.rest(), "");
  (*never)({200, {}, "too late"});  // nothing happens, nobody is hurt
  server.reset();
}

TEST_F(ServerTest, ServesManyConnectionsFromSeveralThreads) {
  start(echo);
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  for (int t = 0; t < 8; ++t) {
    clients.emplace_back([&] {
      RawClient client(endpoint());
      for (int i = 0; i < 200; ++i) {
        client.send("POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
        good += client.reply().ends_with("POST /" + std::to_string(i) + "  hi");
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 1600);
}

}  // namespace
}  // namespace etappe::http
