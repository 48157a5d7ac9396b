#include "server/address/range.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace etappe::address {
namespace {

constexpr unsigned kMappedBits = 96;  ///< of an IPv6 address in front of an IPv4 one

bool is_v4(std::string_view address) { return address.find(':') == std::string_view::npos; }

}  // namespace

std::optional<Bytes> bytes_of(std::string_view address) {
  const std::string text(address);
  Bytes bytes{};
  if (is_v4(text)) {
    bytes[10] = bytes[11] = 0xFF;
    if (inet_pton(AF_INET, text.c_str(), bytes.data() + 12) != 1) return std::nullopt;
  } else if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
    return std::nullopt;
  }
  return bytes;
}

std::optional<Range> Range::from(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const auto prefix = bytes_of(address);
  if (!prefix) return std::nullopt;
  const unsigned most = is_v4(address) ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (error != std::errc{} || end != length.data() + length.size() || bits > most) return std::nullopt;
  }
  Range range;
  range.prefix_ = *prefix;
  range.bits_ = most == 32 ? kMappedBits + bits : bits;
  return range;
}

bool Range::contains(const Bytes& address) const {
  const unsigned whole = bits_ / 8;
  if (!std::equal(prefix_.begin(), prefix_.begin() + whole, address.begin())) return false;
  const unsigned rest = bits_ % 8;
  return rest == 0 || (prefix_[whole] ^ address[whole]) >> (8 - rest) == 0;
}

bool contain(const Ranges& ranges, std::string_view address) {
  if (ranges.empty()) return false;
  const auto bytes = bytes_of(address);
  return bytes && std::ranges::any_of(ranges, [&](const Range& range) { return range.contains(*bytes); });
}

}  // namespace etappe::address
