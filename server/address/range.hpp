#pragma once
// Ranges of IP addresses in CIDR notation (RFC 4632, RFC 4291 §2.3): whose requests a site leaves out, which
// proxies are believed. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace etappe::address {

/// IPv6 in network order; an IPv4 address is the IPv6 one that it is mapped to (RFC 4291 §2.5.5.2).
using Bytes = std::array<std::uint8_t, 16>;

/// "192.0.2.7", "2001:db8::1"; nothing for anything else, also for a zone or a port beside it.
[[nodiscard]] std::optional<Bytes> bytes_of(std::string_view address);

class Range {
 public:
  /// "10.0.0.0/8", "2001:db8::/32", or one address. Bits beyond the prefix are of no account.
  [[nodiscard]] static std::optional<Range> from(std::string_view text);
  [[nodiscard]] bool contains(const Bytes& address) const;
  friend bool operator==(const Range&, const Range&) = default;

 private:
  Bytes prefix_{};
  unsigned bits_ = 0;  ///< 0–128
};

using Ranges = std::vector<Range>;

/// False for what is no address.
[[nodiscard]] bool contain(const Ranges& ranges, std::string_view address);

}  // namespace etappe::address
