// etappe init DIR --site-domain D: everything a new Etappe needs, and the first snippet.

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/admin/person_secret.hpp"
#include "server/admin/replace_file.hpp"
#include "server/admin/secrets.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/office.hpp"
#include "server/cli/site_source.hpp"
#include "server/cli/snippet.hpp"

namespace etappe::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string folder;
  std::vector<std::string> domains;
  std::string name;
  std::string from;
  bool json = false;
};

struct Made {
  admin::Site site;
  std::string password;
  std::string token;
};

constexpr const char* kLogin = "admin";

Result<admin::Site, int> first_site(Office& office, const Options& options) {
  if (!options.from.empty()) return add_site_from(office, options.from);
  admin::Site site;
  site.domains = options.domains;
  site.name = options.name.empty() ? options.domains.front() : options.name;
  auto added = office.sites().add(std::move(site), now());
  if (!added) return fail(complain(added.error(), options.domains.front()));
  return *std::move(added);
}

Result<Made, int> fill(Office& office, const Options& options) {
  Made made;
  auto site = first_site(office, options);
  if (!site) return fail(site.error());
  made.site = *std::move(site);
  made.password = admin::random_password();
  const auto user = office.accounts().add(kLogin, "Administrator", admin::Role::admin, made.password, now());
  if (!user) return fail(complain(user.error(), kLogin));
  const auto token = office.tokens().add("first", admin::Scope::admin, "", now());
  if (!token) return fail(complain(token.error(), "first"));
  made.token = token->secret;
  if (const auto keys = admin::ensure_signing_keys(options.folder); !keys)
    return fail(complain(keys.error(), options.folder));
  if (const auto secret = admin::ensure_person_secret(options.folder); !secret)
    return fail(complain(secret.error(), options.folder));
  if (const int code = office.note("init", made.site.key); code != kFine) return fail(code);
  return made;
}

int init(const Options& options) {
  const fs::path folder = fs::absolute(options.folder);
  const fs::path file = folder / "etappe.toml";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return complain("data_unusable", options.folder + ": " + error.message());
  config::Settings settings;
  settings.data = folder;
  const DataFolder data{folder};
  if (fs::exists(file, error) || fs::exists(data.database(), error))
    return complain("already_initialised",
                    options.folder + " holds an Etappe already; choose another folder");
  if (::chmod(folder.c_str(), 0700) != 0)
    return complain("data_unusable", options.folder + ": not your folder");

  const auto made = [&]() -> Result<Made, int> {
    auto office = Office::open_or_make(settings);
    if (!office) return fail(office.error());
    return fill(*office, options);
  }();
  // The settings come last: a folder that has them is complete, and a failed attempt can simply be repeated.
  if (!made || !admin::replace_file(file, config::default_text(), 0600)) {
    for (const char* ending : {"", "-wal", "-shm"}) fs::remove(data.database().string() + ending, error);
    return made ? complain("data_unusable", file.string() + ": cannot be written") : made.error();
  }

  const std::string text = snippet(public_url(settings, made->site.domains.front()), made->site.key);
  if (options.json) {
    const nlohmann::ordered_json answer{{"site_key", made->site.key},
                                        {"snippet", text},
                                        {"login", kLogin},
                                        {"password", made->password},
                                        {"token", made->token}};
    std::printf("%s\n", answer.dump().c_str());
    return kFine;
  }
  std::printf(
      "%s is ready. Start it with\n\n  etappe serve --config %s\n\n"
      "Paste this into every page of %s, as far up in <head> as can be:\n\n%s\n"
      "The dashboard's first login, shown this once:\n\n  login     %s\n  password  %s\n  API token %s\n",
      options.folder.c_str(), file.c_str(), made->site.domains.front().c_str(), text.c_str(), kLogin,
      made->password.c_str(), made->token.c_str());
  return kFine;
}

}  // namespace

void add_init(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("init", "make a data folder with settings, first site and first login");
  command->add_option("DIR", options->folder, "the new data folder")->required();
  auto* domain = command->add_option("--site-domain", options->domains,
                                     "host name of the first site; subdomains are included; may be repeated");
  auto* name = command->add_option("--name", options->name, "the first site's name (its domain)");
  command->add_option("--from", options->from, "read the first site from a JSON file instead")
      ->excludes(domain)
      ->excludes(name);
  command->add_flag("--json", options->json, "answer in JSON");
  command->callback([options, &action] {
    if (options->from.empty() && options->domains.empty()) throw CLI::RequiredError("--site-domain");
    action = [options] { return init(*options); };
  });
}

}  // namespace etappe::cli
