#include "server/admin/tracker_file.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "core/rules/rules.hpp"
#include "server/admin/read_file.hpp"

namespace etappe::admin {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kConfig = "__ETAPPE_CONFIG__";
constexpr std::string_view kListeners = "__ETAPPE_LISTENERS__";
constexpr std::string_view kConsent = "__ETAPPE_CONSENT__";

constexpr std::string_view kLinks = "links";    // tells the site's own domains from others
constexpr std::string_view kLinker = "linker";  // comes with the domains that it links
// Of consent/: come with what they show or do.
constexpr std::string_view kBanner = "banner";
constexpr std::string_view kStaff = "staff";

constexpr std::string_view kStub =
    "(function(w){var o=w.etappe,e;if(o&&o.loaded>=0)return;"
    "e=w.etappe=function(c,f){if(c==\"ready\")try{f()}catch(_){}};"
    "e.q={push:function(a){a&&e(a[0],a[1])}};"
    "o&&o.q&&[].slice.call(o.q).forEach(e.q.push)})(window)";

/// Bytes as the inside of a JavaScript string literal, one character a byte: its code modulo 256, after those
/// below 96 have been turned back by 56. What a literal, or a page that somebody pastes the file into, could
/// not hold (NUL, LF, CR, the quote, the backslash, '<') stands 256 further up (docs/abi.md, "The file of a
/// site").
std::string embedded(std::string_view bytes) {
  constexpr std::string_view kUnwritable("\0\n\r\"\\<", 6);
  std::string text;
  for (const char c : bytes) {
    auto code = static_cast<unsigned>(static_cast<unsigned char>(c));
    if (code < 96) code = (code + 96 - 56) % 96;
    if (kUnwritable.find(static_cast<char>(code)) != std::string_view::npos) code += 256;
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else {
      text += static_cast<char>(0xC0U | code >> 6U);
      text += static_cast<char>(0x80U | (code & 0x3FU));
    }
  }
  return text;
}

/// Whether the file of a site with these options has that listener, if the build has it.
bool carries(const TrackerOptions& options, std::string_view listener) {
  return std::ranges::find(options.listeners, listener) != options.listeners.end() ||
         (listener == kLinker && !options.link_domains.empty());
}

struct ContainerParts {
  std::string_view compiled;
  std::string_view listening;  ///< JSON; empty for a basic container
};

/// What the module gets, and what the loader does. A container that cannot be read stays whole: the module's
/// business.
ContainerParts parts_of(const Container& container) {
  const std::string_view all = container.compiled;
  const auto view = rules::ContainerView::open(std::as_bytes(std::span(all)));
  if (!view) return {all, {}};
  const std::size_t listening = view->listening().size();
  return {all.substr(0, all.size() - listening), all.substr(all.size() - listening)};
}

/// Which listeners a full container needs, by the keys of what it listens to and the bits of `on`
/// (rules::Occasion).
std::vector<std::string> listeners_of_tags(std::string_view listening) {
  if (listening.empty()) return {};
  std::vector<std::string> names{"tags"};
  const json told = json::parse(listening, nullptr, false);
  const unsigned on = told.value("on", 0U);
  const auto has = [on](rules::Occasion occasion) {
    return (on >> static_cast<unsigned>(occasion) & 1U) != 0;
  };
  if (has(rules::Occasion::click) || has(rules::Occasion::link_click)) names.emplace_back("tags_click");
  if (has(rules::Occasion::form_submit)) names.emplace_back("tags_form");
  if (has(rules::Occasion::history_change)) names.emplace_back("tags_history");
  if (has(rules::Occasion::js_error)) names.emplace_back("tags_error");
  if (told.contains("scroll")) names.emplace_back("tags_scroll");
  if (told.contains("visible")) names.emplace_back("tags_visible");
  if (told.contains("timer") || told.contains("engaged")) names.emplace_back("tags_time");
  return names;
}

/// The configuration as a JavaScript expression: JSON without '<', so that it is inert wherever the file may
/// be pasted. An option that is at its default is left out: every visitor pays for its bytes.
std::string config_literal(const TrackerAssets& assets, const Site& site, const Container& container) {
  json config = json::parse(changed_options(site.tracker));
  config.erase("enabled");
  config.erase("listeners");
  if (config.contains("redact")) config["redact"] = joined_rules(site.tracker);
  config.update(
      {{"site", site.key}, {"id", site.id}, {"engine", assets.engine_path}, {"version", container.version}});
  const json privacy = json::parse(changed_options(site.privacy));
  for (const char* name : {"policy", "tcf_vendor", "generic", "banner"})
    if (privacy.contains(name)) config[name] = privacy[name];
  if (!site.privacy.version.empty()) config["consent_version"] = site.privacy.version;
  if (site.session_minutes != Site{}.session_minutes) config["session_minutes"] = site.session_minutes;
  if (carries(site.tracker, kLinks) || carries(site.tracker, kLinker)) config["domains"] = site.domains;
  const auto [compiled, listening] = parts_of(container);
  if (!listening.empty()) config["tags"] = json::parse(listening, nullptr, false);
  std::string literal = "{\"container\":\"" + embedded(compiled) + "\",";
  const std::string rest = config.dump(-1, ' ', true, json::error_handler_t::replace);
  for (const char c : std::string_view(rest).substr(1)) {
    if (c == '<')
      literal += "\\u003c";
    else
      literal += c;
  }
  return literal;
}

/// A place in the script: where its quoted name stands, quotes included.
struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// nullopt when the name is not there. Error::bad_assets when it stands there twice or without its quotes.
Result<std::optional<Place>, PublishError> place_of(std::string_view script, std::string_view name) {
  const std::size_t at = script.find(name);
  if (at == std::string_view::npos) return std::optional<Place>{};
  const std::size_t behind = at + name.size();
  if (at == 0 || behind >= script.size()) return fail(PublishError::bad_assets);
  const char quote = script[at - 1];
  const bool quoted = (quote == '"' || quote == '\'' || quote == '`') && script[behind] == quote;
  if (!quoted || script.find(name, at + 1) != std::string_view::npos) return fail(PublishError::bad_assets);
  return std::optional(Place{at - 1, behind + 1});
}

/// The expressions of the modules that are wanted, in the order of the build, joined for a list.
/// unknown_listener: one is wanted that the build does not have.
Result<std::string, PublishError> chosen(const std::vector<Listener>& known,
                                         const std::vector<std::string>& wanted) {
  std::string all;
  // A build that names none has them all in its script, or none: there is nothing to choose.
  if (known.empty()) return all;
  for (const std::string& name : wanted)
    if (std::ranges::find(known, name, &Listener::name) == known.end())
      return fail(PublishError::unknown_listener);
  for (const Listener& listener : known) {
    if (std::ranges::find(wanted, listener.name) == wanted.end()) continue;
    if (!all.empty()) all += ',';
    all += listener.expression;
  }
  return all;
}

std::vector<std::string> wanted_listeners(const TrackerOptions& options) {
  std::vector<std::string> wanted = options.listeners;
  if (!options.link_domains.empty()) wanted.emplace_back(kLinker);
  return wanted;
}

std::vector<std::string> wanted_consent(const PrivacyOptions& options) {
  std::vector<std::string> wanted = options.adapters;
  if (options.banner != PrivacyOptions{}.banner || options.my_data) wanted.emplace_back(kBanner);
  if (options.staff_link) wanted.emplace_back(kStaff);
  return wanted;
}

Result<std::vector<Listener>, PublishError> read_listeners(const fs::path& folder, const json& names) {
  std::vector<Listener> listeners;
  if (!names.is_array()) return fail(PublishError::bad_assets);
  for (const json& entry : names) {
    const std::string name = entry.is_string() ? entry.get<std::string>() : "";
    const bool is_plain = std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    if (name.empty() || !is_plain) return fail(PublishError::bad_assets);
    auto expression = read_file(folder / (name + ".js"));
    if (!expression) return fail(PublishError::missing_listener);
    while (!expression->empty() && (expression->back() == '\n' || expression->back() == ' '))
      expression->pop_back();
    // A statement would end the list that the expressions are joined to.
    if (expression->empty() || expression->back() == ';') return fail(PublishError::bad_assets);
    listeners.push_back({name, *std::move(expression)});
  }
  return listeners;
}

}  // namespace

