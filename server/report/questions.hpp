#pragma once
// The reports of this room, one file each, and the parts that one report shows of another. Only run() calls
// the fill functions; each asks in sequence and leaves its findings in `report`.

#include <array>
#include <map>
#include <string>
#include <vector>

#include "server/report/acquisition.hpp"
#include "server/report/frame.hpp"

namespace etappe::report {

void fill_overview(Asker& asker, const Site& site, const Ask& ask, Report& report);
void fill_channels(Asker& asker, const Site& site, const Ask& ask, Report& report);
void fill_conversions(Asker& asker, const Site& site, const Ask& ask, Report& report);
void fill_consent(Asker& asker, const Site& site, const Ask& ask, Report& report);
void fill_funnel(Asker& asker, const Site& site, const Ask& ask, const Funnel& funnel, Report& report);

/// One row per channel; without `before` the comparison's cells are empty.
[[nodiscard]] Grid channel_grid(const Acquisition& now, const Acquisition* before);

/// The funnel's rows; adds its notes to `report`.
[[nodiscard]] FunnelPart read_funnel(Asker& asker, const Funnel& funnel, const Frame& frame, Report& report);

/// part / whole; not computable where the whole is 0.
[[nodiscard]] Cell share_of(std::int64_t part, std::int64_t whole);

/// now / before − 1; not computable where both have fewer than ten cases, or there was nothing before: such
/// changes say more about chance than about the site.
[[nodiscard]] Cell change_of(std::int64_t now, std::int64_t before);

}  // namespace etappe::report
