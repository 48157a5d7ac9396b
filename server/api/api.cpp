#include "server/api/api.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "server/api/report_request.hpp"
#include "server/api/rights.hpp"

namespace etappe::api {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t kLargestBody = 4096;
constexpr std::size_t kLongestLogin = 254;
constexpr std::size_t kLongestPassword = 1024;
constexpr unsigned kAccountThreads = 2;
constexpr unsigned kCheckThreads = 2;
constexpr std::chrono::minutes kRecently{30};  ///< how far back a check without a beginning looks
constexpr std::string_view kOpenApi = "/api/openapi.json";

// Everything the dashboard loads comes from this listener; styles are set through the DOM, never as text.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void secure(http::Reply& reply) {
  reply.headers.push_back({"Content-Security-Policy", std::string(kContentSecurityPolicy)});
  reply.headers.push_back({"X-Content-Type-Options", "nosniff"});
  reply.headers.push_back({"Referrer-Policy", "no-referrer"});
  reply.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  reply.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
}

http::Reply text_reply(std::string body, std::string_view type) {
  return {200, {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}}, std::move(body)};
}

http::Reply json_reply(std::string body) { return text_reply(std::move(body), "application/json"); }

http::Reply nothing() { return {204, {{"Cache-Control", "no-store"}}, {}}; }

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// The site key of /api/v1/sites/{site}/tracker; nullopt for any other path.
std::optional<std::string_view> site_of_tracker_path(std::string_view path) {
  constexpr std::string_view kBefore = "/api/v1/sites/";
  constexpr std::string_view kBehind = "/tracker";
  if (!path.starts_with(kBefore) || !path.ends_with(kBehind)) return std::nullopt;
  path.remove_prefix(kBefore.size());
  if (path.size() <= kBehind.size()) return std::nullopt;
  path.remove_suffix(kBehind.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return path;
}

Refusal refusal_of(const NotChanged& failure) {
  using Why = NotChanged::Reason;
  switch (failure.reason) {
    case Why::bad_options: return {Reason::bad_tracker, failure.detail, std::nullopt};
    case Why::unavailable: return {Reason::busy, {}, std::nullopt};
    case Why::not_published: return {Reason::not_published, {}, std::nullopt};
  }
  return {Reason::internal, {}, std::nullopt};
}

std::string_view name_of(Role role) { return role == Role::admin ? "admin" : "viewer"; }

struct Credentials {
  std::string login;
  std::string password;
};

Result<Credentials, Reason> credentials_of(const std::string& body) {
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) return fail(Reason::bad_json);
  const auto text = [&](const char* key, std::size_t longest) -> std::optional<std::string> {
    const auto found = document.find(key);
    if (found == document.end() || !found->is_string()) return std::nullopt;
    auto value = found->get<std::string>();
    if (value.empty() || value.size() > longest) return std::nullopt;
    return value;
  };
  auto login = text("login", kLongestLogin);
  auto password = text("password", kLongestPassword);
  if (!login || !password || document.size() != 2) return fail(Reason::bad_login);
  return Credentials{std::move(*login), std::move(*password)};
}

}  // namespace

struct Api::Route {
  std::string_view path;
  std::string_view method;
  Work work;
  Workers Api::*workers;
  std::string_view allow = {};  ///< where the path has more methods than this
};

Api::Api(Options options, World world)
    : options_(std::move(options)),
      world_(std::move(world)),
      pages_(options_.pages),
      accounts_(kAccountThreads, options_.longest_queue),
      checks_(kCheckThreads, options_.longest_queue),
      reports_(options_.report_threads, options_.longest_queue) {}

const Api::Route* Api::route_of(std::string_view path, std::string_view method) const {
  static constexpr Route kRoutes[] = {
      {"/api/v1/login", "POST", &Api::login, &Api::accounts_},
      {"/api/v1/logout", "POST", &Api::logout, &Api::accounts_},
      {"/api/v1/me", "GET", &Api::me, &Api::accounts_},
      {"/api/v1/sites", "GET", &Api::sites, &Api::accounts_},
      {"/api/v1/flush", "POST", &Api::flush, &Api::reports_},
      {"/metrics", "GET", &Api::metrics, &Api::accounts_},
  };
  static constexpr Route kReport{"", "GET", &Api::report, &Api::reports_};
  static constexpr Route kTracker{"", "PATCH", &Api::change_tracker, &Api::accounts_};
  static constexpr Route kLive{"", "GET", &Api::live, &Api::accounts_};
  static constexpr Route kCheck{"", "POST", &Api::check, &Api::checks_};
  static constexpr Route kSubject{"", "POST", &Api::subject, &Api::reports_};
  static constexpr Route kErase{"", "POST", &Api::erase, &Api::accounts_, "GET, POST"};
  static constexpr Route kErasures{"", "GET", &Api::erasures, &Api::accounts_, "GET, POST"};
  if (is_report_path(path)) return &kReport;
  if (is_subject_path(path)) return &kSubject;
  if (is_erasures_path(path)) return method == "POST" ? &kErase : &kErasures;
  if (site_of_tracker_path(path)) return &kTracker;
  if (is_live_path(path)) return &kLive;
  if (is_check_path(path)) return &kCheck;
  const auto found =
      std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) { return r.path == path; });
  return found == std::end(kRoutes) ? nullptr : &*found;
}