std::string_view name_of(PublishError error) {
  switch (error) {
    case PublishError::database: return "publish_database";
    case PublishError::missing_assets: return "publish_missing_assets";
    case PublishError::missing_listener: return "publish_missing_listener";
    case PublishError::bad_assets: return "publish_bad_assets";
    case PublishError::unknown_listener: return "publish_unknown_listener";
    case PublishError::missing_key: return "publish_missing_key";
    case PublishError::compression: return "publish_compression";
    case PublishError::disk: return "publish_disk";
  }
  return "publish_disk";
}

Result<TrackerAssets, PublishError> read_assets(const fs::path& assets) {
  auto script = read_file(assets / "tracker.js");
  auto full_script = read_file(assets / "tracker_full.js");
  const auto list = read_file(assets / "assets.json");
  if (!script || !list) return fail(PublishError::missing_assets);
  const json names = json::parse(*list, nullptr, false);
  if (!names.is_object() || !names.contains("engine") || !names["engine"].is_string())
    return fail(PublishError::bad_assets);
  const std::string engine = names["engine"].get<std::string>();
  if (engine.find('/') != std::string::npos) return fail(PublishError::bad_assets);
  std::error_code ignored;
  if (!fs::is_regular_file(assets / "a" / engine, ignored)) return fail(PublishError::missing_assets);
  auto listeners = read_listeners(assets / "listeners", names.value("listeners", json::array()));
  if (!listeners) return fail(listeners.error());
  auto consent = read_listeners(assets / "consent", names.value("consent", json::array()));
  if (!consent) return fail(consent.error());
  return TrackerAssets{*std::move(script), "/a/" + engine, *std::move(listeners), *std::move(consent),
                       full_script ? *std::move(full_script) : std::string{}};
}

