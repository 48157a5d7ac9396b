#pragma once
// One connection: reads requests one after the other, hands them to the handler, writes the replies. Boost is
// visible here, so only this room includes it.

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "server/http/server.hpp"

namespace etappe::http {

namespace net = boost::asio;
using Socket = net::generic::stream_protocol::socket;
using Clock = std::chrono::steady_clock;

/// What all connections of a server share. Outlives them.
struct Shared {
  Limits limits;
  Handler handler;
  observe::Counters* counters = nullptr;
  std::string listener_label;              ///< listener="public"
  std::atomic<bool> stopping{false};       ///< answer what is there, then close
  std::atomic<std::size_t> body_bytes{0};  ///< declared by the requests in progress

  void count(std::string_view name, std::string_view reason) const;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, std::string peer, Shared& shared);

  /// Serves until the connection is over. The argument keeps the object alive for as long as the coroutine.
  static net::awaitable<void> serve(std::shared_ptr<Connection> self);

  [[nodiscard]] net::any_io_executor executor() { return socket_.get_executor(); }

  /// Any thread: closes the connection if it is between two requests; it closes itself after the next reply
  /// otherwise.
  void close_when_idle();
  /// Any thread: closes the connection wherever it is.
  void close_now();

 private:
  friend class Mailbox;
  /// What follows an exchange.
  enum class Next : std::uint8_t { another, close, drain_and_close };
  /// Why no request could be read; status 0 means that there is nobody to answer.
  struct Fault {
    unsigned status = 0;
    std::string_view reason;
  };

  static net::awaitable<Next> exchange(std::shared_ptr<Connection> self);
  static net::awaitable<Result<std::size_t, Fault>> receive_head(std::shared_ptr<Connection> self);
  static net::awaitable<Result<std::string, Fault>> receive_body(std::shared_ptr<Connection> self,
                                                                 std::size_t length, Expectation expectation);
  static net::awaitable<Reply> ask_handler(std::shared_ptr<Connection> self, Request request);
  /// Whether all of it was written.
  static net::awaitable<bool> send(std::shared_ptr<Connection> self, Reply reply, std::string method,
                                   AfterReply after);
  static net::awaitable<void> drain(std::shared_ptr<Connection> self);
  static net::awaitable<Next> refuse(std::shared_ptr<Connection> self, Fault fault);

  void set_deadline(Clock::time_point when);
  void arm_watchdog();
  [[nodiscard]] std::chrono::milliseconds time_for(std::size_t bytes) const;
  void shut();

  Socket socket_;
  net::steady_timer watchdog_;
  net::steady_timer wake_;  ///< never expires; cancelled to say that the reply is there
  Shared& shared_;
  const std::string peer_;
  std::string in_;              ///< received and not yet used
  Clock::time_point deadline_;  ///< of the read or write in progress
  Clock::time_point armed_for_;
  bool armed_ = false;
  bool timed_out_ = false;
  bool idle_ = true;
  bool first_ = true;  ///< no request has arrived yet
};

}  // namespace etappe::http
