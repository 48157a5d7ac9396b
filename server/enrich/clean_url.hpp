#pragma once
// A landing URL without what made it a landing URL: click ids, campaign parameters, redacted values.

#include <span>
#include <string>

#include "server/enrich/networks.hpp"

namespace etappe::enrich {

/// What is left keeps its bytes and its order. `matches` are the networks the URL names: all their parameters
/// go; of the others only click ids and ids of people.
[[nodiscard]] std::string clean_url(std::string_view url, const NetworkTable& table,
                                    std::span<const NetworkMatch> matches);

}  // namespace etappe::enrich
