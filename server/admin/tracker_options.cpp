#include "server/admin/tracker_options.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/admin/domain.hpp"
#include "server/admin/json_object.hpp"

namespace etappe::admin {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using Reason = FileProblem::Reason;

// Each list travels to every visitor of the site, so each has an end.
constexpr std::size_t kMostListeners = 32;
constexpr std::size_t kMostDownloads = 64;
constexpr std::size_t kMostDomains = 32;
constexpr std::size_t kMostRules = 64;
constexpr std::size_t kLongestName = 32;
constexpr std::size_t kLongestExtension = 10;
constexpr std::size_t kLongestRule = 128;
constexpr std::size_t kMostRuleBytes = 4096;  // what the tracker takes at once (docs/abi.md, `init`)
constexpr int kLongestImpression = 60'000;

constexpr Word<PageUrl> kUrls[] = {{"actual", PageUrl::actual}, {"canonical", PageUrl::canonical}};
constexpr Word<Routes> kRoutes[] = {
    {"history", Routes::history}, {"hash", Routes::hash}, {"off", Routes::off}};
constexpr Word<IdCookie> kCookies[] = {{"server", IdCookie::server}, {"script", IdCookie::script}};

bool is_of(std::string_view text, std::size_t longest, std::string_view further) {
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || further.find(c) != std::string_view::npos;
  });
}

/// A parameter's or property's name, or a path in which '*' stands for whole segments.
bool is_rule(std::string_view rule) {
  const bool is_plain =
      std::ranges::all_of(rule, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7F'; });
  if (rule.empty() || rule.size() > kLongestRule || !is_plain) return false;
  if (rule.front() == ' ' || rule.back() == ' ') return false;
  if (rule.front() != '/') return rule.find_first_of("/*?#&=") == std::string_view::npos;
  if (rule.find_first_of("?# ") != std::string_view::npos) return false;
  bool replaces = false;
  while (!rule.empty()) {
    rule.remove_prefix(1);
    const std::string_view segment = rule.substr(0, rule.find('/'));
    if (segment == "*")
      replaces = true;
    else if (segment.find('*') != std::string_view::npos)
      return false;
    rule.remove_prefix(segment.size());
  }
  return replaces;
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += between;
    all += text;
  }
  return all;
}

TrackerOptions options_from(const json& value, const KnownListeners& known) {
  TrackerOptions options;
  Object object(value, "tracker");
  object.read("enabled", options.enabled);
  read_texts(object, "listeners", options.listeners, kMostListeners,
             [&](std::string& name, const std::string& place) {
               const bool is_known = known.empty() ? is_of(name, kLongestName, "_-")
                                                   : std::ranges::find(known, name) != known.end();
               if (is_known) return;
               refuse(Reason::unknown_listener, place,
                      known.empty() ? "a name is 1 to 32 of a-z, 0-9, _ and -"
                                    : "this tracker has " + joined(known, ", "));
             });
  read_word(object, "url", options.url, kUrls);
  read_word(object, "routes", options.routes, kRoutes);
  read_texts(object, "downloads", options.downloads, kMostDownloads,
             [](std::string& extension, const std::string& place) {
               extension = lower_case(extension);
               if (!is_of(extension, kLongestExtension, ""))
                 refuse(Reason::bad_value, place,
                        "write an extension without its point, 1 to 10 of a-z and 0-9");
             });
  if (const json* impression = object.find("impression")) {
    Object part(*impression, "tracker.impression");
    part.read("percent", options.impression_percent, 1, 100);
    part.read("milliseconds", options.impression_milliseconds, 0, kLongestImpression);
    part.end();
  }
  read_texts(object, "link_domains", options.link_domains, kMostDomains,
             [](std::string& domain, const std::string& place) {
               domain = lower_case(domain);
               if (!is_domain(domain))
                 refuse(Reason::bad_host, place,
                        "write a host name without scheme, port or path, such as shop.example");
             });
  read_texts(object, "redact", options.redact, kMostRules,
             [](const std::string& rule, const std::string& place) {
               if (!is_rule(rule))
                 refuse(Reason::bad_rule, place,
                        "write the name of a parameter or property, such as kundennr, or a path in which * "
                        "replaces whole segments, such as /konto/*/rechnung; at most 128 bytes");
             });
  if (joined_rules(options).size() > kMostRuleBytes)
    refuse(Reason::out_of_range, object.place("redact"),
           "at most " + std::to_string(kMostRuleBytes) + " bytes in all");
  object.read("new_session_on_campaign", options.new_session_on_campaign);
  object.read("retry_storage", options.retry_storage);
  read_word(object, "id_cookie", options.id_cookie, kCookies);
  object.end();
  return options;
}

ordered_json as_json(const TrackerOptions& options) {
  return {{"enabled", options.enabled},
          {"listeners", options.listeners},
          {"url", word_of(options.url, kUrls)},
          {"routes", word_of(options.routes, kRoutes)},
          {"downloads", options.downloads},
          {"impression",
           {{"percent", options.impression_percent}, {"milliseconds", options.impression_milliseconds}}},
          {"link_domains", options.link_domains},
          {"redact", options.redact},
          {"new_session_on_campaign", options.new_session_on_campaign},
          {"retry_storage", options.retry_storage},
          {"id_cookie", word_of(options.id_cookie, kCookies)}};
}

}  // namespace

const std::vector<std::string>& default_downloads() {
  static const std::vector<std::string> extensions{"pdf", "xls",  "xlsx", "doc", "docx", "txt", "rtf",  "csv",
                                                   "exe", "key",  "pps",  "ppt", "pptx", "7z",  "pkg",  "rar",
                                                   "gz",  "zip",  "avi",  "mov", "mp4",  "mpg", "mpeg", "wmv",
                                                   "mid", "midi", "mp3",  "wav", "wma"};
  return extensions;
}

Result<TrackerOptions, FileProblem> patched(const TrackerOptions& options, std::string_view patch,
                                            const KnownListeners& known) {
  const json changes = json::parse(patch, nullptr, false);
  if (changes.is_discarded()) return fail(FileProblem{Reason::not_json, "tracker"});
  if (!changes.is_object()) return fail(FileProblem{Reason::wrong_type, "tracker", "write an object"});
  try {
    json whole = as_json(options);
    refuse_unknown(changes, whole, "tracker");
    whole.merge_patch(changes);
    return options_from(whole, known);
  } catch (const Refused& refused) {
    return fail(refused.problem);
  }
}

std::string all_options(const TrackerOptions& options) { return as_json(options).dump(); }

std::string changed_options(const TrackerOptions& options) {
  const ordered_json whole = as_json(options);
  const ordered_json defaults = as_json({});
  ordered_json changed = ordered_json::object();
  for (const auto& [key, value] : whole.items())
    if (value != defaults.at(key)) changed[key] = value;
  return changed.dump();
}

std::string joined_rules(const TrackerOptions& options) { return joined(options.redact, "\n"); }

}  // namespace etappe::admin
