#pragma once
// Campaign parameters: what a landing URL says about itself by the utm_* convention.
//
// The tracker needs to know *that* a campaign arrived (it begins a new session); the server reads *which*.
// Click ids and affiliate networks are data and live in server/enrich.
// Source of the names: Google Analytics Help, "URL builders: Collect campaign data with custom URLs".

#include <array>
#include <cstdint>
#include <string_view>

#include "core/url/url.hpp"

namespace etappe::campaign {

enum class Field : std::uint8_t { source, medium, campaign, term, content, campaign_id };
inline constexpr std::size_t kFieldCount = 6;

/// utm_source, utm_medium, utm_campaign, utm_term, utm_content, utm_id, in the order of Field.
[[nodiscard]] std::string_view param_name(Field field);

/// The parameters as written (percent-encoded); empty where absent. Names are compared decoded and ignoring
/// ASCII case, the first value that is not empty wins, and the fragment is read like a query after the query.
struct CampaignView {
  std::array<std::string_view, kFieldCount> fields{};
  [[nodiscard]] std::string_view operator[](Field field) const {
    return fields[static_cast<std::size_t>(field)];
  }
  [[nodiscard]] bool any() const;
};

[[nodiscard]] CampaignView read(const url::UrlView& url);

/// Whether the address itself announces where the visitor came from: a utm_source, utm_medium, utm_campaign
/// or utm_id, or one of the click ids that browsers most often carry (gclid, gbraid, wbraid, msclkid, fbclid,
/// awc), with a value. Reads query and fragment.
[[nodiscard]] bool announces_campaign(const url::UrlView& url);

}  // namespace etappe::campaign
