#include "core/campaign/campaign.hpp"

namespace etappe::campaign {
namespace {

constexpr std::array<std::string_view, kFieldCount> kParamNames = {
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"};

constexpr std::string_view kClickIds[] = {"gclid", "gbraid", "wbraid", "msclkid", "fbclid", "awc"};

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

bool has_click_id(std::string_view query) {
  url::QueryReader reader(query);
  while (const auto param = reader.next()) {
    if (param->value.empty()) continue;
    for (const std::string_view name : kClickIds) {
      if (url::decodes_to_ignoring_case(param->name, name)) return true;
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
  const CampaignView view = read(url);
  return !view[Field::source].empty() || !view[Field::medium].empty() || !view[Field::campaign].empty() ||
         !view[Field::campaign_id].empty() || has_click_id(url.query) ||
         has_click_id(url::fragment_query(url.fragment));
}

}  // namespace etappe::campaign