void Api::handle(http::Request request, http::Responder respond) {
  const auto answer = [&respond](http::Reply reply) {
    secure(reply);
    respond(std::move(reply));
  };
  if (const auto refusal = refused_by_address(request, options_.transport)) return answer(refuse(*refusal));
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && request.path == kOpenApi)
    return answer({200,
                   {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}},
                   std::string(openapi_document())});
  if (reads)
    if (auto page = pages_.serve(request.path, request.header("if-none-match")))
      return answer(std::move(*page));

  const Route* route = route_of(request.path, request.method);
  if (!route) return answer(refuse(Reason::unknown_path));
  if (request.method != route->method && !(request.method == "HEAD" && route->method == "GET")) {
    http::Reply reply = refuse(Reason::method_not_allowed);
    reply.headers.push_back({"Allow", std::string(route->allow.empty() ? route->method : route->allow)});
    return answer(std::move(reply));
  }
  if (request.body.size() > kLargestBody) return answer(refuse(Reason::too_large));
  hand_on(this->*route->workers, route->work, std::move(request), std::move(respond));
}

void Api::hand_on(Workers& workers, Work work, http::Request request, http::Responder respond) {
  // std::function wants to be copied; the request and its one answer are shared instead.
  struct Visit {
    http::Request request;
    http::Responder respond;
  };
  auto visit = std::make_shared<Visit>(Visit{std::move(request), std::move(respond)});
  const auto posted = workers.post([this, work, visit] {
    http::Reply reply;
    try {
      reply = (this->*work)(visit->request);
    } catch (const std::exception&) {
      reply = refuse(Reason::internal);
    }
    secure(reply);
    visit->respond(std::move(reply));
  });
  if (posted == Workers::Posted::taken) return;
  http::Reply reply = refuse(Reason::busy);
  secure(reply);
  visit->respond(std::move(reply));
}

http::Reply Api::login(const http::Request& request) {
  const auto credentials = credentials_of(request.body);
  if (!credentials) return refuse(credentials.error());
  const auto now = world_.now();
  // Behind a proxy every peer is the proxy, on loopback every peer is this machine: only the login tells
  // guesses apart.
  const std::string& guessed = credentials->login;
  const auto wait = throttle_.wait(guessed, now);
  if (wait.count() > 0) return refuse({Reason::too_many_attempts, {}, wait});

  const auto session = world_.accounts.sign_in(credentials->login, credentials->password);
  if (!session) {
    if (session.error() == SignIn::unavailable) return refuse(Reason::busy);
    throttle_.failed(guessed, now);
    return refuse(Reason::wrong_credentials);
  }
  throttle_.succeeded(guessed);
  http::Reply reply = nothing();
  reply.headers.push_back({"Set-Cookie", session_cookie(*session, options_.transport)});
  return reply;
}

http::Reply Api::logout(const http::Request& request) {
  if (const auto token = session_token(request, options_.transport); !token.empty())
    world_.accounts.sign_out(token);
  http::Reply reply = nothing();
  reply.headers.push_back({"Set-Cookie", ended_cookie(options_.transport)});
  return reply;
}

http::Reply Api::me(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->person)
    return refuse({Reason::scope_missing, "A token is nobody; sign in as a person.", std::nullopt});
  const Person& person = *caller->person;
  return json_reply(dumped({{"login", person.login}, {"name", person.name}, {"role", name_of(person.role)}}));
}

