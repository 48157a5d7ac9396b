#pragma once
// Why nothing was published. One list for the parts of publishing: composing, pinning, writing.

#include <cstdint>
#include <string_view>

namespace etappe::admin {

enum class PublishError : std::uint8_t {
  database,
  missing_assets,    ///< tracker.js, assets.json or the fallback engine it names is not in the assets folder
  missing_listener,  ///< assets.json names a listener whose file is not in the assets folder
  bad_assets,  ///< tracker.js does not have each of its places exactly once, assets.json is not sound, or a
               ///< listener is no expression
  unknown_listener,  ///< a site asks for a listener that assets.json does not name
  missing_key,       ///< the signing key in DATA/keys is gone or not one
  compression,
  disk,
};
[[nodiscard]] std::string_view name_of(PublishError error);

}  // namespace etappe::admin
