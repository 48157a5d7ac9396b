#pragma once
// The table script_loads: how often pages fetched a site's script. Counts, no ids.

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "core/result.hpp"
#include "server/store/client.hpp"

namespace etappe::store {

/// What fetches are counted by.
struct LoadKey {
  std::string site;                    ///< the id
  std::chrono::sys_seconds quarter{};  ///< begin of the quarter of an hour
  std::string version;                 ///< of the banner or policy in force; empty: none
  std::string region;                  ///< ISO 3166; empty: unknown
  std::string device;                  ///< enrich::device_of()
  friend auto operator<=>(const LoadKey&, const LoadKey&) = default;
};
using ScriptLoads = std::map<LoadKey, std::uint64_t>;

/// Adds to what is stored. Blocks for ten seconds at most. After a failure nobody knows whether the counts
/// were added: they are for an estimate, and a second try may count them twice.
[[nodiscard]] bool add(Client& client, const ScriptLoads& loads);

}  // namespace etappe::store
