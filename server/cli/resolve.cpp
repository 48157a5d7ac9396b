// etappe resolve: where visits came from, line by line, as enrichment would say it.

#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/event/event.hpp"
#include "core/redact/redact.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"
#include "server/enrich/resolver.hpp"

namespace etappe::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::vector<std::string> site_hosts;
  bool explain = false;
};

ordered_json text_or_null(std::string_view text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json to_json(const enrich::Resolution& resolution, const Options& options) {
  ordered_json sub_ids = ordered_json::object();
  for (const auto& [name, value] : resolution.sub_ids) sub_ids[name] = value;
  ordered_json line{{"channel", text_or_null(resolution.channel)},
                    {"source", text_or_null(resolution.source)},
                    {"medium", text_or_null(resolution.medium)},
                    {"campaign", text_or_null(resolution.campaign)},
                    {"term", text_or_null(resolution.term)},
                    {"content", text_or_null(resolution.content)},
                    {"campaign_id", text_or_null(resolution.campaign_id)},
                    {"network", text_or_null(resolution.network)},
                    {"network_kind", text_or_null(resolution.network_kind)},
                    {"publisher", text_or_null(resolution.publisher)},
                    {"sub_ids", std::move(sub_ids)},
                    {"click_id", text_or_null(resolution.click_id)},
                    {"click_id_param", text_or_null(resolution.click_id_param)},
                    {"all_networks", resolution.all_networks},
                    {"clean_url", text_or_null(resolution.clean_url)}};
  if (options.explain)
    line["explain"] = {{"touch", resolution.touch},
                       {"referrer_host", text_or_null(resolution.referrer_host)},
                       {"network_rule", text_or_null(resolution.network_rule)},
                       {"channel_rule", text_or_null(resolution.channel_rule)}};
  return line;
}

struct Hit {
  std::string url;
  std::string referrer;
  std::vector<std::string> site_hosts;
};

/// False when the line is not {"url", "referrer"?, "site_hosts"?}.
bool read_hit(const std::string& line, Hit& hit) {
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object() || !object.contains("url") || !object["url"].is_string()) return false;
  hit.url = object["url"].get<std::string>();
  if (object.contains("referrer") && !object["referrer"].is_null()) {
    if (!object["referrer"].is_string()) return false;
    hit.referrer = object["referrer"].get<std::string>();
  }
  if (object.contains("site_hosts") && !object["site_hosts"].is_null()) {
    if (!object["site_hosts"].is_array()) return false;
    for (const auto& host : object["site_hosts"]) {
      if (!host.is_string()) return false;
      hit.site_hosts.push_back(host.get<std::string>());
    }
  }
  return true;
}

int resolve(const Options& options) {
  const auto resolver = enrich::Resolver::make();
  if (!resolver) return complain("bad_table", resolver.error().file + ": " + resolver.error().detail);
  int code = kFine;
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    Hit hit;
    hit.site_hosts = options.site_hosts;
    ordered_json answer;
    if (read_hit(line, hit)) {
      // Enrichment only ever sees what the collector has redacted.
      std::array<char, event::kMaxUrlBytes> url;
      std::array<char, event::kMaxUrlBytes> referrer;
      answer = to_json((*resolver)->resolve(redact::redact_url(hit.url, {}, url),
                                            redact::redact_url(hit.referrer, {}, referrer), hit.site_hosts),
                       options);
    } else {
      // Answers stay in step with questions; the exit code says that one of them was none.
      answer = {{"error", "bad_line"}, {"line", number}};
      code =
          complain("bad_line", "line " + std::to_string(number) +
                                   ": write {\"url\": \"…\", \"referrer\": \"…\", \"site_hosts\": [\"…\"]}");
    }
    std::printf("%s\n", answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace).c_str());
  }
  return std::fflush(stdout) == 0 ? code : complain("write_failed", "stdout cannot be written");
}

}  // namespace

void add_resolve(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "resolve", R"(say where visits came from: lines of {"url","referrer"?,"site_hosts"?} on stdin)");
  command->add_option("--site-host", options->site_hosts, "a host of the site itself; may be repeated");
  command->add_flag("--explain", options->explain, "add which rule decided");
  command->callback([options, &action] { action = [options] { return resolve(*options); }; });
}

}  // namespace etappe::cli