KnownListeners known_listeners(const TrackerAssets& assets) {
  KnownListeners names;
  // Those of tags come with a container.
  for (const Listener& listener : assets.listeners)
    if (!listener.name.starts_with("tags")) names.push_back(listener.name);
  return names;
}

Result<std::string, PublishError> tracker_file(const TrackerAssets& assets, const Site& site,
                                               const Container& container) {
  if (!site.tracker.enabled) return std::string(kStub);
  const std::string_view listening = parts_of(container).listening;
  const std::string& script = listening.empty() ? assets.script : assets.full_script;
  std::vector<std::string> wanted = wanted_listeners(site.tracker);
  std::ranges::move(listeners_of_tags(listening), std::back_inserter(wanted));
  const auto listeners = chosen(assets.listeners, wanted);
  const auto consent = chosen(assets.consent, wanted_consent(site.privacy));
  if (!listeners) return fail(listeners.error());
  if (!consent) return fail(consent.error());

  struct Piece {
    std::string_view name;
    bool is_needed;
    std::string text;
    Place place = {};
  };
  std::vector<Piece> pieces{{kConfig, true, config_literal(assets, site, container)},
                            {kListeners, !assets.listeners.empty(), *listeners},
                            {kConsent, !assets.consent.empty(), *consent}};
  // All places are looked for before one is filled: a site's own words may spell a place's name.
  for (Piece& piece : pieces) {
    const auto place = place_of(script, piece.name);
    if (!place || (!*place && piece.is_needed)) return fail(PublishError::bad_assets);
    piece.place = place->value_or(Place{});
  }
  std::erase_if(pieces, [](const Piece& piece) { return piece.place.end == 0; });
  std::ranges::sort(pieces, {}, [](const Piece& piece) { return piece.place.begin; });
  std::string file;
  std::size_t done = 0;
  for (const Piece& piece : pieces) {
    file.append(script, done, piece.place.begin - done).append(piece.text);
    done = piece.place.end;
  }
  return file.append(script, done);
}

std::string_view stub_file() { return kStub; }

}  // namespace etappe::admin
