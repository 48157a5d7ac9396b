#pragma once
// A request and a reply as values: what handlers see of HTTP. No Boost here, so that every room can include it.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace etappe::http {

struct Header {
  std::string name;  ///< lower-case in requests; as written in replies
  std::string value;
};

struct Request {
  std::string method;  ///< upper-case
  std::string path;    ///< as sent, percent-encoded, without query
  std::string query;   ///< as sent, without '?'
  std::vector<Header> headers;
  std::string body;
  std::string peer;  ///< the peer's address in text form, without port; "unix" on a Unix socket

  /// First value of that lower-case name; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Reply {
  unsigned status = 200;
  std::vector<Header> headers;
  std::string body;
};

/// Sends the reply: call it exactly once, from any thread. Destroying it uncalled answers 500.
class Responder {
 public:
  explicit Responder(std::function<void(Reply)> send) : send_(std::move(send)) {}
  Responder(Responder&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();
  void operator()(Reply reply) { std::exchange(send_, nullptr)(std::move(reply)); }

 private:
  std::function<void(Reply)> send_;
};

/// Runs on an io thread: it must not block. It may keep the responder and answer later.
using Handler = std::function<void(Request, Responder)>;

}  // namespace etappe::http
