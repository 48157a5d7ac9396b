#pragma once
// Which addresses a probe may connect to. A person with an account asks our server to fetch an address; that
// must not become a way into the network the server stands in (server-side request forgery). Judged is the
// address that is connected to, not the name, so that a name cannot be pointed elsewhere in between. Pure.

#include <cstdint>
#include <span>

namespace etappe::probe {

enum class Reach : std::uint8_t {
  public_only,
  anywhere,  ///< a person who tests on their own machine
};

/// Whether an address, 4 or 16 bytes in network order, is one of the public internet: no loopback, private,
/// link-local, shared, multicast, documentation or reserved one (RFC 6890), also inside an IPv6 address that
/// carries an IPv4 one (mapped, 6to4, NAT64). Anything of another length is not.
[[nodiscard]] bool is_public(std::span<const std::uint8_t> address);

}  // namespace etappe::probe
