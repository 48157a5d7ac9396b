// etappe user add|list|revoke|reset-password

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/admin/secrets.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/office_command.hpp"

namespace etappe::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  Place place;
  std::string login;
  std::string name;
  std::string role = "viewer";
  bool json = false;
};

/// A password nobody has chosen, shown this once.
int say_password(const Options& options, const std::string& password) {
  if (options.json)
    std::printf("%s\n", ordered_json{{"login", options.login}, {"password", password}}.dump().c_str());
  else
    std::printf("%s\n", password.c_str());
  return kFine;
}

int add(Office& office, const Options& options) {
  const auto role = admin::role_named(options.role);
  if (!role) return complain(admin::Error::bad_role, options.role);
  const std::string password = admin::random_password();
  const auto user = office.accounts().add(options.login, options.name.empty() ? options.login : options.name,
                                          *role, password, now());
  if (!user) return complain(user.error(), options.login);
  if (const int code = office.note("user.add", options.login); code != kFine) return code;
  return say_password(options, password);
}

int list(Office& office, const Options& options) {
  const auto users = office.accounts().list();
  if (!users) return complain(users.error(), office.folder().database().string());
  ordered_json all = ordered_json::array();
  for (const admin::User& user : *users) {
    if (options.json)
      all.push_back({{"login", user.login}, {"name", user.name}, {"role", name_of(user.role)}});
    else
      std::printf("%-24s %-8s %s\n", user.login.c_str(), std::string(name_of(user.role)).c_str(),
                  user.name.c_str());
  }
  if (options.json) std::printf("%s\n", ordered_json{{"users", all}}.dump().c_str());
  return kFine;
}

int revoke(Office& office, const Options& options) {
  if (const auto removed = office.accounts().remove(options.login); !removed)
    return complain(removed.error(), options.login);
  return office.note("user.revoke", options.login);
}

int reset_password(Office& office, const Options& options) {
  const std::string password = admin::random_password();
  if (const auto set = office.accounts().set_password(options.login, password); !set)
    return complain(set.error(), options.login);
  if (const int code = office.note("user.reset-password", options.login); code != kFine) return code;
  return say_password(options, password);
}

}  // namespace

void add_user(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* group = app.add_subcommand("user", "the people who may sign in");
  group->require_subcommand(1);
  const auto with_login = [&](CLI::App* command) {
    command->add_option("LOGIN", options->login, "what the person signs in with")->required();
    return command;
  };
  CLI::App* adding =
      with_login(add_office_command(*group, options, action, "add", "add a person; prints a password", add));
  adding->add_option("--name", options->name, "the person's name (the login)");
  adding->add_option("--role", options->role, "admin or viewer")
      ->capture_default_str()
      ->check(CLI::IsMember({"admin", "viewer"}));
  adding->add_flag("--json", options->json, "answer in JSON");
  add_office_command(*group, options, action, "list", "all people", list)
      ->add_flag("--json", options->json, "answer in JSON");
  with_login(add_office_command(*group, options, action, "revoke", "remove a person and end their sessions",
                                revoke));
  with_login(add_office_command(*group, options, action, "reset-password",
                                "give a person a new random password", reset_password))
      ->add_flag("--json", options->json, "answer in JSON");
}

}  // namespace etappe::cli
