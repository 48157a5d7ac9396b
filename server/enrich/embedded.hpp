#pragma once
// The tables of this room as the build embeds them (embed_tables.cmake).

#include <span>

#include "server/enrich/networks.hpp"

namespace etappe::enrich {

[[nodiscard]] std::span<const NamedText> embedded_networks();  ///< networks/*.json
[[nodiscard]] NamedText embedded_referrers();                  ///< referrers.tsv

}  // namespace etappe::enrich
