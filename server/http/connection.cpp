#include "server/http/connection.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/write.hpp>
#include <mutex>
#include <optional>

#include "server/http/translate.hpp"
#include "server/observe/counters.hpp"

namespace etappe::http {

namespace bhttp = boost::beast::http;

namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable);
constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kBodyReadBytes = 65536;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// A share of the memory for bodies, given back on destruction.
class BodyLease {
 public:
  static std::optional<BodyLease> take(Shared& shared, std::size_t bytes) {
    if (shared.body_bytes.fetch_add(bytes) + bytes > shared.limits.max_bodies_bytes) {
      shared.body_bytes.fetch_sub(bytes);
      return std::nullopt;
    }
    return BodyLease(shared, bytes);
  }
  BodyLease(BodyLease&& other) noexcept : shared_(other.shared_), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyLease& operator=(BodyLease&&) = delete;
  ~BodyLease() { shared_.body_bytes.fetch_sub(bytes_); }

 private:
  BodyLease(Shared& shared, std::size_t bytes) : shared_(shared), bytes_(bytes) {}
  Shared& shared_;
  std::size_t bytes_;
};

}  // namespace

void Shared::count(std::string_view name, std::string_view reason) const {
  if (counters == nullptr) return;
  counters->add(name, listener_label + "," + observe::label("reason", reason));
}

/// Where a reply waits for its connection. The responder may be called from any thread, and may outlive the
/// connection and the server.
class Mailbox {
 public:
  explicit Mailbox(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  void put(Reply reply) {
    const std::lock_guard lock(mutex_);
    if (!connection_) return;
    reply_ = std::move(reply);
    // Still under the lock: as long as the mailbox is open, the connection's coroutine and with it the
    // io_context are alive.
    net::post(connection_->socket_.get_executor(),
              [connection = connection_] { connection->wake_.cancel(); });
  }
  [[nodiscard]] std::optional<Reply> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reply_, std::nullopt);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    connection_.reset();
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<Connection> connection_;  ///< null once nobody waits any more
  std::optional<Reply> reply_;
};

Connection::Connection(Socket socket, std::string peer, Shared& shared)
    : socket_(std::move(socket)),
      watchdog_(socket_.get_executor()),
      wake_(socket_.get_executor(), Clock::time_point::max()),
      shared_(shared),
      peer_(std::move(peer)),
      deadline_(Clock::time_point::max()) {}

net::awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
  Next next = Next::another;
  while (next == Next::another) next = co_await exchange(self);
  if (next == Next::drain_and_close) co_await drain(self);
  self->shut();
}

net::awaitable<Connection::Next> Connection::exchange(std::shared_ptr<Connection> self) {
  const Limits& limits = self->shared_.limits;
  const auto end = co_await receive_head(self);
  if (!end) co_return co_await refuse(self, end.error());
  const std::string head = self->in_.substr(0, *end);
  self->in_.erase(0, *end);
  const auto view = inspect_head(head, limits.head);
  if (!view) co_return co_await refuse(self, {status_of(view.error()), name_of(view.error())});
  if (view->content_length > limits.max_body_bytes) co_return co_await refuse(self, {413, "body_too_large"});
  auto request = parse(head, *view, self->peer_);
  if (!request) co_return co_await refuse(self, {400, "bad_header"});

  auto lease = BodyLease::take(self->shared_, view->content_length);
  if (!lease) co_return co_await refuse(self, {503, "busy"});
  auto body = co_await receive_body(self, view->content_length, view->expectation);
  if (!body) co_return co_await refuse(self, body.error());
  request->body = std::move(*body);

  const std::string method = request->method;
  const AfterReply wanted = view->after;
  Reply reply = co_await ask_handler(self, std::move(*request));
  lease.reset();  // before the reply: who has read it may use the room again
  const AfterReply after = self->shared_.stopping ? AfterReply::close : wanted;
  const bool sent = co_await send(self, std::move(reply), method, after);
  co_return sent&& after == AfterReply::keep_open ? Next::another : Next::close;
}

net::awaitable<Result<std::size_t, Connection::Fault>> Connection::receive_head(
    std::shared_ptr<Connection> self) {
  const Limits& limits = self->shared_.limits;
  std::size_t looked_at = 0;
  self->idle_ = self->in_.empty();
  self->set_deadline(Clock::now() +
                     (self->idle_ && !self->first_ ? limits.idle_deadline : limits.head_deadline));
  for (;;) {
    const auto end = find_head_end(self->in_, looked_at, limits.head);
    if (!end) co_return fail(Fault{status_of(end.error()), name_of(end.error())});
    if (end->has_value()) {
      self->idle_ = self->first_ = false;
      co_return **end;
    }
    if (self->timed_out_) {
      co_return fail(self->in_.empty() ? Fault{} : Fault{408, "too_slow"});
    }
    if (self->in_.empty() && self->shared_.stopping) co_return fail(Fault{});
    looked_at = self->in_.size();
    self->in_.resize(std::min(looked_at + kReadBytes, limits.head.max_bytes));
    const auto [error, received] = co_await self->socket_.async_read_some(
        net::buffer(self->in_.data() + looked_at, self->in_.size() - looked_at), kAwait);
    self->in_.resize(looked_at + received);
    if (received > 0 && self->idle_) {
      self->idle_ = false;
      if (!self->first_) self->set_deadline(Clock::now() + limits.head_deadline);
    }
    if (error && !self->timed_out_) co_return fail(Fault{});
  }
}

