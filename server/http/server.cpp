#include "server/http/server.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <variant>

#include "server/http/connection.hpp"
#include "server/observe/counters.hpp"

namespace etappe::http {

namespace {

using Tcp = net::ip::tcp;
using Local = net::local::stream_protocol;
using Address = std::variant<Tcp::endpoint, Local::endpoint>;
constexpr std::string_view kUnixPrefix = "unix:";
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

std::optional<Address> parse_address(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) {
    const std::string path(text.substr(kUnixPrefix.size()));
    if (path.empty() || path.size() >= sizeof(sockaddr_un{}.sun_path)) return std::nullopt;
    return Local::endpoint(path);
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const auto ip = net::ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  return Tcp::endpoint(ip, port);
}

std::string text_of(const Tcp::endpoint& endpoint) {
  const std::string ip = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + ip + "]" : ip) + ":" + std::to_string(endpoint.port());
}

/// What counts as one peer: an IPv4 address, or the /64 that one IPv6 customer is usually given. Empty for
/// this machine's own address: the proxy that speaks TLS for us is one peer for all its visitors.
std::string peer_key(const net::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return peer_key(net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6()));
  }
  if (address == net::ip::address_v4::loopback() || address == net::ip::address_v6::loopback()) return {};
  if (address.is_v4()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return net::ip::make_address_v6(bytes).to_string();
}

StartError::Kind kind_of(const boost::system::error_code& error) {
  if (error == net::error::address_in_use) return StartError::Kind::in_use;
  if (error == boost::system::errc::permission_denied) return StartError::Kind::not_permitted;
  return StartError::Kind::failed;
}

/// A socket file that nobody listens on is left over from a process that was killed.
void remove_stale_socket(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  net::io_context context;
  Local::socket probe(context);
  boost::system::error_code error;
  probe.connect(Local::endpoint(path), error);
  if (error == net::error::connection_refused) ::unlink(path.c_str());
}

}  // namespace

std::string_view name_of(StartError::Kind kind) {
  switch (kind) {
    case StartError::Kind::bad_address: return "bad_address";
    case StartError::Kind::in_use: return "in_use";
    case StartError::Kind::not_permitted: return "not_permitted";
    case StartError::Kind::failed: return "failed";
  }
  return "failed";
}

struct Server::Impl {
  explicit Impl(unsigned thread_count) : io(static_cast<int>(thread_count)), work(net::make_work_guard(io)) {}

  template <class Acceptor>
  static net::awaitable<void> accept_loop(Impl* impl, Acceptor* acceptor);
  template <class Protocol>
  Result<void, StartError> listen(const std::string& name, const typename Protocol::endpoint& endpoint);
  void welcome(Tcp::socket accepted);
  void welcome(Local::socket accepted);
  void take_in(Socket socket, std::string peer, std::string key);
  void forget(Connection* connection, const std::string& key);
  void run();

  net::io_context io;
  net::executor_work_guard<net::io_context::executor_type> work;
  Shared shared;
  std::vector<std::unique_ptr<Tcp::acceptor>> tcp_acceptors;
  std::vector<std::unique_ptr<Local::acceptor>> local_acceptors;
  std::vector<std::string> endpoints;
  std::vector<std::string> socket_files;
  std::vector<std::thread> threads;

  std::mutex mutex;
  std::condition_variable all_gone;
  std::unordered_map<Connection*, std::weak_ptr<Connection>> open;
  std::unordered_map<std::string, std::size_t> per_peer;
  bool stopped = false;
};

template <class Protocol>
Result<void, StartError> Server::Impl::listen(const std::string& name,
                                              const typename Protocol::endpoint& endpoint) {
  auto acceptor = std::make_unique<typename Protocol::acceptor>(net::make_strand(io));
  boost::system::error_code error;
  acceptor->open(endpoint.protocol(), error);
  if constexpr (std::is_same_v<Protocol, Tcp>) {
    if (!error) acceptor->set_option(net::socket_base::reuse_address(true), error);
  } else {
    remove_stale_socket(endpoint.path());
  }
  if (!error) acceptor->bind(endpoint, error);
  if constexpr (std::is_same_v<Protocol, Local>) {
    if (!error) {
      socket_files.push_back(endpoint.path());
      if (::chmod(endpoint.path().c_str(), 0600) != 0) error.assign(errno, boost::system::system_category());
    }
  }
  if (!error) acceptor->listen(net::socket_base::max_listen_connections, error);
  if (error) return fail(StartError{kind_of(error), name});
  if constexpr (std::is_same_v<Protocol, Tcp>) {
    endpoints.push_back(text_of(acceptor->local_endpoint()));
    tcp_acceptors.push_back(std::move(acceptor));
  } else {
    endpoints.push_back(name);
    local_acceptors.push_back(std::move(acceptor));
  }
  return {};
}

template <class Acceptor>
net::awaitable<void> Server::Impl::accept_loop(Impl* impl, Acceptor* acceptor) {
  while (acceptor->is_open()) {
    auto [error, accepted] = co_await acceptor->async_accept(net::any_io_executor(net::make_strand(impl->io)),
                                                             net::as_tuple(net::use_awaitable));
    if (!acceptor->is_open()) co_return;
    if (error) {
      // Out of descriptors or memory: the connections that end make room.
      impl->shared.count("etappe_http_accept_errors_total", error.message());
      net::steady_timer pause(acceptor->get_executor(), kAcceptPause);
      co_await pause.async_wait(net::as_tuple(net::use_awaitable));
      continue;
    }
    try {
      impl->welcome(std::move(accepted));
    } catch (...) {
      // No memory for this one; the loop must live on.
      impl->shared.count("etappe_http_exceptions_total", "accept");
    }
  }
}

