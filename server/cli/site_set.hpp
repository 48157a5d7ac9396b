#pragma once
// etappe site set: what a site has set about its tracker.

#include "server/cli/commands.hpp"

namespace etappe::cli {

/// Adds `set` to the group `etappe site`.
void add_site_set(CLI::App& group, Action& action);

}  // namespace etappe::cli
