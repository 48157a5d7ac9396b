// etappe doctor: whether this Etappe can run, point by point, and what to do where it cannot.

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "server/admin/publish.hpp"
#include "server/admin/tracker_file.hpp"
#include "server/artefact/sites.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/data_lock.hpp"
#include "server/cli/office.hpp"
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
  auto place = std::make_shared<Place>();
  CLI::App* command = app.add_subcommand("doctor", "say whether everything Etappe needs is there and sound");
  place->add_to(*command);
  command->callback([place, &action] { action = [place] { return doctor(*place); }; });
}

}  // namespace etappe::cli
