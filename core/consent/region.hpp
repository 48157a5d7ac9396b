#pragma once
// Which policy holds where. Regions are ISO 3166-1 or -2 codes in upper case, "DE", "US-CA".

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/consent/consent.hpp"

namespace etappe::consent {

/// The policy of a site for visitors from these regions.
struct RegionPolicy {
  std::vector<std::string> in;
  Policy policy = Policy::block;
  friend bool operator==(const RegionPolicy&, const RegionPolicy&) = default;
};

/// For a visitor of that region: what its part of a country says, else its country, else `otherwise`; of
/// several entries that name it the first. Whose region is unknown (empty) gets the strictest of all: the one
/// who must be asked first could be anyone.
[[nodiscard]] inline Policy policy_in(std::string_view region, Policy otherwise,
                                      const std::vector<RegionPolicy>& regions) {
  if (region.empty()) {
    for (const RegionPolicy& one : regions) otherwise = std::min(otherwise, one.policy);
    return otherwise;
  }
  for (const std::string_view name : {region, region.substr(0, region.find('-'))})
    for (const RegionPolicy& one : regions)
      if (std::ranges::find(one.in, name) != one.in.end()) return one.policy;
  return otherwise;
}

}  // namespace etappe::consent
