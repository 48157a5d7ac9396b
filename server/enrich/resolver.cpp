#include "server/enrich/resolver.hpp"

#include <algorithm>

#include "core/campaign/campaign.hpp"
#include "server/enrich/channel.hpp"
#include "server/enrich/clean_url.hpp"
#include "server/enrich/embedded.hpp"
#include "server/enrich/params.hpp"

namespace etappe::enrich {
namespace {

using campaign::Field;

void take_network(Resolution& out, const NetworkMatch& match) {
  const Network& network = *match.network;
  out.network = network.id;
  out.network_kind = network.category;
  out.network_rule = network.rule_texts[match.alternative];
  for (std::size_t i = 0; i < network.params.size(); ++i) {
    const url::ParamView* found = match.found[i];
    if (found == nullptr) continue;
    switch (network.params[i].role) {
      case Role::click_id:
        if (!out.click_id.empty()) break;
        out.click_id = found->value;
        out.click_id_param = network.params[i].name;
        break;
      case Role::publisher:
        if (out.publisher.empty()) {
          out.publisher = decoded(found->value);
          break;
        }
        [[fallthrough]];
      case Role::sub_id: out.sub_ids.emplace_back(network.params[i].name, decoded(found->value)); break;
      case Role::campaign_id:
        if (out.campaign_id.empty()) out.campaign_id = decoded(found->value);
        break;
      case Role::recipient:
      case Role::marker: break;
    }
  }
}

bool is_bought(std::string_view channel) { return channel.starts_with("Paid") || channel == "Display"; }

/// Channels that say nothing against a click having been bought.
bool is_vague(std::string_view channel) {
  return channel.starts_with("Organic") || channel == "Referral" || channel == "Unassigned" ||
         channel == "Direct" || channel == "AI Assistant";
}

}  // namespace

Result<std::shared_ptr<const Resolver>, TableError> Resolver::make() {
  return make(embedded_networks(), embedded_referrers());
}

Result<std::shared_ptr<const Resolver>, TableError> Resolver::make(std::span<const NamedText> networks,
                                                                   const NamedText& referrers) {
  auto network_table = NetworkTable::make(networks);
  if (!network_table) return fail(network_table.error());
  auto referrer_table = ReferrerTable::make(referrers);
  if (!referrer_table) return fail(referrer_table.error());
  std::shared_ptr<Resolver> resolver(new Resolver);
  resolver->networks_ = std::make_unique<NetworkTable>(std::move(*network_table));
  resolver->referrers_ = std::make_unique<ReferrerTable>(std::move(*referrer_table));
  return std::shared_ptr<const Resolver>(std::move(resolver));
}

Resolution Resolver::resolve(std::string_view url_text, std::string_view referrer,
                             std::span<const std::string> site_hosts) const {
  Resolution out;
  const auto split = url::split(url_text);
  const url::UrlView url = split ? *split : url::UrlView{};

  const std::vector<url::ParamView> params = params_of(url);
  const std::vector<NetworkMatch> matches = networks_->match(params);
  for (const NetworkMatch& match : matches) out.all_networks.push_back(match.network->id);
  const Network* network = matches.empty() ? nullptr : matches.front().network;
  if (network != nullptr) take_network(out, matches.front());
  // An affiliate that bought the ad often sends no click id of its own: then the ad's is the click's.
  for (const NetworkMatch& match : matches) {
    if (!out.click_id.empty()) break;
    for (std::size_t i = 0; i < match.found.size(); ++i)
      if (match.found[i] != nullptr && match.network->params[i].role == Role::click_id &&
          out.click_id.empty()) {
        out.click_id = match.found[i]->value;
        out.click_id_param = match.network->params[i].name;
      }
  }
  out.clean_url = clean_url(url_text, *networks_, matches);

  const campaign::CampaignView utm = campaign::read(url);
  out.source = decoded(utm[Field::source]);
  out.medium = decoded(utm[Field::medium]);
  out.campaign = decoded(utm[Field::campaign]);
  out.term = decoded(utm[Field::term]);
  out.content = decoded(utm[Field::content]);
  if (!utm[Field::campaign_id].empty()) out.campaign_id = decoded(utm[Field::campaign_id]);

  out.referrer_host = referrer_host(referrer);
  const auto own = [&](std::string_view domain) { return url::host_matches(out.referrer_host, domain); };
  const std::string page_host = referrer_host(url_text);
  const Place place = referrers_->of_host(out.referrer_host);
  const bool external = !out.referrer_host.empty() && out.referrer_host != page_host &&
                        !std::any_of(site_hosts.begin(), site_hosts.end(), own) &&
                        place.kind != PlaceKind::payment;
  out.touch = utm.any() || network != nullptr || external;

  const bool named = !out.source.empty() || !out.medium.empty();
  if (network != nullptr) {
    if (out.source.empty()) out.source = network->id;
    if (out.medium.empty()) out.medium = network->medium;
  } else if (external && out.source.empty()) {
    const bool search = place.kind == PlaceKind::search;
    out.source = search ? place.name : out.referrer_host;
    if (!named) out.medium = search ? "organic" : place.kind == PlaceKind::email ? "email" : "referral";
  } else if (!named) {
    out.source = "(direct)";
    out.medium = "(none)";
  }

  const ChannelChoice choice =
      choose_channel(out.source, out.medium, out.campaign, referrers_->of_source(out.source).kind);
  out.channel = choice.channel;
  out.channel_rule = choice.rule;
  if (network != nullptr && network->category == "affiliate") {
    out.channel = "Affiliates";
    out.channel_rule = "an affiliate network sent it";
  } else if (network != nullptr && !named) {
    out.channel = network->channel;
    out.channel_rule = "the network, and no utm_source or utm_medium";
  } else if (network != nullptr && is_vague(out.channel) &&
             (is_bought(network->channel) || out.channel == "Unassigned")) {
    out.channel = network->channel;
    out.channel_rule = "the network: its click id says more than the utm values";
  }
  return out;
}

}  // namespace etappe::enrich
