#pragma once
// Which form of a file a client gets, and whether it has it already: the two negotiations of RFC 9110 that a
// static file needs. Pure functions over header values.

#include <cstdint>
#include <string_view>

namespace etappe::deliver {

enum class Encoding : std::uint8_t { identity, gzip, br };

struct Offers {
  bool gzip = false;
  bool br = false;
};

/// The best of what is offered and what `accept_encoding` takes with a weight above 0; br before gzip before
/// identity. A header that cannot be read takes identity only.
[[nodiscard]] Encoding choose(std::string_view accept_encoding, Offers offers);

/// Whether `if_none_match` names that entity tag (with its quotes), compared weakly; `*` names any.
[[nodiscard]] bool matches(std::string_view if_none_match, std::string_view etag);

}  // namespace etappe::deliver
