// The client against a server of our own that answers, waits, or hangs up.
#include "server/store/client.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "server/http/server.hpp"
#include "server/store/event_rows.hpp"
#include "server/store/exception_codes.hpp"
#include "server/store/report_source.hpp"
#include "tests/server/store/engine_process.hpp"

namespace etappe::store {
namespace {

using namespace std::chrono_literals;

/// Answers every request with what the test says, and keeps what it was asked.
class FakeStore {
 public:
  explicit FakeStore(std::string address = "127.0.0.1:0") {
    http::Options options;
    options.listen = {std::move(address)};
    options.limits.max_body_bytes = 1u << 20;
    server_ = std::move(
        *http::Server::start(std::move(options), [this](http::Request request, http::Responder respond) {
          const std::lock_guard lock(mutex_);
          requests_.push_back(std::move(request));
          if (held_) {
            waiting_.push_back(std::make_shared<http::Responder>(std::move(respond)));
          } else {
            respond(reply_);
          }
        }));
  }
  void reply_with(http::Reply reply) {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
  }
  void hold() { held_ = true; }
  [[nodiscard]] Endpoint endpoint() const { return {.address = server_->endpoints().front()}; }
  [[nodiscard]] http::Request last() const {
    const std::lock_guard lock(mutex_);
    return requests_.back();
  }
  void stop() { server_->stop(0ms); }

 private:
  mutable std::mutex mutex_;
  http::Reply reply_;
  bool held_ = false;
  std::vector<http::Request> requests_;
  std::vector<std::shared_ptr<http::Responder>> waiting_;
  std::unique_ptr<http::Server> server_;
};

http::Reply exception(unsigned status, unsigned code) {
  return {status, {{"X-ClickHouse-Exception-Code", std::to_string(code)}}, "Code: " + std::to_string(code)};
}

TEST(Client, SendsTheStatementInTheBodyAndParametersInTheAddress) {
  FakeStore store;
  store.reply_with({200, {}, "fine"});
  Client client(store.endpoint());
  const auto answer = client.ask(
      {.sql = "SELECT {a:String}", .settings = {{"readonly", "1"}}, .parameters = {{"a", "x&y=ü\n"}}}, 5s);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->good());
  EXPECT_EQ(answer->body, "fine");
  const http::Request request = store.last();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, "SELECT {a:String}");
  EXPECT_NE(request.query.find("&readonly=1"), std::string::npos);
  EXPECT_NE(request.query.find("&param_a=x%26y%3D%C3%BC%0A"), std::string::npos);
}

TEST(Client, SendsRowsInTheBodyAndTheStatementInTheAddress) {
  FakeStore store;
  Client client(store.endpoint());
  ASSERT_TRUE(client.ask({.sql = "INSERT INTO t FORMAT RowBinary", .rows = std::string("\0\n\n", 3)}, 5s));
  EXPECT_EQ(store.last().body, std::string("\0\n\n", 3));
  EXPECT_NE(store.last().query.find("query=INSERT%20INTO%20t%20FORMAT%20RowBinary"), std::string::npos);
}

TEST(Client, SpeaksToAUnixSocket) {
  const TemporaryFolder folder;
  FakeStore store("unix:" + (folder.path() / "s").string());
  Client client({.address = "unix:" + (folder.path() / "s").string()});
  EXPECT_TRUE(client.ping(5s));
}

TEST(Client, SaysThatNothingWasSentWhenNobodyListens) {
  const TemporaryFolder folder;
  std::string address;
  {
    FakeStore store;
    address = store.endpoint().address;
    store.stop();
  }
  for (const std::string& place : {address, "unix:" + (folder.path() / "none").string(),
                                   std::string("no-port"), "unix:" + std::string(200, 'x')}) {
    Client client({.address = place});
    const auto answer = client.ask({.sql = "SELECT 1"}, 5s);
    ASSERT_FALSE(answer) << place;
    EXPECT_EQ(answer.error(), Silence::not_sent) << place;
  }
}

