#pragma once
// The HTTP/1.1 server under the collector, the admin listener and the engine: sockets in, requests to one
// handler, replies out. It knows no event and no route.
//
// It is written for the open internet: bounded heads, no Transfer-Encoding (head.hpp says why), exact body
// lengths, absolute deadlines on every read and write, caps on connections and on the memory of bodies. It
// speaks no TLS: a proxy in front does. Boost stays behind this header.
//
//   threads   `threads` io threads share one io_context; a connection lives on a strand, so it belongs to one
//             thread at a time. Handlers run there and must not block.
//   stop      stop accepting and close idle connections, let requests in progress finish, then close the
//   rest.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "server/http/head.hpp"
#include "server/http/message.hpp"

namespace etappe::observe {
class Counters;
}

namespace etappe::http {

struct Limits {
  HeadLimits head;
  std::size_t max_body_bytes = 65536;        ///< beyond it 413, before any of it is read
  std::size_t max_bodies_bytes = 64u << 20;  ///< of all requests in progress; beyond it 503
  std::size_t max_connections = 10000;       ///< of the server; beyond it 503 and closed
  std::size_t max_connections_per_peer =
      1024;                                  ///< per IPv4 address or IPv6 /64; not for 127.0.0.1, ::1, Unix
  std::size_t min_bytes_per_second = 4096;   ///< of a body and of a reply, after `grace`
  std::size_t max_drained_bytes = 1u << 20;  ///< read and dropped after a refusal, so that it is seen
  std::chrono::milliseconds head_deadline{10'000};  ///< from the first byte of a head to its last
  std::chrono::milliseconds idle_deadline{60'000};  ///< between two requests
  std::chrono::milliseconds grace{10'000};          ///< added to what the minimum rate allows
  std::chrono::milliseconds drain_deadline{2'000};
};

struct Options {
  std::vector<std::string> listen;  ///< "127.0.0.1:8080", "[::1]:0", "unix:/run/engine.sock"
  unsigned threads = 1;
  Limits limits;
  std::string name = "public";            ///< the `listener` label of the counters
  observe::Counters* counters = nullptr;  ///< outlives the server; nullptr counts nothing
};

struct StartError {
  enum class Kind : std::uint8_t { bad_address, in_use, not_permitted, failed } kind;
  std::string address;  ///< the one that could not be listened on
};
[[nodiscard]] std::string_view name_of(StartError::Kind kind);

class Server {
 public:
  /// Listens on all addresses, or on none of them, and starts the threads. A Unix socket gets mode 0600 and
  /// replaces a socket file that nobody listens on.
  [[nodiscard]] static Result<std::unique_ptr<Server>, StartError> start(Options options, Handler handler);
  ~Server();  ///< stops without waiting
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The addresses in the order of Options::listen, port 0 replaced by the real one.
  [[nodiscard]] const std::vector<std::string>& endpoints() const;
  [[nodiscard]] std::size_t connections() const;

  /// First stage: no new connections, idle ones close, requests in progress get `patience` to finish. Second
  /// stage: what is left is closed. Blocks; not to be called from a handler. A second call does nothing.
  void stop(std::chrono::milliseconds patience);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace etappe::http
