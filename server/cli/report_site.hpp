#pragma once
// A site as the administration keeps it, as the reports want it.

#include "core/result.hpp"
#include "server/admin/sites.hpp"
#include "server/report/site.hpp"

namespace etappe::cli {

[[nodiscard]] Result<report::Site, report::FunnelFault> report_site(const admin::Site& site);

}  // namespace etappe::cli
