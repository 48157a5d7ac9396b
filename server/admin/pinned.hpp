#pragma once
// Pinned versions of a site's tracker file: t/<key>.<hash>.js has the bytes that t/<key>.js had when it was
// published, for ever, so that a page can state their hash (Subresource Integrity, W3C). Here is what such a
// file is called and how long it stays; publish.hpp writes and deletes it.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "server/admin/database.hpp"

namespace etappe::admin {

/// A version that was replaced stays until 20 others have been replaced after it, and 90 days at least: a
/// page that pinned it loads nothing once it is gone.
inline constexpr std::size_t kPinnedVersions = 20;
inline constexpr std::chrono::days kPinnedDays{90};

/// "<key>.<hash>.js"; the hash is the first 16 hex digits of the script's SHA-256.
[[nodiscard]] std::string pinned_name(std::string_view key, std::string_view script);

/// "sha384-…" as the attribute `integrity` wants it.
[[nodiscard]] std::string integrity(std::string_view script);

/// Notes that a version is replaced from now on: the time of the file says since when. One that is not there
/// is no error. Whether the disk took it.
[[nodiscard]] bool mark_replaced(const std::filesystem::path& pinned, Time now);

/// Names of the site's replaced versions in `folder` that stay. `current` is not one of them.
[[nodiscard]] std::set<std::string> kept_versions(const std::filesystem::path& folder, std::string_view key,
                                                  std::string_view current, Time now);

}  // namespace etappe::admin
