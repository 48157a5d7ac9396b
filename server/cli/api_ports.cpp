#include "server/cli/api_ports.hpp"

#include "server/cli/complain.hpp"
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
  return api::Bearer{.scope = scope_of(token->scope), .site_id = token->site, .name = token->name};
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
  return cli::snippet(collector(site), site.key);
}

std::string DatabaseSites::collector(const report::Site& site) {
  std::string address = public_url(office_.settings(), site.domains.front());
  while (address.ends_with('/')) address.pop_back();
  return address;
}

std::string DatabaseSites::tracker(const report::Site& site) {
  const auto found = sites_.find(site.key);
  return admin::all_options(found ? found->tracker : admin::TrackerOptions{});
}

Result<std::string, api::NotChanged> DatabaseSites::change_tracker(const report::Site& site,
                                                                   std::string_view patch,
                                                                   std::string_view actor) {
  using Reason = api::NotChanged::Reason;
  const std::scoped_lock lock(changing_);
  const auto found = sites_.find(site.key);
  if (!found) return fail(api::NotChanged{Reason::unavailable});
  const auto wanted = admin::patched(found->tracker, patch, office_.known_listeners());
  if (!wanted) {
    const std::string reason(name_of(wanted.error().reason));
    return fail(api::NotChanged{Reason::bad_options, reason + ": " + message(wanted.error())});
  }
  if (!sites_.set_tracker(site.key, *wanted, found->session_minutes))
    return fail(api::NotChanged{Reason::unavailable});
  if (office_.note("site.set", site.key, actor) != kFine || office_.publish() != kFine)
    return fail(api::NotChanged{Reason::not_published});
  return admin::all_options(*wanted);
}

void DatabaseJournal::note(std::string_view actor, std::string_view action, std::string_view subject) {
  // A disk that refuses says so at the next change; a look at a page is not undone for it.
  static_cast<void>(audit_.add({now(), std::string(actor), std::string(action), std::string(subject)}));
}

}  // namespace etappe::cli
