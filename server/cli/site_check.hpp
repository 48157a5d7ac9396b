#pragma once
// etappe site check: what arrives from a page of a site, and if nothing does, why.

#include <cstdint>
#include <string>

#include "server/cli/office.hpp"

namespace etappe::cli {

enum class CheckForm : std::uint8_t { words, json };

/// Asks the running `serve`. An empty `url` is the start page of the site's first domain. kFine when the
/// installation is sound (docs/live-check.md), kFailed otherwise.
[[nodiscard]] int check_site(Office& office, const std::string& key, std::string url, CheckForm form);

}  // namespace etappe::cli
