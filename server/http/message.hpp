#pragma once
// A request and a reply as values: what handlers see of HTTP. No Boost here, so that every room can include
// it.

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
  std::vector<Header> headers;  ///< Content-Length, Date and Connection are the server's to add
  std::string body;
};

/// The reason phrase of RFC 9110; "Error" for a status it does not list.
[[nodiscard]] std::string_view title_of(unsigned status);

/// An error as RFC 9457 wants it: application/problem+json with `type`, `title`, `status`, our
/// machine-readable `reason` and, when given, a `detail` for people. Never cached.
[[nodiscard]] Reply problem(unsigned status, std::string_view reason, std::string_view detail = {});

/// Sends the reply: call it exactly once, from any thread, also after the server has stopped (then nothing
/// happens). Destroying it uncalled answers 500.
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

/// Runs on an io thread: it must not block. It may keep the responder and answer later. What it throws is
/// counted and answered with 500.
using Handler = std::function<void(Request, Responder)>;

}  // namespace etappe::http
