#pragma once
// Files are compressed once, when they are published, as far as the formats go.

#include <optional>
#include <string>
#include <string_view>

namespace etappe::admin {

/// RFC 7932 at quality 11. Empty when the library refuses or what it wrote does not read back as `bytes`.
[[nodiscard]] std::optional<std::string> brotli(std::string_view bytes);
/// RFC 1952 at level 9, without name or time, so that the same bytes give the same file. Checked likewise.
[[nodiscard]] std::optional<std::string> gzip(std::string_view bytes);

}  // namespace etappe::admin
