#pragma once
// Publishing: what the database says about sites becomes files that the collecting side reads and serves.
//
//   sites.json, sites.json.sig       the signed table (server/artefact)
//   t/<key>.js, .br, .gz             the tracker with this site's options, policy and container in it
//   t/<key>.<hash>.js, .br, .gz      the same bytes under a name that stays theirs (pinned.hpp)
//
// A file is built and checked in memory, written whole, then renamed; whatever fails leaves the working files
// as they were. Files of sites that are gone are deleted last.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/admin/publish_error.hpp"
#include "server/admin/sites.hpp"
#include "server/admin/tokens.hpp"

namespace etappe::admin {

/// Creates the signing keys in `data`/keys if they are not there. Error::disk otherwise.
[[nodiscard]] Result<void, PublishError> ensure_signing_keys(const std::filesystem::path& data);
/// The key that SiteTable::load checks with, in hex.
[[nodiscard]] Result<std::string, PublishError> public_key(const std::filesystem::path& data);

/// Writes everything that has changed. Blocks; processes that publish the same folder wait for each other.
/// `now` decides which pinned versions are old enough to go.
[[nodiscard]] Result<void, PublishError> publish(Sites& sites, Tokens& tokens,
                                                 const std::filesystem::path& data,
                                                 const std::filesystem::path& assets, Time now);

}  // namespace etappe::admin
