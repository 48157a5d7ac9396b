#pragma once
// ClickHouse's HTTP interface from the asking side: one request, one answer, over a Unix socket or TCP.
//
// The engine beside us and a ClickHouse server elsewhere are asked in the same way. Connections are kept and
// reused; every exchange has one deadline for all of it. The client repeats nothing: whoever asks knows what
// may be asked twice. It speaks no TLS: that is a proxy's work. Boost stays behind this header.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace etappe::store {

struct Endpoint {
  std::string address{};  ///< "unix:PATH" or "host:port"
  std::string user{};     ///< empty: the server's default user
  std::string password{};
  std::string database{};  ///< empty: `default`
};

struct Ask {
  std::string sql{};
  std::string rows{};  ///< after INSERT … FORMAT; the statement then travels in the address
  std::vector<std::pair<std::string, std::string>> settings{};
  std::vector<std::pair<std::string, std::string>>
      parameters{};  ///< name → text as the engine's TSV reader wants it
  std::string format = "JSONCompact";
};

/// The store has answered. `code` is ClickHouse's exception code, 0 when it did what was asked.
struct Answer {
  unsigned status = 0;
  unsigned code = 0;
  std::string body;  ///< the result, or the exception's text
  [[nodiscard]] bool good() const { return status == 200 && code == 0; }
};

/// The store has not answered.
enum class Silence : std::uint8_t {
  not_sent,  ///< no connection: it knows nothing of the question
  cut_off,   ///< the connection ended before the answer: it may have done what was asked
  too_late,  ///< the deadline passed before the answer: likewise
};

/// Thread-safe: threads that ask at the same time use connections of their own.
class Client {
 public:
  explicit Client(Endpoint endpoint);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Blocks until the answer, at most `deadline`.
  [[nodiscard]] Result<Answer, Silence> ask(const Ask& ask, std::chrono::milliseconds deadline);
  /// Takes the result's bytes as they arrive; false ends the exchange.
  using Take = std::function<bool(std::string_view)>;
  /// Like ask(), but the body of a good answer goes to `take` and not into Answer::body.
  [[nodiscard]] Result<Answer, Silence> pour(const Ask& ask, const Take& take,
                                             std::chrono::milliseconds deadline);
  /// Whether the store answers GET /ping within `deadline`.
  [[nodiscard]] bool ping(std::chrono::milliseconds deadline);

  [[nodiscard]] const Endpoint& endpoint() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Percent-encodes everything but unreserved characters (RFC 3986).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace etappe::store
