// etappe site add|list|show|rotate-key|remove|snippet|check; `set` is in site_set.cpp

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "server/admin/pinned.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/csp.hpp"
#include "server/cli/office_command.hpp"
#include "server/cli/site_check.hpp"
#include "server/cli/site_set.hpp"
#include "server/cli/site_source.hpp"
#include "server/cli/snippet.hpp"
#include "server/container/container.hpp"

namespace etappe::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  Place place;
  std::string key;
  std::vector<std::string> domains;
  std::string name;
  std::string zone = "Europe/Berlin";
  std::string currency = "EUR";
  std::string from;
  std::string url;
  bool json = false;
  bool csp = false;
  bool pinned = false;
};

ordered_json to_json(const admin::Site& site) {
  return {{"key", site.key},
          {"id", site.id},
          {"name", site.name},
          {"domains", site.domains},
          {"zone", site.zone},
          {"currency", site.currency},
          {"session_minutes", site.session_minutes},
          {"require_origin", site.require_origin},
          {"allow_null_origin", site.allow_null_origin},
          {"demo", site.demo},
          {"container", site.container},
          {"tracker", ordered_json::parse(admin::all_options(site.tracker), nullptr, false)},
          {"privacy", ordered_json::parse(admin::all_options(site.privacy), nullptr, false)},
          {"funnels", ordered_json::parse(site.funnels, nullptr, false)}};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

/// Writes the change down and makes it known to the collecting side.
int changed(Office& office, std::string_view action, std::string_view subject) {
  const int noted = office.note(action, subject);
  return noted == kFine ? office.publish() : noted;
}

int say_snippet(const Office& office, const admin::Site& site) {
  std::printf("%s", snippet(public_url(office.settings(), site.domains.front()), site.key).c_str());
  return kFine;
}

int add(Office& office, const Options& options) {
  if (options.from.empty() && options.domains.empty()) {
    complain("usage", "`site add` needs --domain or --from; `etappe site add --help` says more");
    return kUsage;
  }
  Result<admin::Site, int> site = fail(kFailed);
  if (options.from.empty()) {
    admin::Site wanted;
    wanted.domains = options.domains;
    wanted.name = options.name.empty() ? options.domains.front() : options.name;
    wanted.zone = options.zone;
    wanted.currency = options.currency;
    const auto added = office.sites().add(wanted, now());
    if (!added) return complain(added.error(), wanted.name);
    site = *added;
  } else {
    site = add_site_from(office, options.from);
  }
  if (!site) return site.error();
  if (const int code = changed(office, "site.add", site->key); code != kFine) return code;
  if (options.json) {
    std::printf("%s\n", to_json(*site).dump().c_str());
    return kFine;
  }
  std::printf("%s\n", site->key.c_str());
  return say_snippet(office, *site);
}

int list(Office& office, const Options& options) {
  const auto sites = office.sites().list();
  if (!sites) return complain(sites.error(), office.folder().database().string());
  if (options.json) {
    ordered_json all = ordered_json::array();
    for (const admin::Site& site : *sites) all.push_back(to_json(site));
    std::printf("%s\n", ordered_json{{"sites", all}}.dump().c_str());
    return kFine;
  }
  for (const admin::Site& site : *sites)
    std::printf("%-14s %-28s %s%s\n", site.key.c_str(), site.name.c_str(), joined(site.domains).c_str(),
                site.tracker.enabled ? "" : "  (switched off)");
  return kFine;
}

int show(Office& office, const Options& options) {
  const auto site = office.sites().find(options.key);
  if (!site) return complain(site.error(), options.key);
  std::printf("%s\n", to_json(*site).dump(options.json ? -1 : 2).c_str());
  return kFine;
}

int rotate_key(Office& office, const Options& options) {
  const auto site = office.sites().rotate_key(options.key);
  if (!site) return complain(site.error(), options.key);
  if (const int code = changed(office, "site.rotate-key", options.key + " -> " + site->key); code != kFine)
    return code;
  std::fprintf(stderr, "Pages with the former key are no longer heard; replace their snippet.\n");
  std::printf("%s\n", site->key.c_str());
  return say_snippet(office, *site);
}

int remove(Office& office, const Options& options) {
  if (const auto removed = office.sites().remove(options.key); !removed)
    return complain(removed.error(), options.key);
  return changed(office, "site.remove", options.key);
}

int show_pinned(const Office& office, const admin::Site& site) {
  if (!site.tracker.enabled)
    return complain("site_off", "`" + site.key + "` is switched off; there is nothing to pin");
  const auto file = office.folder().published() / "t" / (site.key + ".js");
  const auto script = read_text(file.string());
  if (!script) return script.error();
  std::printf("%s", pinned_snippet(public_url(office.settings(), site.domains.front()),
                                   admin::pinned_name(site.key, *script), admin::integrity(*script))
                        .c_str());
  std::fprintf(stderr,
               "This page keeps the tracker as it is now. Every change of the site's tags or options, its "
               "switch and an update\nof Etappe need a new snippet. A replaced version is served until %zu "
               "more have been replaced, and %d days at least.\n",
               admin::kPinnedVersions, static_cast<int>(admin::kPinnedDays.count()));
  return kFine;
}

/// Of the container that the site's pages get; each once, in order of the alphabet.
std::vector<std::string> image_hosts(Office& office, const std::string& key) {
  const auto published = office.sites().container(key);
  if (!published) return {};
  std::set<std::string> hosts;
  for (const auto& [tag, host] : container::compile(published->source).image_hosts) hosts.insert(host);
  return {hosts.begin(), hosts.end()};
}

int show_snippet(Office& office, const Options& options) {
  const auto site = office.sites().find(options.key);
  if (!site) return complain(site.error(), options.key);
  if (options.pinned) return show_pinned(office, *site);
  if (!options.csp) return say_snippet(office, *site);
  const auto ways = csp_ways(public_url(office.settings(), site->domains.front()), site->key,
                             image_hosts(office, options.key));
  std::printf("%s", (options.json ? csp_json(ways) : csp_text(ways)).c_str());
  return kFine;
}

int check(Office& office, const Options& options) {
  return check_site(office, options.key, options.url, options.json ? CheckForm::json : CheckForm::words);
}

}  // namespace

