#include "server/probe/curl_fetcher.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

namespace etappe::probe {

namespace {

constexpr std::size_t kMaxHeaderBytes = 65536;

struct Exchange {
  Reach reach = Reach::public_only;
  Answer answer;
  std::size_t header_bytes = 0;
  bool refused = false;  ///< an address was not to be connected to
  bool full = false;     ///< the body was cut
};

std::span<const std::uint8_t> bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return {reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), sizeof v4.sin_addr};
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    return {reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), sizeof v6.sin6_addr};
  }
  return {};
}

/// Called with the address that is about to be connected to.
curl_socket_t open_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (exchange.reach == Reach::public_only && !is_public(bytes_of(address->addr))) {
    exchange.refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::strchr(" \t\r\n", text.front()) != nullptr) text.remove_prefix(1);
  while (!text.empty() && std::strchr(" \t\r\n", text.back()) != nullptr) text.remove_suffix(1);
  return text;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  exchange.header_bytes += size;
  if (exchange.header_bytes > kMaxHeaderBytes) return 0;
  const std::string_view line(data, size);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view value = trimmed(line.substr(colon + 1));
  Answer& answer = exchange.answer;
  if (name == "location") answer.location = value;
  if (name == "content-security-policy") answer.policies.emplace_back(value);
  if (name == "cache-control") answer.cache_control = value;
  std::uint32_t age = 0;
  if (name == "age" && std::from_chars(value.data(), value.data() + value.size(), age).ec == std::errc())
    answer.age_seconds = age;
  return size;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  std::string& body = exchange.answer.body;
  const std::size_t room = std::min(size, kMaxBodyBytes - body.size());
  body.append(data, room);
  exchange.full = room < size;
  return room;
}

FetchError error_of(CURLcode code, const Exchange& exchange) {
  if (exchange.refused) return FetchError::private_address;
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return FetchError::too_slow;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return FetchError::bad_certificate;
    default: return FetchError::unreachable;
  }
}

}  // namespace

CurlFetcher::CurlFetcher(Reach reach) : reach_(reach) { curl_global_init(CURL_GLOBAL_DEFAULT); }

Result<Answer, FetchError> CurlFetcher::get(const std::string& url, std::chrono::milliseconds patience) {
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle || patience.count() <= 0) return fail(handle ? FetchError::too_slow : FetchError::unreachable);
  CURL* const curl = handle.get();
  Exchange exchange;
  exchange.reach = reach_;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "etappe-check");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && exchange.full))
    return fail(error_of(code, exchange));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_off_t microseconds = 0;
  curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME_T, &microseconds);
  exchange.answer.status = static_cast<unsigned>(status);
  exchange.answer.took = std::chrono::milliseconds(microseconds / 1000);
  return std::move(exchange.answer);
}

}  // namespace etappe::probe
