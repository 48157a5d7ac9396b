#include "server/artefact/sites.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace etappe::artefact {
namespace {

using nlohmann::json;

constexpr int kTableVersion = 1;

Result<std::string, Error> read_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return fail(Error::missing);
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Error::unreadable);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return fail(Error::unreadable);
  return text;
}

bool signed_by(std::string_view public_key_hex, const std::string& text, const std::string& signature,
               Error& error) {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> key{};
  std::size_t written = 0;
  if (public_key_hex.size() != 2 * key.size() ||
      sodium_hex2bin(key.data(), key.size(), public_key_hex.data(), public_key_hex.size(), nullptr, &written,
                     nullptr) != 0 ||
      written != key.size()) {
    error = Error::bad_key;
    return false;
  }
  error = Error::bad_signature;
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                     key.data()) == 0;
}

/// Absent: server. As with a policy, a word that this version does not know is not guessed.
IdCookie id_cookie_from(const json& site) {
  const std::string word = site.value("id_cookie", "server");
  if (word != "server" && word != "script") throw json::other_error::create(501, "unknown id_cookie", &site);
  return word == "server" ? IdCookie::server : IdCookie::script;
}

constexpr std::string_view kPolicies[] = {"block", "queue", "cookieless"};  // by their numbers

/// A policy that this version does not know is refused whole: guessing one could send what must not be sent.
consent::Policy policy_from(const json& entry) {
  const auto found = std::ranges::find(kPolicies, entry.at("policy").get<std::string>());
  if (found == std::end(kPolicies)) throw json::other_error::create(501, "unknown policy", &entry);
  return static_cast<consent::Policy>(found - std::begin(kPolicies));
}

Site site_from(const json& j) {
  Site site;
  site.key = j.at("key").get<std::string>();
  site.id = j.at("id").get<std::string>();
  site.name = j.at("name").get<std::string>();
  site.domains = j.at("domains").get<std::vector<std::string>>();
  site.policy = policy_from(j);
  site.require_origin = j.at("require_origin").get<bool>();
  site.allow_null_origin = j.at("allow_null_origin").get<bool>();
  site.id_cookie = id_cookie_from(j);
  site.ingest_token_hashes = j.at("ingest_token_hashes").get<std::vector<std::string>>();
  site.redact = j.value("redact", std::string());
  for (const json& entry : j.value("regions", json::array()))
    site.regions.push_back({entry.at("in").get<std::vector<std::string>>(), policy_from(entry)});
  site.own_addresses = j.value("own_addresses", std::vector<std::string>());
  site.retention_months = j.value("retention_months", site.retention_months);
  site.consent_version = j.value("consent_version", std::string());
  site.withdrawal = j.value("erase_on_withdrawal", true) ? Withdrawal::erases : Withdrawal::stops;
  return site;
}

}  // namespace

std::string_view name_of(Error error) {
  switch (error) {
    case Error::missing: return "artefact_missing";
    case Error::unreadable: return "artefact_unreadable";
    case Error::bad_key: return "artefact_bad_key";
    case Error::bad_signature: return "artefact_bad_signature";
    case Error::bad_format: return "artefact_bad_format";
  }
  return "artefact_unreadable";
}

std::string variant_file(std::string_view key, consent::Policy policy) {
  return std::string(key) + "~" + std::string(kPolicies[static_cast<std::size_t>(policy)]) + ".js";
}

std::string to_text(const std::vector<Site>& sites) {
  json list = json::array();
  for (const Site& site : sites) {
    json regions = json::array();
    for (const consent::RegionPolicy& one : site.regions)
      regions.push_back({{"in", one.in}, {"policy", kPolicies[static_cast<std::size_t>(one.policy)]}});
    list.push_back({{"key", site.key},
                    {"id", site.id.empty() ? site.key : site.id},
                    {"name", site.name},
                    {"domains", site.domains},
                    {"policy", kPolicies[static_cast<std::size_t>(site.policy)]},
                    {"require_origin", site.require_origin},
                    {"allow_null_origin", site.allow_null_origin},
                    {"id_cookie", site.id_cookie == IdCookie::server ? "server" : "script"},
                    {"ingest_token_hashes", site.ingest_token_hashes},
                    {"erase_on_withdrawal", site.withdrawal == Withdrawal::erases},
                    {"regions", std::move(regions)},
                    {"own_addresses", site.own_addresses},
                    {"retention_months", site.retention_months},
                    {"consent_version", site.consent_version},
                    {"redact", site.redact}});
  }
  const json table{{"version", kTableVersion}, {"sites", std::move(list)}};
  return table.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<std::shared_ptr<const SiteTable>, Error> SiteTable::load(const std::filesystem::path& published,
                                                                std::string_view public_key_hex) {
  if (sodium_init() < 0) return fail(Error::unreadable);
  const auto text = read_file(published / kTableFile);
  if (!text) return fail(text.error());
  const auto signature = read_file(published / kSignatureFile);
  if (!signature) return fail(signature.error());
  Error error{};
  if (!signed_by(public_key_hex, *text, *signature, error)) return fail(error);
  try {
    const json table = json::parse(*text);
    if (table.at("version").get<int>() != kTableVersion) return fail(Error::bad_format);
    std::vector<Site> sites;
    for (const json& entry : table.at("sites")) sites.push_back(site_from(entry));
    return of(std::move(sites));
  } catch (const json::exception&) {
    return fail(Error::bad_format);
  }
}

std::shared_ptr<const SiteTable> SiteTable::of(std::vector<Site> sites) {
  auto table = std::make_shared<SiteTable>();
  for (Site& site : sites) {
    std::string key = site.key;
    if (site.id.empty()) site.id = key;
    for (const std::string& text : site.own_addresses)
      if (const auto range = address::Range::from(text)) site.own.push_back(*range);
    table->sites_.insert_or_assign(std::move(key), std::move(site));
  }
  for (const auto& [key, site] : table->sites_) table->by_id_.emplace(site.id, &site);
  return table;
}

const Site* SiteTable::find(std::string_view key) const {
  const auto found = sites_.find(key);
  return found == sites_.end() ? nullptr : &found->second;
}

const Site* SiteTable::find_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

}  // namespace etappe::artefact
