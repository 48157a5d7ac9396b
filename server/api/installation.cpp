#include "server/api/installation.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "core/url/url.hpp"
#include "server/api/address.hpp"

namespace etappe::api {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view kBefore = "/api/v1/sites/";
constexpr std::string_view kLive = "/live";
constexpr std::string_view kCheck = "/check";
constexpr std::size_t kLongestUrl = 2048;
constexpr std::uint64_t kLatest = 9'999'999'999'999;  ///< in the year 2286

std::string_view site_in(std::string_view path, std::string_view end) {
  if (!path.starts_with(kBefore) || !path.ends_with(end)) return {};
  if (path.size() <= kBefore.size() + end.size()) return {};
  const std::string_view site = path.substr(kBefore.size(), path.size() - kBefore.size() - end.size());
  return site.find('/') == std::string_view::npos ? site : std::string_view();
}

Refusal refuse(Reason reason, std::string detail = {}) { return {reason, std::move(detail), std::nullopt}; }

bool is_token(std::string_view text) {
  return text.size() >= 16 && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

event::TimeMs at_millis(std::uint64_t value) { return event::TimeMs(std::chrono::milliseconds(value)); }

std::optional<event::TimeMs> millis(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size() || value > kLatest)
    return std::nullopt;
  return at_millis(value);
}

const Refusal& bad_since() {
  static const Refusal refusal = refuse(Reason::bad_parameter, "since: write milliseconds since 1970.");
  return refusal;
}
const Refusal& bad_check() {
  static const Refusal refusal =
      refuse(Reason::bad_parameter, "check: write 16 to 64 letters, digits, hyphens and underscores.");
  return refusal;
}

std::int64_t written(event::TimeMs time) { return time.time_since_epoch().count(); }

std::string_view name_of(consent::State state) {
  switch (state) {
    case consent::State::undetermined: return "undetermined";
    case consent::State::denied: return "denied";
    case consent::State::granted: return "granted";
  }
  return "undetermined";
}

std::string_view name_of(live::Published published) {
  switch (published) {
    case live::Published::missing: return "missing";
    case live::Published::switched_off: return "switched_off";
    case live::Published::tracking: return "tracking";
  }
  return "missing";
}

json text_or_null(std::string_view text) { return text.empty() ? json() : json(text); }

json to_json(const live::SeenEvent& event) {
  const bool is_kept = event.rejected.empty();
  return {{"at", written(event.at)},
          {"type", is_kept ? json(event::name_of(event.type)) : json()},
          {"name", event.name.view()},
          {"host", event.host.view()},
          {"path", event.path.view()},
          {"analytics", name_of(event.consent.analytics)},
          {"marketing", name_of(event.consent.marketing)},
          {"campaign", event.has_campaign},
          {"rejected", text_or_null(event.rejected)}};
}

json to_json(const live::CheckReport& report) {
  return {{"at", written(report.at)},
          {"host", report.host.view()},
          {"engine", report.engine == live::Engine::js ? "js" : "wasm"},
          {"analytics", name_of(report.consent.analytics)},
          {"marketing", name_of(report.consent.marketing)},
          {"violated", text_or_null(report.violated.view())},
          {"events", report.events},
          {"container", report.container}};
}

/// `what` is the key under which a tally's own word stands; nullptr: it has none.
json to_json(const std::vector<live::Tally>& tallies, const char* what) {
  json list = json::array();
  for (const live::Tally& tally : tallies) {
    json one = json::object();
    if (what != nullptr) one[what] = tally.what;
    one["host"] = tally.host;
    one["count"] = tally.count;
    one["last"] = written(tally.last);
    list.push_back(std::move(one));
  }
  return list;
}

json to_json(const diagnosis::Verdict& verdict) {
  json remarks = json::array();
  for (const auto remark : verdict.remarks) remarks.push_back(diagnosis::name_of(remark));
  return {{"cause", diagnosis::name_of(verdict.cause)},
          {"success", diagnosis::is_success(verdict.cause)},
          {"subject", verdict.subject},
          {"advice", diagnosis::advice_for(verdict.cause)},
          {"remarks", std::move(remarks)}};
}

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

bool is_live_path(std::string_view path) { return !site_in(path, kLive).empty(); }
bool is_check_path(std::string_view path) { return !site_in(path, kCheck).empty(); }

Result<LiveRequest, Refusal> live_request(std::string_view path, std::string_view query) {
  auto site = percent_decoded(site_in(path, kLive));
  if (!site) return fail(refuse(Reason::unknown_site));
  const auto parameters = query_parameters(query);
  if (!parameters) return fail(refuse(Reason::bad_parameter, "The query has a broken %-escape."));
  LiveRequest request;
  request.site_key = *std::move(site);
  std::set<std::string_view> seen;
  for (const auto& [name, value] : *parameters) {
    if (!seen.insert(name).second) return fail(refuse(Reason::bad_parameter, name + ": give it once."));
    if (name == "since") {
      const auto since = millis(value);
      if (!since) return fail(bad_since());
      request.since = *since;
    } else if (name == "check") {
      if (!is_token(value)) return fail(bad_check());
      request.token = value;
    } else {
      return fail(refuse(Reason::bad_parameter, name + ": there is no such parameter."));
    }
  }
  return request;
}

Result<CheckRequest, Refusal> check_request(std::string_view path, std::string_view body) {
  auto site = percent_decoded(site_in(path, kCheck));
  if (!site) return fail(refuse(Reason::unknown_site));
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) return fail(refuse(Reason::bad_json));
  CheckRequest request;
  request.site_key = *std::move(site);
  for (const auto& [name, value] : document.items()) {
    if (name == "url" && value.is_string()) {
      request.url = value.get<std::string>();
      if (request.url.size() > kLongestUrl || !url::split(request.url))
        return fail(
            refuse(Reason::bad_parameter, "url: write an address that begins with https:// or http://."));
    } else if (name == "check") {
      if (!value.is_string() || !is_token(value.get_ref<const std::string&>())) return fail(bad_check());
      request.token = value.get<std::string>();
    } else if (name == "since") {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kLatest) return fail(bad_since());
      request.since = at_millis(value.get<std::uint64_t>());
    } else {
      return fail(refuse(Reason::bad_parameter,
                         "Send {\"url\":\"…\",\"check\":\"…\",\"since\":…} and nothing else."));
    }
  }
  if (request.url.empty()) return fail(refuse(Reason::missing_parameter, "url: add the page's address."));
  return request;
}

