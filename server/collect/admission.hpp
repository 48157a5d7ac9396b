#pragma once
// Who may send events for a site: the site must exist, and a page that sends must be one of the site's.
// That is a fence against mistakes and casual forgery, not authentication; docs/collector.md says so.

#include <cstdint>
#include <string_view>

#include "core/result.hpp"
#include "server/artefact/sites.hpp"
#include "server/collect/refusal.hpp"

namespace etappe::collect {

/// Whether the sender has proved that it is a server of the site's owner.
enum class Sender : std::uint8_t { anyone, bearer };

struct Admitted {
  const artefact::Site* site = nullptr;  ///< lives as long as the table
  Sender sender = Sender::anyone;
};

/// Whether a page of that `Origin` belongs to the site: one of its domains or a subdomain, http or https, any
/// port; `null` only where the site allows it.
[[nodiscard]] bool origin_allowed(const artefact::Site& site, std::string_view origin);
/// Whether any site of the table allows it: all that a preflight, which names no site, can be asked.
[[nodiscard]] bool origin_known(const artefact::SiteTable& table, std::string_view origin);

/// `origin` and `authorization` are the headers' values, empty when absent.
/// Refusal: unknown_site, origin_refused, bad_token.
[[nodiscard]] Result<Admitted, Refusal> admit(const artefact::SiteTable& table, std::string_view site_key,
                                              std::string_view origin, std::string_view authorization);

}  // namespace etappe::collect