TEST(Client, SaysThatTheOutcomeIsUnknownWhenTheAnswerDoesNotCome) {
  FakeStore store;
  store.hold();
  Client client(store.endpoint());
  const auto late = client.ask({.sql = "SELECT 1"}, 50ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), Silence::too_late);

  auto cut = std::async(std::launch::async, [&] { return client.ask({.sql = "SELECT 1"}, 30s); });
  while (store.last().body.empty()) std::this_thread::yield();
  store.stop();
  const auto answer = cut.get();
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error(), Silence::too_late);
}

TEST(Client, ComesBackAfterTheServerWasAway) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + (folder.path() / "s").string();
  Client client({.address = address});
  {
    FakeStore store(address);
    EXPECT_TRUE(client.ping(5s));
    store.stop();
  }
  EXPECT_FALSE(client.ping(5s));
  FakeStore store(address);
  EXPECT_TRUE(client.ping(5s));
}

TEST(EventRows, TellsThreeKindsOfRefusalApart) {
  FakeStore store;
  Client client(store.endpoint());
  EventRows rows(client);
  const std::pair<http::Reply, feed::StoreError> cases[] = {
      {exception(500, 241), feed::StoreError::unreachable},
      {exception(503, 202), feed::StoreError::unreachable},
      {exception(404, 60), feed::StoreError::unfit},
      {exception(400, 27), feed::StoreError::refused},
      {exception(500, 319), feed::StoreError::unknown},
      {exception(408, 159), feed::StoreError::unknown},
      {{413, {}, ""}, feed::StoreError::refused},
      {{502, {}, ""}, feed::StoreError::unreachable},
  };
  for (const auto& [reply, error] : cases) {
    store.reply_with(reply);
    const auto done = rows.insert({}, "token");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error(), error) << reply.status << ' ' << reply.body;
  }
}

TEST(ReportSource, AsksReadOnlyAndMapsWhatGoesWrong) {
  FakeStore store;
  Client client(store.endpoint());
  ReportSource source(client, 7s);
  store.reply_with({200, {}, R"({"meta":[{"name":"n","type":"UInt64"}],"data":[[3]],"rows":1})"});
  const auto table = source.ask({.sql = "SELECT {a:String}", .parameters = {{"a", "it's\\\n"}}});
  ASSERT_TRUE(table);
  EXPECT_EQ(std::get<std::int64_t>(table->rows[0][0]), 3);
  EXPECT_NE(store.last().query.find("readonly=1&max_execution_time=7"), std::string::npos);
  EXPECT_NE(store.last().query.find("param_a=it%27s%5C%5C%5Cn"), std::string::npos);

  std::string poured;
  const auto take = [&](std::string_view bytes) {
    poured += bytes;
    return poured.size() < 100'000;
  };
  store.reply_with({200, {}, std::string(90'000, 'x')});
  EXPECT_TRUE(source.pour({.sql = "SELECT 1"}, report::Format::csv, take));
  EXPECT_EQ(poured.size(), 90'000U);
  EXPECT_NE(store.last().query.find("default_format=CSVWithNames"), std::string::npos);
  store.reply_with({200, {}, std::string(500'000, 'x')});
  EXPECT_TRUE(source.pour({.sql = "SELECT 1"}, report::Format::csv, take));
  EXPECT_LT(poured.size(), 500'000U);
  store.reply_with(exception(404, 47));
  poured.clear();
  EXPECT_EQ(source.pour({}, report::Format::ndjson, take).error(), report::SourceError::refused);
  EXPECT_EQ(poured, "");

  store.reply_with(exception(408, 159));
  EXPECT_EQ(source.ask({}).error(), report::SourceError::too_slow);
  store.reply_with(exception(500, 241));
  EXPECT_EQ(source.ask({}).error(), report::SourceError::unreachable);
  store.reply_with(exception(404, 47));
  EXPECT_EQ(source.ask({}).error(), report::SourceError::refused);
  store.reply_with({200, {}, "no json"});
  EXPECT_EQ(source.ask({}).error(), report::SourceError::refused);
  store.stop();
  EXPECT_EQ(source.ask({}).error(), report::SourceError::unreachable);
}

}  // namespace
}  // namespace etappe::store
