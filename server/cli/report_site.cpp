#include "server/cli/report_site.hpp"

namespace etappe::cli {

Result<report::Site, report::FunnelFault> report_site(const admin::Site& site) {
  auto funnels = report::funnels_from_json(site.funnels);
  if (!funnels) return fail(funnels.error());
  return report::Site{.id = site.id,
                      .key = site.key,
                      .name = site.name,
                      .domains = site.domains,
                      .zone = site.zone,
                      .currency = site.currency,
                      .demo = site.demo,
                      .session_silence = std::chrono::minutes{site.session_minutes},
                      .policy = site.privacy.policy,
                      .funnels = *std::move(funnels)};
}

}  // namespace etappe::cli
