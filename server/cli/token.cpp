// etappe token add|list|revoke

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/cli/complain.hpp"
#include "server/cli/office_command.hpp"

namespace etappe::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  Place place;
  std::string name;
  std::string scope = "read";
  std::string site;
  std::int64_t id = 0;
  bool json = false;
};

int add(Office& office, const Options& options) {
  const auto scope = admin::scope_named(options.scope);
  if (!scope) return complain(admin::Error::bad_scope, options.scope);
  std::string site_id;
  if (!options.site.empty()) {
    const auto site = office.sites().find(options.site);
    if (!site) return complain(site.error(), options.site);
    site_id = site->id;
  }
  const auto added = office.tokens().add(options.name, *scope, site_id, now());
  if (!added) return complain(added.error(), options.name);
  if (const int code = office.note("token.add", options.name); code != kFine) return code;
  // The collecting side knows the hashes of the tokens that may send.
  if (const int code = office.publish(); code != kFine) return code;
  if (options.json)
    std::printf("%s\n", ordered_json{{"id", added->token.id}, {"token", added->secret}}.dump().c_str());
  else
    std::printf("%s\n", added->secret.c_str());
  return kFine;
}

int list(Office& office, const Options& options) {
  const auto tokens = office.tokens().list();
  if (!tokens) return complain(tokens.error(), office.folder().database().string());
  ordered_json all = ordered_json::array();
  for (const admin::Token& token : *tokens) {
    const std::string scope(name_of(token.scope));
    if (options.json)
      all.push_back({{"id", token.id}, {"name", token.name}, {"scope", scope}, {"site", token.site}});
    else
      std::printf("%4lld  %-24s %-7s %s\n", static_cast<long long>(token.id), token.name.c_str(),
                  scope.c_str(), token.site.empty() ? "all sites" : token.site.c_str());
  }
  if (options.json) std::printf("%s\n", ordered_json{{"tokens", all}}.dump().c_str());
  return kFine;
}

int revoke(Office& office, const Options& options) {
  const std::string id = std::to_string(options.id);
  if (const auto revoked = office.tokens().revoke(options.id); !revoked) return complain(revoked.error(), id);
  if (const int code = office.note("token.revoke", id); code != kFine) return code;
  return office.publish();
}

}  // namespace

void add_token(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* group = app.add_subcommand("token", "the keys of programs");
  group->require_subcommand(1);
  CLI::App* adding =
      add_office_command(*group, options, action, "add", "add a token; it is shown this once", add);
  adding->add_option("NAME", options->name, "what it is for")->required();
  adding->add_option("--scope", options->scope, "read reports, ingest events of any age, or admin")
      ->capture_default_str()
      ->check(CLI::IsMember({"read", "ingest", "admin"}));
  adding->add_option("--site", options->site, "site key (all sites)");
  adding->add_flag("--json", options->json, "answer in JSON");
  add_office_command(*group, options, action, "list", "all tokens", list)
      ->add_flag("--json", options->json, "answer in JSON");
  add_office_command(*group, options, action, "revoke", "make a token worthless at once", revoke)
      ->add_option("ID", options->id, "its number in `token list`")
      ->required();
}

}  // namespace etappe::cli