void add_site(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* group = app.add_subcommand("site", "the sites that are tracked");
  group->require_subcommand(1);
  const auto with_key = [&](CLI::App* command) {
    command->add_option("KEY,--site", options->key, "the site key")->required();
    return command;
  };

  CLI::App* adding = add_office_command(*group, options, action, "add", "add a site", add);
  auto* domain =
      adding->add_option("--domain", options->domains, "host name, subdomains included; may be repeated");
  adding->add_option("--name", options->name, "name (the first domain)")->needs(domain);
  adding->add_option("--zone", options->zone, "time zone of its reports")
      ->capture_default_str()
      ->needs(domain);
  adding->add_option("--currency", options->currency, "currency of its reports")
      ->capture_default_str()
      ->needs(domain);
  auto* from =
      adding->add_option("--from", options->from, "read it from a JSON file, with its funnels and container");
  from->excludes(domain);
  adding->add_flag("--json", options->json, "answer in JSON");

  add_office_command(*group, options, action, "list", "all sites", list)
      ->add_flag("--json", options->json, "answer in JSON");
  with_key(add_office_command(*group, options, action, "show", "one site with its funnels", show))
      ->add_flag("--json", options->json, "on one line");
  with_key(add_office_command(*group, options, action, "rotate-key", "give a site a new key; its rows stay",
                              rotate_key));
  with_key(add_office_command(*group, options, action, "remove", "forget a site; its rows stay", remove));
  add_site_set(*group, action);
  CLI::App* showing = with_key(
      add_office_command(*group, options, action, "snippet", "what to paste into its pages", show_snippet));
  auto* csp = showing->add_flag("--csp", options->csp, "what a Content-Security-Policy must allow");
  showing->add_flag("--json", options->json, "answer in JSON")->needs(csp);
  showing
      ->add_flag("--pinned", options->pinned,
                 "the tracker as it is now, with its hash for the browser to check")
      ->excludes(csp);
  CLI::App* checking = with_key(add_office_command(
      *group, options, action, "check", "what arrives from a page, and if nothing does, why", check));
  checking->add_option("URL", options->url, "the page; the start page of the first domain unless given");
  checking->add_flag("--json", options->json, "the whole answer in JSON");
}

}  // namespace etappe::cli