net::awaitable<Result<std::string, Connection::Fault>> Connection::receive_body(
    std::shared_ptr<Connection> self, std::size_t length, Expectation expectation) {
  std::size_t have = std::min(self->in_.size(), length);
  std::string body = self->in_.substr(0, have);
  self->in_.erase(0, have);
  if (have == length) co_return body;

  self->set_deadline(Clock::now() + self->time_for(length));
  if (expectation == Expectation::continue_100 && have == 0) {
    const auto [error, unused] =
        co_await net::async_write(self->socket_, net::buffer(kContinue.data(), kContinue.size()), kAwait);
    if (error) co_return fail(Fault{});
  }
  while (have < length) {
    if (self->timed_out_) co_return fail(Fault{408, "too_slow"});
    // Never beyond the length: what follows is the next request.
    body.resize(std::min(length, have + kBodyReadBytes));
    const auto [error, received] =
        co_await self->socket_.async_read_some(net::buffer(body.data() + have, body.size() - have), kAwait);
    have += received;
    if (error && !self->timed_out_) co_return fail(Fault{});
  }
  co_return body;
}

net::awaitable<Reply> Connection::ask_handler(std::shared_ptr<Connection> self, Request request) {
  const auto mailbox = std::make_shared<Mailbox>(self);
  struct Closer {
    Mailbox& mailbox;
    ~Closer() { mailbox.close(); }
  } const closer{*mailbox};

  self->set_deadline(Clock::time_point::max());
  try {
    self->shared_.handler(std::move(request),
                          Responder([mailbox](Reply reply) { mailbox->put(std::move(reply)); }));
  } catch (...) {
    // The responder went down with the handler's frame and has answered 500.
    self->shared_.count("etappe_http_exceptions_total", "handler");
  }
  for (;;) {
    if (auto reply = mailbox->take()) co_return std::move(*reply);
    if (!self->socket_.is_open()) co_return Reply{};  // closed by the second stage of a stop
    co_await self->wake_.async_wait(kAwait);
  }
}

net::awaitable<bool> Connection::send(std::shared_ptr<Connection> self, Reply reply, std::string method,
                                      AfterReply after) {
  if (!is_clean(reply)) {
    self->shared_.count("etappe_http_exceptions_total", "unclean_reply_header");
    reply = problem(500, "unclean_reply_header");
  }
  if (self->shared_.counters != nullptr) {
    self->shared_.counters->add("etappe_http_replies_total", self->shared_.listener_label + ",status=\"" +
                                                                 std::to_string(reply.status) + "\"");
  }
  const std::size_t size = reply.body.size();
  const BeastReply message = to_beast(std::move(reply), method, after);
  self->set_deadline(Clock::now() + self->time_for(size));
  const auto [error, written] = co_await bhttp::async_write(self->socket_, message, kAwait);
  co_return !error;
}

net::awaitable<Connection::Next> Connection::refuse(std::shared_ptr<Connection> self, Fault fault) {
  if (fault.status == 0) co_return Next::close;
  self->shared_.count("etappe_http_refused_total", fault.reason);
  Reply reply = problem(fault.status, fault.reason);
  if (fault.status == 503) reply.headers.push_back({"Retry-After", "1"});
  const bool sent = co_await send(self, std::move(reply), "GET", AfterReply::close);
  co_return sent ? Next::drain_and_close : Next::close;
}

/// Reads on for a while after a refusal: closing with unread bytes would reset the connection, and the sender
/// might never see why it was refused.
net::awaitable<void> Connection::drain(std::shared_ptr<Connection> self) {
  boost::system::error_code ignored;
  self->socket_.shutdown(net::socket_base::shutdown_send, ignored);
  self->set_deadline(Clock::now() + self->shared_.limits.drain_deadline);
  std::size_t left = self->shared_.limits.max_drained_bytes;
  self->in_.resize(kReadBytes);
  while (left > 0 && !self->timed_out_) {
    const auto [error, received] =
        co_await self->socket_.async_read_some(net::buffer(self->in_.data(), self->in_.size()), kAwait);
    if (error) co_return;
    left -= std::min(left, received);
  }
}

/// The watchdog stays armed for the earliest deadline it was told and looks again when it fires. Deadlines
/// mostly move later, so that a busy connection hardly ever touches a timer.
void Connection::set_deadline(Clock::time_point when) {
  deadline_ = when;
  timed_out_ = false;
  if (when != Clock::time_point::max() && (!armed_ || when < armed_for_)) arm_watchdog();
}

void Connection::arm_watchdog() {
  armed_ = true;
  armed_for_ = deadline_;
  watchdog_.expires_at(deadline_);
  watchdog_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self || error) return;
    self->armed_ = false;
    if (self->deadline_ == Clock::time_point::max()) return;
    if (Clock::now() < self->deadline_) return self->arm_watchdog();
    self->timed_out_ = true;
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

std::chrono::milliseconds Connection::time_for(std::size_t bytes) const {
  const std::size_t rate = std::max<std::size_t>(shared_.limits.min_bytes_per_second, 1);
  return shared_.limits.grace + std::chrono::milliseconds(bytes / rate * 1000);
}

void Connection::close_when_idle() {
  net::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) self->shut();
  });
}

void Connection::close_now() {
  net::post(socket_.get_executor(), [self = shared_from_this()] { self->shut(); });
}

void Connection::shut() {
  boost::system::error_code ignored;
  socket_.shutdown(net::socket_base::shutdown_both, ignored);
  socket_.close(ignored);
  watchdog_.cancel();
  wake_.cancel();
}

}  // namespace etappe::http
