#pragma once
// What this room takes for a host: one rule for a site's domains and for the other domains it links to.

#include <string>
#include <string_view>

namespace etappe::admin {

/// A host name or an IPv4 address, IPv6 without brackets; lower-case, without scheme, port or path.
[[nodiscard]] bool is_domain(std::string_view domain);

/// The same text with A–Z in lower case: host names mean the same in both.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace etappe::admin
