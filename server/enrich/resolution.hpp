#pragma once
// Where a hit came from: the answer of enrichment, and the fields of `etappe resolve`.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace etappe::enrich {

/// Raised whenever the same URL and referrer may resolve to something else; stored with every row.
inline constexpr std::uint16_t kEnrichVersion = 1;

/// Texts are empty where nothing is known. UTM values keep their case; a click id keeps its escapes, because
/// it goes back to the network byte for byte.
struct Resolution {
  bool touch = false;  ///< arrived from outside: by a campaign, a network, or another site
  std::string channel;
  std::string source;
  std::string medium;
  std::string campaign;
  std::string term;
  std::string content;
  std::string campaign_id;
  std::string network;
  std::string network_kind;
  std::string publisher;
  std::vector<std::pair<std::string, std::string>> sub_ids;  ///< parameter name → value
  std::string click_id;
  std::string click_id_param;
  std::vector<std::string> all_networks;  ///< in the table's precedence; the first is `network`
  std::string clean_url;                  ///< without click ids, campaign parameters and redacted values

  std::string referrer_host;      ///< lower-case, without `www.`; of own pages too
  std::string network_rule;       ///< which alternative of the network's rule applied, e.g. "awaid & gclid"
  std::string_view channel_rule;  ///< why this channel, in words
};

}  // namespace etappe::enrich
