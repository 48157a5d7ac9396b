#pragma once
// Publishing: what the database says about sites becomes files that the collecting side reads and serves.
//
//   sites.json, sites.json.sig       the signed table (server/artefact)
//   t/<key>.js, .br, .gz             the tracker with this site's policy and container in it
//
// A file is built and checked in memory, written whole, then renamed; whatever fails leaves the working files
// as they were. Files of sites that are gone are deleted last.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/admin/sites.hpp"
#include "server/admin/tokens.hpp"

namespace etappe::admin {

enum class PublishError : std::uint8_t {
  database,
  missing_assets,  ///< tracker.js, assets.json or the fallback engine it names is not in the assets folder
  bad_assets,   ///< tracker.js does not hold the place for the configuration exactly once, or assets.json is
                ///< not sound
  missing_key,  ///< the signing key in DATA/keys is gone or not one
  compression,
  disk,
};
[[nodiscard]] std::string_view name_of(PublishError error);

/// What the build leaves for every site (build/share/etappe).
struct TrackerAssets {
  std::string script;       ///< the loader and its module
  std::string engine_path;  ///< "/a/engine.<hash>.js", the build for pages that refuse WebAssembly
};
[[nodiscard]] Result<TrackerAssets, PublishError> read_assets(const std::filesystem::path& assets);

/// The tracker file of one site. Error::bad_assets when the script has no single place for it.
[[nodiscard]] Result<std::string, PublishError> tracker_file(const TrackerAssets& assets, const Site& site,
                                                             const Container& container);

/// Creates the signing keys in `data`/keys if they are not there. Error::disk otherwise.
[[nodiscard]] Result<void, PublishError> ensure_signing_keys(const std::filesystem::path& data);
/// The key that SiteTable::load checks with, in hex.
[[nodiscard]] Result<std::string, PublishError> public_key(const std::filesystem::path& data);

/// Writes everything that has changed. Blocks; processes that publish the same folder wait for each other.
[[nodiscard]] Result<void, PublishError> publish(Sites& sites, Tokens& tokens,
                                                 const std::filesystem::path& data,
                                                 const std::filesystem::path& assets);

}  // namespace etappe::admin
