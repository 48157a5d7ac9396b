#include "server/store/client.hpp"

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <charconv>
#include <mutex>

namespace etappe::store {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using Protocol = asio::generic::stream_protocol;
using Stream = beast::basic_stream<Protocol>;

constexpr std::uint64_t kMaxAnswerBytes = 512u << 20;
/// Well below the engine's and ClickHouse's own idle limits, so that a kept connection is rarely a dead one.
constexpr std::chrono::seconds kKeepFor{3};

/// One connection with a reactor of its own, driven by whoever holds it.
class Connection {
 public:
  Connection() : stream_(context_) {}

  bool open(const Endpoint& endpoint, Clock::time_point deadline) {
    beast::error_code error = asio::error::host_not_found;
    for (const Protocol::endpoint& place : places_of(endpoint)) {
      error = run(deadline, [&](auto handler) { stream_.async_connect(place, std::move(handler)); });
      if (!error) return true;
      stream_.close();
    }
    return false;
  }

  /// The answer, or why there is none. The body of a good answer goes to `take` when there is one.
  Result<Answer, Silence> exchange(http::request<http::string_body>& request, const Client::Take& take,
                                   Clock::time_point deadline) {
    reusable_ = false;
    beast::error_code error = run(deadline, [&](auto handler) {
      http::async_write(stream_, request,
                        [handler](beast::error_code e, std::size_t) mutable { handler(e); });
    });
    if (error) return fail(silence_of(error));
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    beast::flat_buffer buffer(1U << 16U);
    error = run(deadline, [&](auto handler) {
      http::async_read_header(stream_, buffer, parser,
                              [handler](beast::error_code e, std::size_t) mutable { handler(e); });
    });
    if (error) return fail(silence_of(error));
    Answer answer;
    answer.status = parser.get().result_int();
    if (const auto found = parser.get().find("X-ClickHouse-Exception-Code"); found != parser.get().end()) {
      const auto text = found->value();
      answer.code = 1;
      std::from_chars(text.data(), text.data() + text.size(), answer.code);
    }
    std::vector<char> piece(1U << 16U);
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      error = run(deadline, [&](auto handler) {
        http::async_read(stream_, buffer, parser,
                         [handler](beast::error_code e, std::size_t) mutable { handler(e); });
      });
      if (error && error != http::error::need_buffer) return fail(silence_of(error));
      const std::string_view bytes(piece.data(), piece.size() - parser.get().body().size);
      if (take && answer.good()) {
        if (!take(bytes)) return answer;  // the rest stays unread: this connection is not used again
      } else {
        if (answer.body.size() + bytes.size() > kMaxAnswerBytes) return fail(Silence::cut_off);
        answer.body += bytes;
      }
    }
    reusable_ = parser.keep_alive();
    used_at_ = Clock::now();
    return answer;
  }

  /// Whether another exchange may begin: kept, recently used, and the other side has neither closed it nor
  /// said more.
  [[nodiscard]] bool reusable(Clock::time_point now) {
    if (!reusable_ || now - used_at_ >= kKeepFor) return false;
    char byte;
    return recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  static Silence silence_of(beast::error_code error) {
    return error == beast::error::timeout ? Silence::too_late : Silence::cut_off;
  }

  std::vector<Protocol::endpoint> places_of(const Endpoint& endpoint) {
    const std::string_view address = endpoint.address;
    if (address.starts_with("unix:")) {
      const std::string path(address.substr(5));
      if (path.size() >= sizeof(sockaddr_un::sun_path)) return {};
      return {asio::local::stream_protocol::endpoint(path)};
    }
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos) return {};
    std::string_view host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    asio::ip::tcp::resolver resolver(context_);
    beast::error_code error;
    std::vector<Protocol::endpoint> places;
    for (const auto& found :
         resolver.resolve(std::string(host), std::string(address.substr(colon + 1)), error))
      places.emplace_back(found.endpoint());
    return places;
  }

  template <class Start>
  beast::error_code run(Clock::time_point deadline, Start start) {
    stream_.expires_at(deadline);
    beast::error_code result = asio::error::operation_aborted;
    start([&result](beast::error_code error) { result = error; });
    context_.restart();
    context_.run();
    return result;
  }

  asio::io_context context_{1};
  Stream stream_;
  bool reusable_ = false;
  Clock::time_point used_at_{};
};

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

struct Client::Impl {
  Endpoint endpoint;
  std::mutex mutex;
  std::vector<std::unique_ptr<Connection>> idle;

  std::unique_ptr<Connection> kept() {
    const std::lock_guard lock(mutex);
    while (!idle.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle.back());
      idle.pop_back();
      if (connection->reusable(Clock::now())) return connection;
    }
    return nullptr;
  }

  Result<Answer, Silence> exchange(http::request<http::string_body> request, const Take& take,
                                   std::chrono::milliseconds within) {
    const auto deadline = Clock::now() + within;
    const std::string_view address = endpoint.address;
    request.version(11);
    request.set(http::field::host,
                address.starts_with("unix:") ? std::string("localhost") : std::string(address));
    if (!endpoint.user.empty()) {
      request.set("X-ClickHouse-User", endpoint.user);
      request.set("X-ClickHouse-Key", endpoint.password);
    }
    request.keep_alive(true);
    request.prepare_payload();
    try {
      std::unique_ptr<Connection> connection = kept();
      if (connection == nullptr) {
        connection = std::make_unique<Connection>();
        if (!connection->open(endpoint, deadline)) return fail(Silence::not_sent);
      }
      auto answer = connection->exchange(request, take, deadline);
      if (answer && connection->reusable(Clock::now())) {
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(connection));
      }
      return answer;
    } catch (const std::exception&) {  // Boost's exceptions end at this room's edge
      return fail(Silence::cut_off);
    }
  }
};

Client::Client(Endpoint endpoint) : impl_(std::make_unique<Impl>()) { impl_->endpoint = std::move(endpoint); }
Client::~Client() = default;

const Endpoint& Client::endpoint() const { return impl_->endpoint; }

Result<Answer, Silence> Client::ask(const Ask& ask, std::chrono::milliseconds deadline) {
  return pour(ask, {}, deadline);
}

Result<Answer, Silence> Client::pour(const Ask& ask, const Take& take, std::chrono::milliseconds deadline) {
  std::string target = "/?default_format=" + percent_encoded(ask.format) + "&wait_end_of_query=1";
  if (!impl_->endpoint.database.empty()) target += "&database=" + percent_encoded(impl_->endpoint.database);
  for (const auto& [name, value] : ask.settings)
    target += '&' + percent_encoded(name) + '=' + percent_encoded(value);
  for (const auto& [name, value] : ask.parameters)
    target += "&param_" + percent_encoded(name) + '=' + percent_encoded(value);
  http::request<http::string_body> request(http::verb::post, "/", 11);
  if (ask.rows.empty()) {
    request.body() = ask.sql;
  } else {
    target += "&query=" + percent_encoded(ask.sql);
    request.body() = ask.rows;
  }
  request.target(target);
  return impl_->exchange(std::move(request), take, deadline);
}

bool Client::ping(std::chrono::milliseconds deadline) {
  const auto answer = impl_->exchange({http::verb::get, "/ping", 11}, {}, deadline);
  return answer && answer->status == 200;
}

}  // namespace etappe::store
