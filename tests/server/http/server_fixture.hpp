#pragma once
// A server on a free port for tests, and an echo for a handler.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "server/http/server.hpp"
#include "server/observe/counters.hpp"
#include "tests/server/http/client.hpp"

namespace etappe::http::test {

using etappe::test::RawClient;
using etappe::test::status_of;

class ServerFixture : public ::testing::Test {
 protected:
  void start(Handler handler, Limits limits = {}, std::string listen = "127.0.0.1:0") {
    Options options;
    options.listen = {std::move(listen)};
    options.threads = 2;
    options.limits = limits;
    options.counters = &counters;
    server.reset();
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
  static void wait_until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }

  observe::Counters counters;
  std::unique_ptr<Server> server;
};

}  // namespace etappe::http::test
