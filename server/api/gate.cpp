#include "server/api/gate.hpp"

#include "server/api/address.hpp"

namespace etappe::api {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string_view cookie_name(Transport transport) {
  // The prefix __Host- makes browsers insist on Secure, Path=/ and no Domain; it exists with TLS only.
  return transport == Transport::behind_tls ? "__Host-etappe" : "etappe_session";
}

std::string cookie_text(std::string_view value, std::chrono::seconds lifetime, Transport transport) {
  return std::string(cookie_name(transport)) + "=" + std::string(value) +
         "; Path=/; Max-Age=" + std::to_string(lifetime.count()) + "; HttpOnly; SameSite=Strict" +
         (transport == Transport::behind_tls ? "; Secure" : "");
}

bool changes_something(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

}  // namespace

bool Caller::may_read() const { return person || (bearer && bearer->scope != Scope::ingest); }

bool Caller::may_flush() const {
  return (person && person->role == Role::admin) || (bearer && bearer->scope != Scope::read);
}

bool Caller::may_administer() const {
  return (person && person->role == Role::admin) || (bearer && bearer->scope == Scope::admin);
}

std::string Caller::actor() const { return person ? person->login : "token:" + bearer->name; }

bool Caller::may_see(const report::Site& site) const {
  return !bearer || bearer->site_id.empty() || bearer->site_id == site.id;
}

std::optional<Refusal> refused_by_address(const http::Request& request, Transport transport) {
  const std::string_view host = request.header("host");
  if (transport == Transport::plain_loopback && !names_loopback(host))
    return Refusal{Reason::host_refused, {}, std::nullopt};
  const std::string_view origin = request.header("origin");
  const std::string_view scheme = transport == Transport::behind_tls ? "https" : "http";
  if (changes_something(request) && !origin.empty() && !is_own_origin(origin, scheme, host))
    return Refusal{Reason::origin_refused, {}, std::nullopt};
  return std::nullopt;
}

std::string_view session_token(const http::Request& request, Transport transport) {
  return cookie(request.header("cookie"), cookie_name(transport));
}

Result<Caller, Refusal> caller_of(const http::Request& request, Transport transport, Accounts& accounts) {
  const Refusal nobody{Reason::not_signed_in, {}, std::nullopt};
  const std::string_view authorization = request.header("authorization");
  if (!authorization.empty()) {
    if (!authorization.starts_with(kBearer)) return fail(nobody);
    auto bearer = accounts.bearer_of(authorization.substr(kBearer.size()));
    if (!bearer) return fail(nobody);
    return Caller{std::nullopt, std::move(bearer)};
  }
  const std::string_view token = session_token(request, transport);
  if (token.empty()) return fail(nobody);
  auto person = accounts.person_of(token);
  if (!person) return fail(nobody);
  return Caller{std::move(person), std::nullopt};
}

std::string session_cookie(const Session& session, Transport transport) {
  return cookie_text(session.token, session.lifetime, transport);
}

std::string ended_cookie(Transport transport) {
  return cookie_text("", std::chrono::seconds::zero(), transport);
}

}  // namespace etappe::api
