#include "server/enrich/channel.hpp"

#include <algorithm>
#include <initializer_list>

#include "server/enrich/params.hpp"

namespace etappe::enrich {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// ^(.*cp.*|ppc|retargeting|paid.*)$
bool is_paid(std::string_view medium) {
  return contains(medium, "cp") || medium == "ppc" || medium == "retargeting" || medium.starts_with("paid");
}

/// ^(.*(([^a-df-z]|^)shop|shopping).*)$: "eshop" and "my-shop", not "bishop" or "workshop".
bool is_shopping_campaign(std::string_view campaign) {
  if (contains(campaign, "shopping")) return true;
  for (std::size_t at = campaign.find("shop"); at != std::string_view::npos;
       at = campaign.find("shop", at + 1)) {
    if (at == 0) return true;
    const char before = campaign[at - 1];
    if (before < 'a' || before > 'z' || before == 'e') return true;
  }
  return false;
}

bool is_affiliate_medium(std::string_view medium) {
  return one_of(medium, {"affiliate", "affiliates", "affiliation", "affil", "aff", "affiliate-marketing",
                         "affiliate_marketing", "affiliatemarketing", "partnership", "partnerships"});
}

}  // namespace

ChannelChoice choose_channel(std::string_view source_text, std::string_view medium_text,
                             std::string_view campaign_text, PlaceKind place) {
  const std::string source = lower(source_text), medium = lower(medium_text), campaign = lower(campaign_text);
  const bool paid = is_paid(medium);
  const bool shopping = place == PlaceKind::shopping || is_shopping_campaign(campaign);

  if (source == "(direct)" && one_of(medium, {"(not set)", "(none)"}))
    return {"Direct", "no campaign, no referrer"};
  if (is_affiliate_medium(medium)) return {"Affiliates", "the medium says affiliate"};
  if (contains(campaign, "cross-network")) return {"Cross-network", "the campaign says cross-network"};
  if (shopping && paid) return {"Paid Shopping", "a shopping source or campaign, paid medium"};
  if (place == PlaceKind::search && paid) return {"Paid Search", "a search engine, paid medium"};
  if (place == PlaceKind::social && paid) return {"Paid Social", "a social network, paid medium"};
  if (place == PlaceKind::video && paid) return {"Paid Video", "a video site, paid medium"};
  if (one_of(medium, {"display", "banner", "expandable", "interstitial", "cpm"}))
    return {"Display", "the medium names a display format"};
  if (paid) return {"Paid Other", "paid medium, another source"};
  if (place == PlaceKind::ai) return {"AI Assistant", "an AI assistant"};
  if (shopping) return {"Organic Shopping", "a shopping source or campaign"};
  if (place == PlaceKind::social ||
      one_of(medium, {"social", "social-network", "social-media", "sm", "social network", "social media"}))
    return {"Organic Social", "a social network, or the medium says so"};
  if (place == PlaceKind::video || contains(medium, "video"))
    return {"Organic Video", "a video site, or the medium says so"};
  if (place == PlaceKind::search || medium == "organic")
    return {"Organic Search", "a search engine, or the medium says organic"};
  if (one_of(source, {"email", "e-mail", "e_mail", "e mail"}) ||
      one_of(medium, {"email", "e-mail", "e_mail", "e mail"}))
    return {"Email", "source or medium says e-mail"};
  if (one_of(medium, {"referral", "app", "link"})) return {"Referral", "another site"};
  if (medium == "audio") return {"Audio", "the medium says audio"};
  if (source == "sms" || medium == "sms") return {"SMS", "source or medium says SMS"};
  if (medium.ends_with("push") || contains(medium, "mobile") || contains(medium, "notification") ||
      source == "firebase")
    return {"Mobile Push Notifications", "the medium says push, mobile or notification"};
  return {"Unassigned", "no rule applies"};
}

bool is_channel(std::string_view name) {
  return one_of(name, {"Direct",
                       "Organic Search",
                       "Paid Search",
                       "Organic Social",
                       "Paid Social",
                       "Email",
                       "Affiliates",
                       "Referral",
                       "Display",
                       "Organic Video",
                       "Paid Video",
                       "Organic Shopping",
                       "Paid Shopping",
                       "Paid Other",
                       "Audio",
                       "SMS",
                       "Mobile Push Notifications",
                       "Cross-network",
                       "AI Assistant",
                       "Unassigned"});
}

}  // namespace etappe::enrich
