#pragma once
// How much goes on that no row knows of: an estimate from the fetches of the script, which are counted
// without ids.
//
// A browser keeps the script for five minutes (server/deliver), so that a visitor's page loads tell how often
// their browser should have fetched it. What was fetched beyond that belongs to visitors nothing was recorded
// of: who denied, has not decided, was gone before, or is a robot. Who blocks the script is in neither
// number.

#include <compare>
#include <map>
#include <string>

#include "server/report/asker.hpp"
#include "server/report/scope.hpp"

namespace etappe::report {

/// What loads are counted by.
struct LoadGroup {
  Day day{};
  std::string version;  ///< of the banner or policy that was in force; empty: none said
  std::string region;   ///< empty: unknown
  std::string device;
  friend auto operator<=>(const LoadGroup&, const LoadGroup&) = default;
};

struct LoadCounts {
  std::int64_t fetched = 0;   ///< of the script, by anybody
  std::int64_t recorded = 0;  ///< of them by visitors with rows, as far as their page loads tell
  std::int64_t granted = 0;   ///< of those by visitors with a grant
};

using Loads = std::map<LoadGroup, LoadCounts>;

/// One or two questions, `script_loads` and `recorded_loads`. Recorded loads count from the first counted
/// fetch on.
[[nodiscard]] Loads read_loads(Asker& asker, const Scope& scope);

[[nodiscard]] LoadCounts sum_of(const Loads& loads);

/// The part of the fetches that no row stands for, 0 to 1; not computable without fetches.
[[nodiscard]] Cell uncounted_share(const LoadCounts& counts);

}  // namespace etappe::report
