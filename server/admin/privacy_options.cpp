#include "server/admin/privacy_options.hpp"

#include <array>

#include "server/address/range.hpp"
#include "server/admin/json_object.hpp"

namespace etappe::admin {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using Reason = FileProblem::Reason;
using consent::Policy;

constexpr Word<Policy> kPolicies[] = {
    {"block", Policy::block}, {"queue", Policy::queue}, {"cookieless", Policy::cookieless}};
constexpr std::array<std::string_view, 5> kAdapters = {"tcf", "consent_mode", "cookieconsent", "klaro",
                                                       "generic"};

constexpr std::size_t kLongestVersion = 32;
constexpr int kLastVendor = 65'535;
constexpr int kMostMonths = 25;  // the CNIL's bound for data of audience measurement
constexpr std::size_t kMostMappings = 16;
constexpr std::size_t kMostRanges = 64;
// What follows travels to every visitor of the site.
constexpr std::size_t kMostText = 1'000;
constexpr std::size_t kMostBanner = 8'000;

/// An object of short texts, numbers, truth values and such objects: what a page can read without surprises.
void check_plain(const json& value, const std::string& place) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) check_plain(member, place + "." + key);
  } else if (value.is_string()) {
    if (value.get_ref<const std::string&>().size() > kMostText)
      refuse(Reason::out_of_range, place, "at most " + std::to_string(kMostText) + " bytes");
  } else if (!value.is_number() && !value.is_boolean()) {
    refuse(Reason::wrong_type, place, "write a text, a number, true or false, or an object of them");
  }
}

/// Addresses that a banner links to: a page of the web, or of the site itself.
void check_link(const json& banner, const char* key) {
  const auto found = banner.find(key);
  if (found == banner.end()) return;
  const std::string place = std::string("privacy.banner.") + key;
  if (!found->is_string()) refuse(Reason::wrong_type, place, "write a text");
  const auto& text = found->get_ref<const std::string&>();
  const bool is_path = text.starts_with("/") && !text.starts_with("//");
  if (!is_path && !text.starts_with("https://") && !text.starts_with("http://"))
    refuse(Reason::bad_value, place, "write an address with https:// or a path such as /datenschutz");
}

std::string banner_from(const json& value) {
  if (value.is_null()) return "null";
  if (!value.is_object()) refuse(Reason::wrong_type, "privacy.banner", "write an object, or null for none");
  check_plain(value, "privacy.banner");
  check_link(value, "privacy_url");
  check_link(value, "imprint_url");
  std::string text = value.dump();
  if (text.size() > kMostBanner)
    refuse(Reason::out_of_range, "privacy.banner",
           "at most " + std::to_string(kMostBanner) + " bytes in all");
  return text;
}

std::string mappings_from(const json& list, const std::string& place) {
  if (list.size() > kMostMappings)
    refuse(Reason::out_of_range, place, "at most " + std::to_string(kMostMappings) + " entries");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string entry = place + "[" + std::to_string(i) + "]";
    if (!list[i].is_object()) refuse(Reason::wrong_type, entry, "write an object");
    check_plain(list[i], entry);
  }
  return list.dump();
}

bool is_region(std::string_view text) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_part = [&](char c) { return is_upper(c) || (c >= '0' && c <= '9'); };
  const std::string_view country = text.substr(0, text.find('-'));
  const std::string_view rest = text.substr(country.size());
  return country.size() == 2 && std::ranges::all_of(country, is_upper) &&
         (rest.empty() ||
          (rest.size() >= 2 && rest.size() <= 4 && std::ranges::all_of(rest.substr(1), is_part)));
}

std::vector<consent::RegionPolicy> regions_from(const json& list, const std::string& place) {
  if (list.size() > kMostRanges)
    refuse(Reason::out_of_range, place, "at most " + std::to_string(kMostRanges) + " entries");
  std::vector<consent::RegionPolicy> regions;
  for (const json& item : list) {
    Object entry(item, place + "[" + std::to_string(regions.size()) + "]");
    consent::RegionPolicy region;
    region.in = entry.texts("in");
    for (std::size_t i = 0; i < region.in.size(); ++i)
      if (!is_region(region.in[i]))
        refuse(Reason::bad_value, entry.place("in", i), "write an ISO 3166 code, such as DE or US-CA");
    static_cast<void>(entry.need("policy"));
    read_word(entry, "policy", region.policy, kPolicies);
    entry.end();
    regions.push_back(std::move(region));
  }
  return regions;
}

