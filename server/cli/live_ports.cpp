#include "server/cli/live_ports.hpp"

#include <algorithm>

#include "core/url/url.hpp"

namespace etappe::cli {

probe::Reach reach_of(const config::Settings& settings) {
  const bool is_own_machine =
      settings.admin_proxy == config::AdminProxy::none && config::is_loopback(settings.admin_listen);
  return is_own_machine ? probe::Reach::anywhere : probe::Reach::public_only;
}

live::Owners owners_of(const collect::SiteSnapshot& sites) {
  return [&sites](std::string_view asked, std::string_view host) {
    const auto owns = [host](const artefact::Site& site) {
      return std::ranges::any_of(
          site.domains, [host](const std::string& domain) { return url::host_matches(host, domain); });
    };
    std::vector<std::string> keys;
    const auto table = sites.get();
    if (const artefact::Site* site = table->find(asked); site != nullptr && owns(*site)) return keys;
    for (const auto& [key, site] : table->all())
      if (owns(site)) keys.push_back(key);
    return keys;
  };
}

}  // namespace etappe::cli