http::Reply Api::sites(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->may_read()) return refuse(Reason::scope_missing);
  json list = json::array();
  for (const report::Site& site : sites_for(*caller)) {
    json funnels = json::array();
    for (const auto& funnel : site.funnels) funnels.push_back({{"id", funnel.id}, {"name", funnel.name}});
    list.push_back({{"key", site.key},
                    {"name", site.name},
                    {"domains", site.domains},
                    {"zone", site.zone},
                    {"currency", site.currency},
                    {"demo", site.demo},
                    {"snippet", world_.sites.snippet(site)},
                    {"tracker", json::parse(world_.sites.tracker(site), nullptr, false)},
                    {"funnels", std::move(funnels)}});
  }
  return json_reply(dumped({{"sites", std::move(list)}}));
}

http::Reply Api::change_tracker(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->may_administer()) return refuse(Reason::scope_missing);
  const auto key = site_of_tracker_path(request.path);
  const auto all = world_.sites.all();
  const auto site = std::find_if(all.begin(), all.end(),
                                 [&](const report::Site& s) { return s.key == key && caller->may_see(s); });
  if (site == all.end()) return refuse(Reason::unknown_site);
  if (!json::parse(request.body, nullptr, false).is_object()) return refuse(Reason::bad_json);
  const auto changed = world_.sites.change_tracker(*site, request.body, caller->actor());
  return changed ? json_reply(*changed) : refuse(refusal_of(changed.error()));
}

http::Reply Api::report(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->may_read()) return refuse(Reason::scope_missing);
  auto wanted = report_request(request.path, request.query);
  if (!wanted) return refuse(wanted.error());
  const auto all = world_.sites.all();
  const auto site = std::find_if(all.begin(), all.end(), [&](const report::Site& s) {
    return s.key == wanted->site_key && caller->may_see(s);
  });
  if (site == all.end()) return refuse(Reason::unknown_site);

  wanted->ask.as_of = world_.now();
  const auto found = report::run(world_.source, *site, wanted->ask);
  if (!found) return refuse(reason_of(found.error()));
  world_.counters.add("etappe_reports_total", "report=\"" + found->name + "\"");
  if (wanted->form == Form::json) return json_reply(report::to_json(*found, wanted->statements));
  http::Reply reply = text_reply(report::to_csv(*found), "text/csv; charset=utf-8");
  reply.headers.push_back({"Content-Disposition", "attachment; filename=\"" + found->name + "_" +
                                                      report::text_of(found->period.from) + "_" +
                                                      report::text_of(found->period.to) + ".csv\""});
  return reply;
}

std::vector<report::Site> Api::sites_for(const Caller& caller) const {
  auto all = world_.sites.all();
  std::erase_if(all, [&](const report::Site& site) { return !caller.may_see(site); });
  return all;
}

probe::Wanted Api::wanted_on(const report::Site& site) const {
  return {site.key, world_.sites.collector(site), site.domains};
}

diagnosis::Verdict Api::verdict_on(const report::Site& site, const std::vector<report::Site>& all,
                                   const live::Seen& seen, std::string_view token,
                                   const probe::Page* page) const {
  std::vector<std::string> keys;
  for (const report::Site& one : all) keys.push_back(one.key);
  return diagnosis::diagnose({.published = world_.live.published(site.key),
                              .policy = site.policy,
                              .seen = seen,
                              .token = token,
                              .page = page,
                              .wanted = wanted_on(site),
                              .keys = std::move(keys)});
}

http::Reply Api::live(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->may_read()) return refuse(Reason::scope_missing);
  const auto wanted = live_request(request.path, request.query);
  if (!wanted) return refuse(wanted.error());
  const auto all = sites_for(*caller);
  const auto site = std::ranges::find(all, wanted->site_key, &report::Site::key);
  if (site == all.end()) return refuse(Reason::unknown_site);

  const live::Seen seen = world_.live.since(site->key, wanted->since);
  std::optional<diagnosis::Verdict> verdict;
  if (!wanted->token.empty()) {
    const auto page = checks_under_way_.page_of(site->key, wanted->token);
    verdict = verdict_on(*site, all, seen, wanted->token, page ? &*page : nullptr);
  }
  return json_reply(live_json(site->key, seen, world_.live.published(site->key), wanted->token, verdict));
}

