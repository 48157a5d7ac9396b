#include "server/cli/api_ports.hpp"

#include "server/cli/report_site.hpp"
#include "server/cli/snippet.hpp"

namespace etappe::cli {
namespace {

api::Scope scope_of(admin::Scope scope) {
  switch (scope) {
    case admin::Scope::read: return api::Scope::read;
    case admin::Scope::ingest: return api::Scope::ingest;
    case admin::Scope::admin: return api::Scope::admin;
  }
  return api::Scope::read;
}

}  // namespace

Result<api::Session, api::SignIn> DatabaseAccounts::sign_in(std::string_view login,
                                                            std::string_view password) {
  auto session = accounts_.sign_in(login, password, now());
  if (!session)
    return fail(session.error() == admin::Error::not_found ? api::SignIn::wrong_credentials
                                                           : api::SignIn::unavailable);
  return api::Session{.token = std::move(session->token), .lifetime = admin::kSessionLength};
}

void DatabaseAccounts::sign_out(std::string_view session_token) {
  // Where the disk refuses, the session ends by itself within hours.
  static_cast<void>(accounts_.sign_out(session_token));
}

std::optional<api::Person> DatabaseAccounts::person_of(std::string_view session_token) {
  const auto user = accounts_.signed_in(session_token, now());
  if (!user) return std::nullopt;
  return api::Person{.login = user->login,
                     .name = user->name,
                     .role = user->role == admin::Role::admin ? api::Role::admin : api::Role::viewer};
}

std::optional<api::Bearer> DatabaseAccounts::bearer_of(std::string_view secret) {
  const auto token = tokens_.find(secret);
  if (!token) return std::nullopt;
  return api::Bearer{.scope = scope_of(token->scope), .site_id = token->site};
}

std::vector<report::Site> DatabaseSites::all() {
  std::vector<report::Site> reported;
  const auto sites = sites_.list();
  if (!sites) return reported;
  for (const admin::Site& site : *sites)
    if (auto one = report_site(site)) reported.push_back(*std::move(one));
  return reported;
}

std::string DatabaseSites::snippet(const report::Site& site) {
  return cli::snippet(public_url(settings_, site.domains.front()), site.key);
}

}  // namespace etappe::cli