void Server::Impl::welcome(Tcp::socket accepted) {
  boost::system::error_code ignored;
  accepted.set_option(Tcp::no_delay(true), ignored);
  const auto remote = accepted.remote_endpoint(ignored).address();
  take_in(Socket(std::move(accepted)), remote.to_string(), peer_key(remote));
}

void Server::Impl::welcome(Local::socket accepted) { take_in(Socket(std::move(accepted)), "unix", {}); }

void Server::Impl::take_in(Socket socket, std::string peer, std::string key) {
  std::string_view refusal;
  std::shared_ptr<Connection> connection;
  {
    const std::lock_guard lock(mutex);
    if (shared.stopping) return;
    if (open.size() >= shared.limits.max_connections) {
      refusal = "too_many_connections";
    } else if (!key.empty() && per_peer[key] >= shared.limits.max_connections_per_peer) {
      refusal = "too_many_connections_of_peer";
    } else {
      if (!key.empty()) ++per_peer[key];
      connection = std::make_shared<Connection>(std::move(socket), std::move(peer), shared);
      open.emplace(connection.get(), connection);
    }
  }
  if (!connection) {
    shared.count("etappe_http_refused_total", refusal);
    static constexpr std::string_view kRefusal =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: "
        "close\r\n\r\n";
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(net::buffer(kRefusal.data(), kRefusal.size()), ignored);
    return;
  }
  Connection* const raw = connection.get();
  net::co_spawn(connection->executor(), Connection::serve(connection),
                [this, raw, key = std::move(key)](std::exception_ptr problem) {
                  if (problem) shared.count("etappe_http_exceptions_total", "connection");
                  forget(raw, key);
                });
}

void Server::Impl::forget(Connection* connection, const std::string& key) {
  const std::lock_guard lock(mutex);
  open.erase(connection);
  if (const auto peer = per_peer.find(key); peer != per_peer.end() && --peer->second == 0)
    per_peer.erase(peer);
  if (open.empty()) all_gone.notify_all();
}

/// An exception that escapes a completion handler must not end the process: it is counted and the loop goes
/// on.
void Server::Impl::run() {
  for (;;) {
    try {
      io.run();
      return;
    } catch (...) {
      shared.count("etappe_http_exceptions_total", "io_thread");
    }
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { stop(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<Server>, StartError> Server::start(Options options, Handler handler) {
  const unsigned thread_count = std::max(options.threads, 1u);
  auto impl = std::make_unique<Impl>(thread_count);
  impl->shared.limits = options.limits;
  impl->shared.handler = std::move(handler);
  impl->shared.counters = options.counters;
  impl->shared.listener_label = observe::label("listener", options.name);
  std::unique_ptr<Server> server(new Server(std::move(impl)));
  Impl& it = *server->impl_;
  for (const std::string& name : options.listen) {
    const auto address = parse_address(name);
    if (!address) return fail(StartError{StartError::Kind::bad_address, name});
    const auto listening = std::holds_alternative<Tcp::endpoint>(*address)
                               ? it.listen<Tcp>(name, std::get<Tcp::endpoint>(*address))
                               : it.listen<Local>(name, std::get<Local::endpoint>(*address));
    if (!listening) return fail(listening.error());
  }
  for (const auto& acceptor : it.tcp_acceptors) {
    net::co_spawn(acceptor->get_executor(), Impl::accept_loop(&it, acceptor.get()), net::detached);
  }
  for (const auto& acceptor : it.local_acceptors) {
    net::co_spawn(acceptor->get_executor(), Impl::accept_loop(&it, acceptor.get()), net::detached);
  }
  for (unsigned i = 0; i < thread_count; ++i) it.threads.emplace_back([&it] { it.run(); });
  return server;
}

const std::vector<std::string>& Server::endpoints() const { return impl_->endpoints; }

std::size_t Server::connections() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->open.size();
}

void Server::stop(std::chrono::milliseconds patience) {
  Impl& it = *impl_;
  if (std::exchange(it.stopped, true)) return;
  {
    const std::lock_guard lock(it.mutex);  // take_in sees it, or its connection is among the open ones below
    it.shared.stopping = true;
  }
  for (const auto& acceptor : it.tcp_acceptors) {
    net::post(acceptor->get_executor(), [raw = acceptor.get()] { raw->close(); });
  }
  for (const auto& acceptor : it.local_acceptors) {
    net::post(acceptor->get_executor(), [raw = acceptor.get()] { raw->close(); });
  }
  for (const std::string& file : it.socket_files) ::unlink(file.c_str());
  const auto each_open = [&it](auto action) {
    for (const auto& [raw, weak] : it.open) {
      if (const auto connection = weak.lock()) action(*connection);
    }
  };
  {
    std::unique_lock lock(it.mutex);
    each_open([](Connection& connection) { connection.close_when_idle(); });
    it.all_gone.wait_for(lock, patience, [&it] { return it.open.empty(); });
    each_open([](Connection& connection) { connection.close_now(); });
  }
  it.work.reset();
  for (std::thread& thread : it.threads) thread.join();
}

}  // namespace etappe::http