std::string live_json(std::string_view site_key, const live::Seen& seen, live::Published published,
                      std::string_view token, const std::optional<diagnosis::Verdict>& verdict) {
  json events = json::array();
  for (const live::SeenEvent& event : seen.events) events.push_back(to_json(event));
  json reports = json::array();
  for (const live::CheckReport& report : seen.reports)
    if (!token.empty() && report.token.view() == token) reports.push_back(to_json(report));
  return dumped({{"site", site_key},
                 {"now", written(seen.now)},
                 {"published", name_of(published)},
                 {"minutes", seen.minutes},
                 {"events", std::move(events)},
                 {"refusals", to_json(seen.refusals, "reason")},
                 {"scripts", to_json(seen.scripts, nullptr)},
                 {"wrong_scripts", to_json(seen.wrong_scripts, "key")},
                 {"reports", std::move(reports)},
                 {"verdict", verdict ? to_json(*verdict) : json()}});
}

std::string check_json(std::string_view site_key, const probe::Page& page, const probe::Wanted& wanted,
                       const diagnosis::Verdict& verdict) {
  json snippets = json::array();
  for (const probe::Snippet& snippet : page.snippets)
    snippets.push_back({{"key", snippet.key}, {"collector", snippet.collector}});
  const json found{
      {"trouble", text_or_null(page.trouble == probe::Trouble::none ? "" : probe::name_of(page.trouble))},
      {"url", page.url},
      {"host", page.host},
      {"status", page.status},
      {"snippets", std::move(snippets)},
      {"right_snippets", page.right_snippets(wanted)},
      {"inline", page.loads_inline},
      {"stale", page.is_stale},
      {"policy", page.has_policy},
      {"allows",
       {{"script", page.allowed.script},
        {"connection", page.allowed.connection},
        {"wasm", page.allowed.wasm}}},
      {"cache_control", page.cache_control},
      {"age_seconds", page.age_seconds ? json(*page.age_seconds) : json()}};
  return dumped({{"site", site_key}, {"page", found}, {"verdict", to_json(verdict)}});
}

}  // namespace etappe::api