http::Reply Api::check(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->may_administer()) return refuse(Reason::scope_missing);
  auto wanted = check_request(request.path, request.body);
  if (!wanted) return refuse(wanted.error());
  const auto all = sites_for(*caller);
  const auto site = std::ranges::find(all, wanted->site_key, &report::Site::key);
  if (site == all.end()) return refuse(Reason::unknown_site);
  const auto now = world_.now();
  if (const auto wait = checks_under_way_.begin(site->key, now); wait.count() > 0)
    return refuse({Reason::too_many_attempts, {}, wait});

  const probe::Wanted on_page = wanted_on(*site);
  // The second makes an address that no cache has an answer for.
  const std::string fresh = std::to_string(now.time_since_epoch().count());
  probe::Page page = probe::look(world_.pages, wanted->url, on_page, fresh);
  world_.journal.note(caller->actor(), "site.check", site->key + " " + page.host);
  world_.counters.add("etappe_checks_total", "trouble=\"" + std::string(probe::name_of(page.trouble)) + "\"");
  const live::Seen seen = world_.live.since(site->key, wanted->since.value_or(now - kRecently));
  const auto verdict = verdict_on(*site, all, seen, wanted->token, &page);
  std::string answer = check_json(site->key, page, on_page, verdict);
  if (!wanted->token.empty()) checks_under_way_.looked(site->key, std::move(wanted->token), std::move(page));
  return json_reply(std::move(answer));
}

struct Api::Inquiry {
  report::Site site;
  SubjectName name;
  Rights::Through through = Rights::Through::ui;
};

Result<Api::Inquiry, Refusal> Api::inquiry(const http::Request& request, std::string_view action) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return fail(caller.error());
  if (!caller->may_administer()) return fail(Refusal{Reason::scope_missing, {}, std::nullopt});
  auto wanted = subject_request(request.path, request.body);
  if (!wanted) return fail(wanted.error());
  const auto all = sites_for(*caller);
  const auto site = std::ranges::find(all, wanted->site_key, &report::Site::key);
  if (site == all.end()) return fail(Refusal{Reason::unknown_site, {}, std::nullopt});
  const std::string_view kind = wanted->name.kind == SubjectName::Kind::visitor ? "visitor" : "person";
  world_.journal.note(caller->actor(), action,
                      site->key + " " + std::string(kind) + ":" + world_.rights.hash_of(*site, wanted->name) +
                          " " + wanted->purpose);
  return Inquiry{*site, std::move(wanted->name),
                 caller->person ? Rights::Through::ui : Rights::Through::command};
}

http::Reply Api::subject(const http::Request& request) {
  const auto asked = inquiry(request, "subject.look_up");
  if (!asked) return refuse(asked.error());
  auto found = world_.rights.look_up(asked->site, asked->name);
  return found ? json_reply(*std::move(found)) : refuse(refusal_of(found.error()));
}

http::Reply Api::erase(const http::Request& request) {
  const auto asked = inquiry(request, "subject.erase");
  if (!asked) return refuse(asked.error());
  auto receipt = world_.rights.erase(asked->site, asked->name, asked->through);
  if (!receipt) return refuse(refusal_of(receipt.error()));
  http::Reply reply = json_reply(*std::move(receipt));
  reply.status = 202;
  return reply;
}

http::Reply Api::erasures(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->may_administer()) return refuse(Reason::scope_missing);
  const auto key = rights_site(request.path);
  if (!key) return refuse(key.error());
  const auto all = sites_for(*caller);
  const auto site = std::ranges::find(all, *key, &report::Site::key);
  if (site == all.end()) return refuse(Reason::unknown_site);
  return json_reply(world_.rights.receipts(*site));
}

http::Reply Api::flush(const http::Request& request) {
  const auto caller = caller_of(request, options_.transport, world_.accounts);
  if (!caller) return refuse(caller.error());
  if (!caller->may_flush()) return refuse(Reason::scope_missing);
  if (world_.flush() == Flushed::timed_out) return refuse(Reason::engine_unavailable);
  return nothing();
}

http::Reply Api::metrics(const http::Request& request) {
  // On loopback a scraper of the same machine needs no secret; from outside it needs a token or a session.
  if (options_.transport == Transport::behind_tls) {
    const auto caller = caller_of(request, options_.transport, world_.accounts);
    if (!caller) return refuse(caller.error());
    if (!caller->may_read()) return refuse(Reason::scope_missing);
  }
  return text_reply(world_.counters.text(), "text/plain; version=0.0.4; charset=utf-8");
}

http::Reply Api::refuse(const Refusal& refusal) const {
  world_.counters.add("etappe_api_refused_total",
                      "reason=\"" + std::string(etappe::api::name_of(refusal.reason)) + "\"");
  return reply_of(refusal);
}

http::Reply Api::refuse(Reason reason) const { return refuse(Refusal{reason, {}, std::nullopt}); }

}  // namespace etappe::api
