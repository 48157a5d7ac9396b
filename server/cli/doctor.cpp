// etappe doctor: whether this Etappe can run, point by point, and what to do where it cannot.

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/admin/publish.hpp"
#include "server/admin/tracker_file.hpp"
#include "server/artefact/sites.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/data_lock.hpp"
#include "server/cli/office.hpp"
#include "server/papers/papers.hpp"
#include "server/store/client.hpp"

namespace etappe::cli {
namespace {

namespace fs = std::filesystem;

/// The findings, one line each.
class Examination {
 public:
  void good(const std::string& what) { say("ok  ", what); }
  void bad(const std::string& what) {
    say("BAD ", what);
    healthy_ = false;
  }
  void check(bool is_good, const std::string& what, const std::string& remedy) {
    if (is_good)
      good(what);
    else
      bad(what + ": " + remedy);
  }
  /// Nothing is wrong, but somebody may wonder.
  void note(const std::string& what) { say("note", what); }
  [[nodiscard]] int code() const { return healthy_ ? kFine : kFailed; }

 private:
  static void say(const char* mark, const std::string& what) { std::printf("%s %s\n", mark, what.c_str()); }
  bool healthy_ = true;
};

void examine_files(const config::Settings& settings, Examination& findings) {
  std::error_code ignored;
  const fs::path engine = engine_program();
  findings.check(::access(engine.c_str(), X_OK) == 0, "engine program " + engine.string(),
                 "is missing; run ./dev build");
  const fs::path library = engine_library(settings);
  findings.check(fs::is_regular_file(library, ignored), "engine library " + library.string(),
                 "is missing; run npm ci, or set [engine] library");
  const fs::path assets = assets_folder(settings);
  const auto tracker = admin::read_assets(assets);
  findings.check(tracker.has_value(), "tracker in " + assets.string(),
                 "is missing or not sound; run ./dev build");
  findings.check(fs::is_regular_file(assets / "dashboard/index.html", ignored),
                 "dashboard in " + assets.string(), "is missing; run ./dev build");
}

void examine_data(const config::Settings& settings, Examination& findings) {
  const DataFolder data{settings.data};
  std::error_code ignored;
  for (const fs::path& secret :
       {data.path / "keys" / "publish.secret", data.path / "keys" / "person.secret", data.database()}) {
    struct stat status {};
    const bool is_there = ::stat(secret.c_str(), &status) == 0;
    findings.check(is_there, secret.string(), "is missing; restore it from a backup");
    if (is_there && (status.st_mode & 077U) != 0)
      findings.bad(secret.string() + ": others may read it; chmod 600");
  }
  const auto key = admin::public_key(data.path);
  if (key && fs::exists(data.published() / artefact::kTableFile, ignored)) {
    const auto table = artefact::SiteTable::load(data.published(), *key);
    findings.check(table.has_value(), "published sites",
                   std::string(table ? "" : artefact::name_of(table.error())) +
                       "; start `etappe serve`, it publishes again");
  }
  struct statvfs disk {};
  if (::statvfs(data.path.c_str(), &disk) == 0) {
    const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    findings.check(free > settings.spool_max,
                   std::to_string(free >> 20U) + " MiB free for " + data.path.string(),
                   "less than [spool] max; make room, or lower it");
  }
}

void examine_sites(Office& office, Examination& findings) {
  const auto sites = office.sites().list();
  if (!sites) return findings.bad("the sites cannot be read; check the disk");
  for (const admin::Site& site : *sites)
    if (!site.tracker.enabled)
      findings.note("site " + site.key + " (" + site.name +
                    ") is switched off, its pages get an empty file; `etappe site set " + site.key +
                    " --enabled true`");
}

void examine_process(const config::Settings& settings, Examination& findings) {
  const DataFolder data{settings.data};
  const auto holder = DataLock::holder(data.lock());
  if (!holder) {
    findings.good("no `etappe serve` uses this folder now");
    return;
  }
  findings.good("`etappe serve` runs as process " + std::to_string(*holder));
  store::Endpoint endpoint;
  endpoint.address = "unix:" + data.engine_socket().string();
  store::Client client(endpoint);
  findings.check(client.ping(std::chrono::seconds(2)), "its engine answers", "it does not; its log says why");
}

papers::SiteFacts facts_of(const admin::Site& site, const admin::Container& container) {
  const nlohmann::json banner = nlohmann::json::parse(site.privacy.banner, nullptr, false);
  papers::SiteFacts facts{.key = site.key,
                          .name = site.name,
                          .domains = site.domains,
                          .policy = site.privacy.policy,
                          .regions = site.privacy.regions,
                          .policy_version = site.privacy.version,
                          .adapters = site.privacy.adapters,
                          .has_banner = banner.is_object(),
                          .has_my_data = site.privacy.my_data,
                          .has_staff_link = site.privacy.staff_link,
                          .erases_on_withdrawal = site.privacy.erase_on_withdrawal,
                          .retention_months = site.privacy.retention_months,
                          .own_ranges = site.privacy.own_addresses.size(),
                          .has_server_cookie = site.tracker.id_cookie == admin::IdCookie::server,
                          .has_retry_storage = site.tracker.retry_storage,
                          .listeners = site.tracker.listeners,
                          .linked_domains = site.tracker.link_domains,
                          .redaction_rules = site.tracker.redact.size()};
  if (facts.has_banner) {
    const auto days = banner.find("remember_refusal_days");
    if (days != banner.end() && days->is_number_integer()) facts.remember_refusal_days = days->get<int>();
  }
  const nlohmann::json source = nlohmann::json::parse(container.source, nullptr, false);
  if (source.is_object())
    for (const nlohmann::json& tag : source.value("tags", nlohmann::json::array()))
      facts.tags.push_back({tag.value("name", ""), tag.value("template", ""),
                            tag.value("consent", std::vector<std::string>())});
  return facts;
}

int write_papers(const Place& place, papers::Language language, const std::string& key) {
  auto office = Office::open(place);
  if (!office) return office.error();
  const auto sites = office->sites().list();
  if (!sites) return complain(sites.error(), office->folder().database().string());
  std::vector<papers::SiteFacts> facts;
  for (const admin::Site& site : *sites) {
    if (!key.empty() && site.key != key) continue;
    const auto container = office->sites().container(site.key);
    if (!container) return complain(container.error(), site.key);
    facts.push_back(facts_of(site, *container));
  }
  if (facts.empty()) return complain("unknown_site", key.empty() ? "there is no site yet" : key);
  const config::Settings& settings = office->settings();
  const std::string domain = facts.front().domains.empty() ? "" : facts.front().domains.front();
  const papers::Installation installation{public_url(settings, domain), settings.region_header,
                                          settings.admin_proxy == config::AdminProxy::tls};
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::fputs(papers::privacy_papers(installation, facts, language, today).c_str(), stdout);
  return kFine;
}

int doctor(const Place& place) {
  auto office = Office::open(place);
  if (!office) return office.error();
  Examination findings;
  findings.good("settings and database");
  examine_files(office->settings(), findings);
  examine_data(office->settings(), findings);
  examine_sites(*office, findings);
  examine_process(office->settings(), findings);
  return findings.code();
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  struct Options {
    Place place;
    bool privacy = false;
    std::string language = "de";
    std::string site;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("doctor", "say whether everything Etappe needs is there and sound");
  options->place.add_to(*command);
  auto* privacy = command->add_flag(
      "--privacy", options->privacy,
      "write what a data protection officer files, from the settings in force (Markdown; not legal advice)");
  command->add_option("--language", options->language, "of these papers: de or en")
      ->check(CLI::IsMember({"de", "en"}))
      ->needs(privacy);
  command->add_option("--site", options->site, "site key (all sites)")->needs(privacy);
  command->callback([options, &action] {
    action = [options] {
      if (!options->privacy) return doctor(options->place);
      const auto language = options->language == "de" ? papers::Language::german : papers::Language::english;
      return write_papers(options->place, language, options->site);
    };
  });
}

}  // namespace etappe::cli