ordered_json regions_json(const std::vector<consent::RegionPolicy>& regions) {
  ordered_json list = ordered_json::array();
  for (const consent::RegionPolicy& one : regions)
    list.push_back({{"in", one.in}, {"policy", word_of(one.policy, kPolicies)}});
  return list;
}

PrivacyOptions options_from(const json& value) {
  PrivacyOptions options;
  Object object(value, "privacy");
  read_word(object, "policy", options.policy, kPolicies);
  if (object.find("regions") != nullptr)
    options.regions = regions_from(object.list("regions"), object.place("regions"));
  object.read("version", options.version);
  if (options.version.size() > kLongestVersion)
    refuse(Reason::out_of_range, object.place("version"),
           "at most " + std::to_string(kLongestVersion) + " bytes");
  read_texts(object, "adapters", options.adapters, kAdapters.size(),
             [](const std::string& name, const std::string& place) {
               if (std::ranges::find(kAdapters, name) == kAdapters.end())
                 refuse(Reason::bad_value, place,
                        "there are tcf, consent_mode, cookieconsent, klaro and generic");
             });
  if (const json* vendor = object.find("tcf_vendor"); vendor != nullptr && !vendor->is_null()) {
    options.tcf_vendor = 0;
    object.read("tcf_vendor", *options.tcf_vendor, 1, kLastVendor);
  }
  if (object.find("generic") != nullptr)
    options.generic = mappings_from(object.list("generic"), object.place("generic"));
  if (const json* banner = object.find("banner")) options.banner = banner_from(*banner);
  object.read("erase_on_withdrawal", options.erase_on_withdrawal);
  object.read("retention_months", options.retention_months, 1, kMostMonths);
  object.read("my_data", options.my_data);
  object.read("staff_link", options.staff_link);
  read_texts(object, "own_addresses", options.own_addresses, kMostRanges,
             [](const std::string& text, const std::string& place) {
               if (!address::Range::from(text))
                 refuse(Reason::bad_value, place, "write an IP address or a range, such as 203.0.113.0/24");
             });
  object.end();
  return options;
}

ordered_json as_json(const PrivacyOptions& options) {
  return {{"policy", word_of(options.policy, kPolicies)},
          {"regions", regions_json(options.regions)},
          {"version", options.version},
          {"adapters", options.adapters},
          {"tcf_vendor", options.tcf_vendor ? ordered_json(*options.tcf_vendor) : ordered_json(nullptr)},
          {"generic", ordered_json::parse(options.generic)},
          {"banner", ordered_json::parse(options.banner)},
          {"erase_on_withdrawal", options.erase_on_withdrawal},
          {"retention_months", options.retention_months},
          {"my_data", options.my_data},
          {"staff_link", options.staff_link},
          {"own_addresses", options.own_addresses}};
}

}  // namespace

Result<PrivacyOptions, FileProblem> patched(const PrivacyOptions& options, std::string_view patch) {
  const json changes = json::parse(patch, nullptr, false);
  if (changes.is_discarded()) return fail(FileProblem{Reason::not_json, "privacy"});
  if (!changes.is_object()) return fail(FileProblem{Reason::wrong_type, "privacy", "write an object"});
  try {
    json whole = as_json(options);
    for (const auto& [key, value] : changes.items())
      if (!whole.contains(key)) refuse(Reason::unknown_key, "privacy." + key);
    whole.merge_patch(changes);
    return options_from(whole);
  } catch (const Refused& refused) {
    return fail(refused.problem);
  }
}

std::string all_options(const PrivacyOptions& options) { return as_json(options).dump(); }

std::string changed_options(const PrivacyOptions& options) {
  const ordered_json whole = as_json(options);
  const ordered_json defaults = as_json({});
  ordered_json changed = ordered_json::object();
  for (const auto& [key, value] : whole.items())
    if (value != defaults.at(key)) changed[key] = value;
  return changed.dump();
}

std::string_view name_of(consent::Policy policy) { return word_of(policy, kPolicies); }

}  // namespace etappe::admin
