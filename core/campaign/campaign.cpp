#include "core/campaign/campaign.hpp"

namespace etappe::campaign {
namespace {

constexpr std::array<std::string_view, kFieldCount> kParamNames = {
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"};

/// Names that announce a campaign by themselves, as a query without values: a table of texts is longer in the
/// visitor's page.
constexpr std::string_view kAnnouncing =
    "utm_source&utm_medium&utm_campaign&utm_id&gclid&gbraid&wbraid&msclkid&fbclid&awc";

void read_into(CampaignView& view, std::string_view query) {
  url::QueryReader reader(query);
  while (const auto param = reader.next()) {
    for (std::size_t field = 0; field < kFieldCount; ++field) {
      if (view.fields[field].empty() && url::decodes_to_ignoring_case(param->name, kParamNames[field])) {
        view.fields[field] = param->value;
      }
    }
  }
}

bool has_announcing_param(std::string_view query) {
  url::QueryReader reader(query);
  for (url::ParamView param; reader.next(param);) {
    if (param.value.empty()) continue;
    url::QueryReader names(kAnnouncing);
    for (url::ParamView known; names.next(known);) {
      if (url::decodes_to_ignoring_case(param.name, known.name)) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view param_name(Field field) { return kParamNames[static_cast<std::size_t>(field)]; }

bool CampaignView::any() const {
  for (const std::string_view field : fields) {
    if (!field.empty()) return true;
  }
  return false;
}

CampaignView read(const url::UrlView& url) {
  CampaignView view;
  read_into(view, url.query);
  read_into(view, url::fragment_query(url.fragment));
  return view;
}

bool announces_campaign(const url::UrlView& url) {
  return has_announcing_param(url.query) || has_announcing_param(url::fragment_query(url.fragment));
}

}  // namespace etappe::campaign
