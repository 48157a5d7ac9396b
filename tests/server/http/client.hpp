#pragma once
// A raw client for tests: what it sends is exactly the bytes it was given, whatever they are.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace etappe::test {

class RawClient {
 public:
  /// `endpoint` as Server::endpoints() gives it; `from` is the IPv4 address to connect from, any of 127/8.
  explicit RawClient(const std::string& endpoint, const char* from = "127.0.0.1") {
    if (endpoint.starts_with("unix:")) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::strncpy(address.sun_path, endpoint.c_str() + 5, sizeof address.sun_path - 1);
      socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
      connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
      return;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::atoi(endpoint.c_str() + endpoint.rfind(':') + 1)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &source.sin_addr);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) {
      throw std::runtime_error("cannot bind");
    }
    connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server no longer takes anything.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Whether there is something to receive, waiting for at most `timeout`.
  bool readable(std::chrono::milliseconds timeout) {
    pollfd wait{socket_, POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(timeout.count())) > 0;
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  /// The next whole reply, by its Content-Length; what came so far when the server closes.
  std::string reply() {
    for (;;) {
      const std::size_t end = received_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t whole = end + 4 + body_length(std::string_view(received_).substr(0, end));
        if (received_.size() >= whole) {
          std::string one = received_.substr(0, whole);
          received_.erase(0, whole);
          return one;
        }
      }
      if (!receive()) return std::exchange(received_, {});
    }
  }
  /// Everything until the server closes the connection.
  std::string rest() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }
  /// Whether the last receive ended with a reset instead of an orderly close.
  [[nodiscard]] bool was_reset() const { return reset_; }

 private:
  void connect_to(const sockaddr* address, socklen_t length) {
    if (socket_ < 0 || ::connect(socket_, address, length) != 0) throw std::runtime_error("cannot connect");
  }
  static std::size_t body_length(std::string_view head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string_view::npos ? 0 : std::strtoul(head.data() + at + 16, nullptr, 10);
  }
  /// A test that waits for more than this long is broken, not slow.
  bool receive() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, 60'000) <= 0) throw std::runtime_error("no answer within a minute");
    char buffer[65536];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    reset_ = got < 0;
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int socket_ = -1;
  std::string received_;
  bool reset_ = false;
};

[[nodiscard]] inline int status_of(const std::string& reply) {
  return reply.starts_with("HTTP/1.") && reply.size() > 12 ? std::atoi(reply.c_str() + 9) : 0;
}

}  // namespace etappe::test
