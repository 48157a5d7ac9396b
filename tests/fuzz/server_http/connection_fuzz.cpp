// The whole way of a request, over a Unix socket: whatever is sent, the server answers well-formed replies or
// closes, and a well-behaved client is served afterwards.

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "server/http/server.hpp"
#include "tests/server/http/client.hpp"

using namespace etappe::http;
using etappe::test::RawClient;

namespace {

void demand(bool condition) {
  if (!condition) std::abort();
}

std::unique_ptr<Server> start() {
  Options options;
  options.listen = {"unix:/tmp/etappe_fuzz_" + std::to_string(::getpid()) + ".sock"};
  options.limits.max_body_bytes = 4096;
  auto server = Server::start(options, [](Request request, Responder respond) {
    respond({200, {{"Content-Type", "text/plain"}}, request.method + " " + request.path});
  });
  demand(server.has_value());
  return std::move(*server);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::unique_ptr<Server> server = start();
  {
    RawClient client(server->endpoints().front());
    client.send({reinterpret_cast<const char*>(data), size});
    client.finish_sending();
    const std::string answer = client.rest();
    demand(answer.empty() || answer.starts_with("HTTP/1.1 "));
  }
  RawClient good(server->endpoints().front());
  good.send("GET /well HTTP/1.1\r\nHost: x\r\n\r\n");
  demand(good.reply().ends_with("GET /well"));
  return 0;
}
