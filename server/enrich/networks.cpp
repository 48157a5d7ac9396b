#include "server/enrich/networks.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "server/enrich/channel.hpp"
#include "server/enrich/params.hpp"

namespace etappe::enrich {
namespace {

using Json = nlohmann::json;

/// The roles of the table; those that no rule reads yet are kept as what they say about the click.
std::optional<Role> role_named(std::string_view name) {
  if (name == "click_id") return Role::click_id;
  if (name == "publisher_id") return Role::publisher;
  if (name == "campaign_id") return Role::campaign_id;
  if (name == "sub_id" || name == "publisher_name" || name == "publisher_site" ||
      name == "publisher_site_id" || name == "publisher_type" || name == "creative_id" ||
      name == "merchant_id" || name == "channel")
    return Role::sub_id;
  if (name == "recipient_id" || name == "recipient_token" || name == "recipient_hash") return Role::recipient;
  if (name == "marker") return Role::marker;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The rule's alternatives; a reason when one cannot stand.
Result<void, std::string> read_rule(Network& network, std::string_view text) {
  for (const std::string_view alternative : split(text, '|')) {
    std::vector<Condition>& conditions = network.rule.emplace_back();
    network.rule_texts.emplace_back(alternative);
    bool tells = false;
    for (const std::string_view condition : split(alternative, '&')) {
      const std::string_view name = trimmed(condition.substr(0, condition.find('=')));
      const std::string_view value = condition.find('=') == std::string_view::npos
                                         ? ""
                                         : trimmed(condition.substr(condition.find('=') + 1));
      const auto param = std::find_if(network.params.begin(), network.params.end(),
                                      [&](const NetworkParam& one) { return one.name == name; });
      if (param == network.params.end())
        return fail("identified_by names '" + std::string(name) + "', which is not in params");
      tells = tells || !param->generic || !value.empty();
      conditions.push_back({static_cast<std::size_t>(param - network.params.begin()), lower(value)});
    }
    if (!tells && conditions.size() < 2)
      return fail("'" + std::string(alternative) + "' is a generic name and cannot identify a network alone");
  }
  return {};
}

Result<Network, std::string> read_network(const Json& file) {
  const auto text = [&](const char* key) {
    return file.contains(key) && file[key].is_string() ? file[key].get<std::string>() : std::string();
  };
  for (const char* key : {"id", "network", "category", "identified_by", "medium", "channel", "status"})
    if (text(key).empty()) return fail(std::string("'") + key + "' is missing");
  if (!file.contains("sources") || !file["sources"].is_array() || file["sources"].empty())
    return fail(std::string("'sources' is missing"));
  if (!file.contains("precedence") || !file["precedence"].is_number_unsigned())
    return fail(std::string("'precedence' is missing"));
  if (!file.contains("params") || !file["params"].is_array() || file["params"].empty())
    return fail(std::string("'params' is missing"));

  Network network;
  network.id = text("id");
  network.category = text("category");
  network.precedence = file["precedence"].get<unsigned>();
  network.medium = text("medium");
  network.channel = text("channel");
  if (!is_channel(network.channel)) return fail("'" + network.channel + "' is no channel");
  constexpr std::string_view kCategories[] = {"affiliate", "ad_platform", "email", "campaign_tool"};
  if (std::find(std::begin(kCategories), std::end(kCategories), network.category) == std::end(kCategories))
    return fail("'" + network.category + "' is no category");
  for (const Json& param : file["params"]) {
    if (!param.is_object() || !param.contains("name") || !param["name"].is_string() ||
        !param.contains("role") || !param["role"].is_string())
      return fail(std::string("a param needs name and role"));
    const auto role = role_named(param["role"].get<std::string>());
    if (!role) return fail("'" + param["role"].get<std::string>() + "' is no role");
    network.params.push_back({.name = param["name"].get<std::string>(),
                              .role = *role,
                              .exact_case = param.value("exact_case", false),
                              .generic = param.value("generic", false)});
  }
  if (auto rule = read_rule(network, text("identified_by")); !rule) return fail(rule.error());
  return network;
}

bool holds(const Condition& condition, const NetworkMatch& match) {
  const url::ParamView* param = match.found[condition.param];
  return param != nullptr &&
         (condition.value.empty() || url::decodes_to_ignoring_case(param->value, condition.value));
}

}  // namespace

Result<NetworkTable, TableError> NetworkTable::make(std::span<const NamedText> files) {
  NetworkTable table;
  std::set<unsigned> precedences;
  std::set<std::string> ids;
  for (const NamedText& file : files) {
    const auto refuse = [&](std::string detail) {
      return fail(TableError{std::string(file.name), std::move(detail)});
    };
    const Json json = Json::parse(file.text, nullptr, false);
    if (!json.is_object()) return refuse("is no JSON object");
    auto network = read_network(json);
    if (!network) return refuse(network.error());
    if (!ids.insert(network->id).second) return refuse("'" + network->id + "' is there twice");
    if (!precedences.insert(network->precedence).second)
      return refuse("'precedence' is another network's too");
    if (json["status"] != "unverified") table.networks_.push_back(std::move(*network));
  }
  std::sort(table.networks_.begin(), table.networks_.end(),
            [](const Network& a, const Network& b) { return a.precedence < b.precedence; });
  for (std::size_t n = 0; n < table.networks_.size(); ++n)
    for (std::size_t p = 0; p < table.networks_[n].params.size(); ++p)
      table.by_name_[lower(table.networks_[n].params[p].name)].push_back({n, p});
  return table;
}

std::vector<NetworkMatch> NetworkTable::match(std::span<const url::ParamView> params) const {
  std::vector<NetworkMatch> candidates;
  for (const url::ParamView& param : params) {
    const std::string name = decoded(param.name);
    const auto places = by_name_.find(lower(name));
    if (places == by_name_.end()) continue;
    for (const Place& place : places->second) {
      const Network& network = networks_[place.network];
      if (network.params[place.param].exact_case && network.params[place.param].name != name) continue;
      auto candidate = std::find_if(candidates.begin(), candidates.end(),
                                    [&](const NetworkMatch& match) { return match.network == &network; });
      if (candidate == candidates.end())
        candidate = candidates.insert(
            candidates.end(), {&network, 0, std::vector<const url::ParamView*>(network.params.size())});
      if (candidate->found[place.param] == nullptr) candidate->found[place.param] = &param;
    }
  }
  std::erase_if(candidates, [](NetworkMatch& match) {
    const auto& rule = match.network->rule;
    const auto hit = std::find_if(rule.begin(), rule.end(), [&](const std::vector<Condition>& conditions) {
      return std::all_of(conditions.begin(), conditions.end(),
                         [&](const Condition& condition) { return holds(condition, match); });
    });
    match.alternative = static_cast<std::size_t>(hit - rule.begin());
    return hit == rule.end();
  });
  std::sort(candidates.begin(), candidates.end(), [](const NetworkMatch& a, const NetworkMatch& b) {
    return a.network->precedence < b.network->precedence;
  });
  return candidates;
}

bool NetworkTable::is_personal(std::string_view name) const {
  const std::string plain = decoded(name);
  const auto places = by_name_.find(lower(plain));
  if (places == by_name_.end()) return false;
  return std::any_of(places->second.begin(), places->second.end(), [&](const Place& place) {
    const NetworkParam& param = networks_[place.network].params[place.param];
    return (param.role == Role::click_id || param.role == Role::recipient) && !param.generic &&
           (!param.exact_case || param.name == plain);
  });
}

}  // namespace etappe::enrich
