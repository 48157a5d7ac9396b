// The admin listener without a socket: requests in, replies out.
#include "server/api/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "tests/server/api/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::api {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using testing::kPassword;
using ::testing::Not;

constexpr std::string_view kOverview = "/api/v1/sites/shop/reports/overview";
constexpr std::string_view kDays = "from=2026-11-21&to=2026-11-22";

std::string_view header(const http::Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers)
    if (key == name) return value;
  return {};
}

std::string reason(const http::Reply& reply) {
  const json body = json::parse(reply.body, nullptr, false);
  return body.is_object() ? body.value("reason", "") : "";
}

class Listener : public ::testing::Test {
 protected:
  explicit Listener(Transport transport = Transport::plain_loopback) : transport_(transport) {}
  void SetUp() override {
    std::ofstream(folder_.path() / "index.html") << "<!doctype html>";
    std::ofstream(folder_.path() / "app.1a2b.js") << "start()";
    std::filesystem::create_directory(folder_.path() / "inner");
    std::ofstream(folder_.path() / "inner" / "secret.txt") << "secret";
    Options options;
    options.transport = transport_;
    options.pages = folder_.path();
    options.report_threads = 1;
    options.longest_queue = 1;
    api_ = std::make_unique<Api>(options,
                                 World{accounts_, sites_, source_, counters_, [this] { return flushed_; },
                                       [this] { return now_; }, live_, journal_, page_, rights_});
  }
  [[nodiscard]] bool tls() const { return transport_ == Transport::behind_tls; }

  http::Request request(std::string method, std::string_view path, std::string_view query = "") {
    http::Request made;
    made.method = std::move(method);
    made.path = path;
    made.query = query;
    made.headers = {{"host", tls() ? "stats.example" : "127.0.0.1:8081"}};
    made.peer = "127.0.0.1";
    return made;
  }
  std::future<http::Reply> send_later(http::Request made) {
    auto promise = std::make_shared<std::promise<http::Reply>>();
    auto reply = promise->get_future();
    api_->handle(std::move(made),
                 http::Responder([promise](http::Reply r) { promise->set_value(std::move(r)); }));
    return reply;
  }
  http::Reply send(http::Request made) { return send_later(std::move(made)).get(); }
  http::Reply sign_in(std::string_view login, std::string_view password) {
    auto made = request("POST", "/api/v1/login");
    made.body = json{{"login", login}, {"password", password}}.dump();
    return send(made);
  }
  http::Request as_person(http::Request made, std::string_view login = "admin") {
    const std::string cookie(header(sign_in(login, kPassword), "Set-Cookie"));
    made.headers.push_back({"cookie", cookie.substr(0, cookie.find(';'))});
    return made;
  }
  static http::Request as_token(http::Request made, std::string_view token) {
    made.headers.push_back({"authorization", "Bearer " + std::string(token)});
    return made;
  }

  const Transport transport_;
  TemporaryFolder folder_;
  testing::MemoryAccounts accounts_;
  testing::MemorySites sites_;
  testing::ScriptedSource source_;
  observe::Counters counters_;
  testing::MemoryLive live_;
  testing::MemoryJournal journal_;
  testing::OnePage page_;
  testing::MemoryRights rights_;
  Flushed flushed_ = Flushed::done;
  std::chrono::sys_seconds now_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 13h + 32min + 5s};
  std::unique_ptr<Api> api_;
};

class ListenerBehindTls : public Listener {
 protected:
  ListenerBehindTls() : Listener(Transport::behind_tls) {}
};

TEST_F(Listener, says_nothing_to_whoever_is_not_signed_in) {
  struct Case {
    std::string method;
    std::string path;
  };
  for (const auto& [method, path] :
       {Case{"GET", "/api/v1/me"}, Case{"GET", "/api/v1/sites"}, Case{"GET", std::string(kOverview)},
        Case{"GET", "/api/v1/sites/none/reports/overview"}, Case{"GET", "/api/v1/sites/shop/reports/none"},
        Case{"POST", "/api/v1/flush"}, Case{"PATCH", "/api/v1/sites/shop/tracker"},
        Case{"POST", "/api/v1/sites/shop/subject"}, Case{"POST", "/api/v1/sites/shop/erasures"},
        Case{"GET", "/api/v1/sites/shop/erasures"}}) {
    for (const std::string_view credential : {"", "cookie", "token", "basic"}) {
      auto made = request(method, path, kDays);
      if (credential == "cookie") made.headers.push_back({"cookie", "etappe_session=guessed"});
      if (credential == "token") made = as_token(made, "guessed");
      if (credential == "basic") made.headers.push_back({"authorization", "Basic cmVhZGVy"});
      const auto reply = send(made);
      EXPECT_EQ(reply.status, 401U) << path << credential;
      EXPECT_EQ(reason(reply), "not_signed_in") << path << credential;
      EXPECT_THAT(header(reply, "WWW-Authenticate"), HasSubstr("Bearer")) << path;
    }
  }
  EXPECT_EQ(source_.asked, 0);
}

TEST_F(Listener, refuses_changes_from_foreign_origins_before_anybody_is_looked_up) {
  for (const std::string_view path : {"/api/v1/login", "/api/v1/logout", "/api/v1/flush"})
    for (const std::string_view origin :
         {"null", "https://evil.example", "http://127.0.0.1:8080", "https://127.0.0.1:8081"}) {
      auto made = as_person(request("POST", path));
      made.headers.push_back({"origin", std::string(origin)});
      const int checks = accounts_.password_checks;
      const auto reply = send(made);
      EXPECT_EQ(reply.status, 403U) << path << origin;
      EXPECT_EQ(reason(reply), "origin_refused") << path << origin;
      EXPECT_EQ(accounts_.password_checks, checks);
    }
  auto own = as_person(request("POST", "/api/v1/flush"));
  own.headers.push_back({"origin", "http://127.0.0.1:8081"});
  EXPECT_EQ(send(own).status, 204U);
}

TEST_F(Listener, without_tls_answers_to_loopback_names_only) {
  for (const std::string_view path : {"/", "/api/v1/me", "/api/openapi.json", "/metrics"}) {
    auto made = request("GET", path);
    made.headers = {{"host", "rebound.example:8081"}};
    EXPECT_EQ(reason(send(made)), "host_refused") << path;
  }
}

TEST_F(Listener, signs_in_with_a_cookie_that_no_script_reads_and_no_other_site_sends) {
  const auto reply = sign_in("admin", kPassword);
  EXPECT_EQ(reply.status, 204U);
  const std::string_view cookie = header(reply, "Set-Cookie");
  EXPECT_THAT(cookie, ::testing::StartsWith("etappe_session="));
  for (const std::string_view attribute : {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"})
    EXPECT_THAT(cookie, HasSubstr(attribute));
  EXPECT_THAT(cookie, Not(HasSubstr("Secure")));
  const auto me = send(as_person(request("GET", "/api/v1/me")));
  EXPECT_EQ(json::parse(me.body), (json{{"login", "admin"}, {"name", "Katrin Albers"}, {"role", "admin"}}));
}

TEST_F(ListenerBehindTls, the_cookie_is_bound_to_host_and_tls) {
  const auto reply = sign_in("admin", kPassword);
  EXPECT_THAT(header(reply, "Set-Cookie"), ::testing::StartsWith("__Host-etappe="));
  EXPECT_THAT(header(reply, "Set-Cookie"), HasSubstr("; Secure"));
  EXPECT_EQ(send(as_person(request("GET", "/api/v1/me"))).status, 200U);
  auto plain = as_person(request("POST", "/api/v1/logout"));
  plain.headers.push_back({"origin", "http://stats.example"});
  EXPECT_EQ(reason(send(plain)), "origin_refused");
  EXPECT_EQ(send(request("GET", "/metrics")).status, 401U);
  EXPECT_EQ(send(as_token(request("GET", "/metrics"), "reader")).status, 200U);
}

TEST_F(Listener, signing_out_ends_the_session) {
  const auto signed_in = as_person(request("GET", "/api/v1/me"));
  auto leaving = request("POST", "/api/v1/logout");
  leaving.headers.push_back(signed_in.headers.back());
  const auto reply = send(leaving);
  EXPECT_EQ(reply.status, 204U);
  EXPECT_THAT(header(reply, "Set-Cookie"), HasSubstr("etappe_session=; Path=/; Max-Age=0"));
  EXPECT_EQ(send(signed_in).status, 401U);
}

TEST_F(Listener, slows_down_who_guesses_passwords) {
  for (int i = 0; i <= Throttle::kFreeFailures; ++i)
    EXPECT_EQ(reason(sign_in("admin", "wrong password")), "wrong_credentials");
  const int checks = accounts_.password_checks;
  const auto reply = sign_in("admin", kPassword);
  EXPECT_EQ(reply.status, 429U);
  EXPECT_EQ(reason(reply), "too_many_attempts");
  EXPECT_EQ(header(reply, "Retry-After"), "2");
  EXPECT_EQ(accounts_.password_checks, checks);
  EXPECT_EQ(sign_in("viewer", kPassword).status, 204U);
  now_ += 2s;
  EXPECT_EQ(sign_in("admin", kPassword).status, 204U);
  EXPECT_EQ(counters_.value("etappe_api_refused_total", "reason=\"too_many_attempts\""), 1U);
}

TEST_F(Listener, a_login_that_is_no_login_is_refused_by_its_fault) {
  struct Case {
    std::string body;
    std::string reason;
  };
  for (const auto& [body, expected] :
       {Case{"", "bad_json"}, Case{"[]", "bad_json"}, Case{"{", "bad_json"}, Case{"{}", "bad_login"},
        Case{R"({"login":"admin"})", "bad_login"}, Case{R"({"login":1,"password":"x"})", "bad_login"},
        Case{R"({"login":"admin","password":""})", "bad_login"},
        Case{R"({"login":"admin","password":"x","otp":"1"})", "bad_login"},
        Case{R"({"login":"admin","password":")" + std::string(1025, 'x') + "\"}", "bad_login"},
        Case{std::string(4097, ' '), "too_large"}}) {
    auto made = request("POST", "/api/v1/login");
    made.body = body;
    EXPECT_EQ(reason(send(made)), expected) << body.substr(0, 40);
  }
  EXPECT_EQ(accounts_.password_checks, 0);
}

TEST_F(Listener, roles_and_scopes_open_what_they_are_for) {
  struct Case {
    std::string who;
    std::string method;
    std::string path;
    unsigned status;
  };
  const std::string overview(kOverview);
  const std::string other = "/api/v1/sites/other/reports/overview";
  for (const auto& [who, method, path, status] :
       {Case{"admin", "GET", overview, 200}, Case{"viewer", "GET", overview, 200},
        Case{"reader", "GET", overview, 200}, Case{"sender", "GET", overview, 403},
        Case{"other-reader", "GET", overview, 404}, Case{"other-reader", "GET", other, 200},
        Case{"admin", "POST", "/api/v1/flush", 204}, Case{"viewer", "POST", "/api/v1/flush", 403},
        Case{"sender", "POST", "/api/v1/flush", 204}, Case{"reader", "POST", "/api/v1/flush", 403},
        Case{"sender", "GET", "/api/v1/sites", 403}, Case{"reader", "GET", "/api/v1/me", 403}}) {
    const bool person = who == "admin" || who == "viewer";
    auto made = request(method, path, path.find("reports") == std::string::npos ? "" : kDays);
    made = person ? as_person(made, who) : as_token(made, who);
    EXPECT_EQ(send(made).status, status) << who << " " << path;
  }
}

TEST_F(Listener, a_token_beside_a_session_is_judged_alone) {
  EXPECT_EQ(send(as_token(as_person(request("POST", "/api/v1/flush")), "reader")).status, 403U);
  EXPECT_EQ(send(as_token(as_person(request("GET", "/api/v1/me")), "guessed")).status, 401U);
}

TEST_F(Listener, a_token_of_one_site_sees_one_site) {
  const auto all = json::parse(send(as_token(request("GET", "/api/v1/sites"), "reader")).body);
  const auto one = json::parse(send(as_token(request("GET", "/api/v1/sites"), "other-reader")).body);
  EXPECT_EQ(all["sites"].size(), 2U);
  ASSERT_EQ(one["sites"].size(), 1U);
  EXPECT_EQ(one["sites"][0]["key"], "other");
}

TEST_F(Listener, an_engine_that_is_away_or_slow_is_said_by_name) {
  struct Case {
    report::SourceError error;
    unsigned status;
    std::string reason;
  };
  for (const auto& [error, status, expected] :
       {Case{report::SourceError::unreachable, 503, "engine_unavailable"},
        Case{report::SourceError::too_slow, 503, "too_slow"},
        Case{report::SourceError::refused, 500, "engine_refused"}}) {
    source_.error = static_cast<int>(error);
    const auto reply = send(as_token(request("GET", kOverview, kDays), "reader"));
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reason(reply), expected);
    EXPECT_EQ(header(reply, "Retry-After").empty(), status != 503) << expected;
  }
  flushed_ = Flushed::timed_out;
  EXPECT_EQ(reason(send(as_token(request("POST", "/api/v1/flush"), "sender"))), "engine_unavailable");
}

TEST_F(Listener, a_full_queue_is_an_answer_and_does_not_hold_up_the_rest) {
  std::mutex mutex;
  std::condition_variable changed;
  bool waiting = false;
  bool go = false;
  source_.before_answer = [&] {
    std::unique_lock lock(mutex);
    waiting = true;
    changed.notify_all();
    changed.wait(lock, [&] { return go; });
  };
  auto running = send_later(as_token(request("GET", kOverview, kDays), "reader"));
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting; });
  }
  auto queued = send_later(as_token(request("GET", kOverview, kDays), "reader"));
  const auto refused = send(as_token(request("GET", kOverview, kDays), "reader"));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(reason(refused), "busy");
  EXPECT_FALSE(header(refused, "Retry-After").empty());
  EXPECT_EQ(send(as_token(request("GET", "/api/v1/sites"), "reader")).status, 200U);
  {
    const std::lock_guard lock(mutex);
    go = true;
  }
  changed.notify_all();
  EXPECT_EQ(running.get().status, 200U);
  EXPECT_EQ(queued.get().status, 200U);
}

TEST_F(Listener, shows_what_was_just_seen_of_a_site_to_whoever_may_read) {
  live_.seen = testing::shop_seen();
  const std::string path = "/api/v1/sites/shop/live";
  const auto reply = send(as_token(request("GET", path, "since=1795354300000"), "reader"));
  ASSERT_EQ(reply.status, 200U);
  EXPECT_EQ(live_.asked_for, "shop");
  EXPECT_EQ(live_.asked_since.time_since_epoch().count(), 1795354300000);
  const auto body = json::parse(reply.body);
  EXPECT_EQ(body["now"], 1795354325000);
  EXPECT_EQ(body["published"], "tracking");
  EXPECT_EQ(body["minutes"].size(), live::kMinutes);
  EXPECT_EQ(body["events"][0]["path"], "/lp/servo");
  EXPECT_EQ(body["events"][0]["analytics"], "granted");
  EXPECT_EQ(body["events"][1]["type"], nullptr);
  EXPECT_EQ(body["events"][1]["rejected"], "bad_value");
  EXPECT_EQ(body["refusals"][0]["host"], "shop.test");
  EXPECT_EQ(body["wrong_scripts"][0]["key"], "old99");
  EXPECT_EQ(body["verdict"], nullptr);
  EXPECT_TRUE(body["reports"].empty()) << "a report belongs to who knows its token";
  const auto checked =
      json::parse(send(as_token(request("GET", path, "check=0123456789abcdef"), "reader")).body);
  EXPECT_EQ(checked["reports"].size(), 1U);
  EXPECT_EQ(checked["verdict"]["cause"], "receiving");
  EXPECT_EQ(checked["verdict"]["success"], true);
  EXPECT_EQ(send(as_token(request("GET", path), "sender")).status, 403U);
  EXPECT_EQ(reason(send(as_token(request("GET", path), "other-reader"))), "unknown_site");
  EXPECT_EQ(send(as_person(request("GET", path), "viewer")).status, 200U);
}

TEST_F(Listener, a_live_view_that_is_asked_wrongly_is_refused_by_its_fault) {
  for (const std::string_view query :
       {"since=", "since=-1", "since=1e3", "since=10000000000000", "check=short", "check=0123456789abcde%3C",
        "since=1&since=2", "limit=5", "%zz=1"})
    EXPECT_EQ(reason(send(as_token(request("GET", "/api/v1/sites/shop/live", query), "reader"))),
              "bad_parameter")
        << query;
  EXPECT_EQ(reason(send(as_token(request("GET", "/api/v1/sites/none/live"), "reader"))), "unknown_site");
  EXPECT_EQ(reason(send(as_token(request("GET", "/api/v1/sites//live"), "reader"))), "unknown_path");
  EXPECT_EQ(reason(send(as_token(request("GET", "/api/v1/sites/shop/x/live"), "reader"))), "unknown_path");
}

TEST_F(Listener, looks_at_a_page_and_names_the_cause_also_afterwards) {
  page_.body = R"(<script async src="https://track.nordwerk.example/t/other.js"></script>)";
  auto asking = request("POST", "/api/v1/sites/shop/check");
  asking.body =
      R"({"url":"https://www.nordwerk.example/a?email=x","check":"0123456789abcdef","since":1795354300000})";
  const auto reply = send(as_person(asking));
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const auto body = json::parse(reply.body);
  EXPECT_EQ(body["page"]["snippets"][0]["key"], "other");
  EXPECT_EQ(body["page"]["right_snippets"], 0);
  EXPECT_EQ(body["verdict"]["cause"], "wrong_key");
  EXPECT_EQ(body["verdict"]["subject"], "other");
  EXPECT_EQ(live_.asked_since.time_since_epoch().count(), 1795354300000);
  EXPECT_EQ(journal_.lines, (std::vector<std::string>{"admin site.check shop www.nordwerk.example"}));
  const auto live = json::parse(
      send(as_token(request("GET", "/api/v1/sites/shop/live", "check=0123456789abcdef"), "reader")).body);
  EXPECT_EQ(live["verdict"]["cause"], "wrong_key");
  const auto another = json::parse(
      send(as_token(request("GET", "/api/v1/sites/shop/live", "check=another0another0"), "reader")).body);
  EXPECT_EQ(another["verdict"]["cause"], "script_not_fetched");
}

TEST_F(Listener, only_who_may_administrate_sends_the_server_to_a_page_and_never_to_a_strangers) {
  auto asking = request("POST", "/api/v1/sites/shop/check");
  asking.body = R"({"url":"https://nordwerk.example/"})";
  EXPECT_EQ(reason(send(as_person(asking, "viewer"))), "scope_missing");
  for (const std::string_view token : {"reader", "sender"})
    EXPECT_EQ(reason(send(as_token(asking, token))), "scope_missing");
  auto foreign = as_person(asking);
  foreign.headers.push_back({"origin", "https://evil.example"});
  EXPECT_EQ(reason(send(foreign)), "origin_refused");
  EXPECT_EQ(page_.asked, 0);
  asking.body = R"({"url":"http://169.254.169.254/"})";
  const auto body = json::parse(send(as_token(asking, "administrator")).body);
  EXPECT_EQ(body["page"]["trouble"], "foreign_host");
  EXPECT_EQ(body["verdict"]["cause"], "wrong_domain");
  EXPECT_EQ(page_.asked, 0);
  EXPECT_EQ(journal_.lines.back(), "token:deploy site.check shop 169.254.169.254");
}

TEST_F(Listener, a_check_that_is_asked_wrongly_is_refused_by_its_fault) {
  struct Case {
    std::string body;
    std::string reason;
  };
  for (const auto& [body, expected] :
       {Case{"", "bad_json"}, Case{"[]", "bad_json"}, Case{"{}", "missing_parameter"},
        Case{R"({"url":""})", "bad_parameter"}, Case{R"({"url":"nordwerk.example"})", "bad_parameter"},
        Case{R"({"url":"file:///etc/passwd"})", "bad_parameter"}, Case{R"({"url":7})", "bad_parameter"},
        Case{R"({"url":"https://nordwerk.example/","check":"x"})", "bad_parameter"},
        Case{R"({"url":"https://nordwerk.example/","since":-1})", "bad_parameter"},
        Case{R"({"url":"https://nordwerk.example/","host":"x"})", "bad_parameter"},
        Case{R"({"url":"https://nordwerk.example/)" + std::string(2048, 'x') + "\"}", "bad_parameter"}}) {
    auto asking = request("POST", "/api/v1/sites/shop/check");
    asking.body = body;
    EXPECT_EQ(reason(send(as_token(asking, "administrator"))), expected) << body.substr(0, 60);
  }
  EXPECT_EQ(page_.asked, 0);
}

TEST_F(Listener, looks_at_ten_pages_a_minute_for_one_site) {
  auto asking = request("POST", "/api/v1/sites/shop/check");
  asking.body = R"({"url":"https://nordwerk.example/"})";
  for (unsigned i = 0; i < Checks::kPerMinute; ++i)
    EXPECT_EQ(send(as_token(asking, "administrator")).status, 200U);
  now_ += 20s;
  const auto refused = send(as_token(asking, "administrator"));
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(header(refused, "Retry-After"), "40");
  auto other = asking;
  other.path = "/api/v1/sites/other/check";
  EXPECT_EQ(send(as_token(other, "administrator")).status, 200U);
  now_ += 40s;
  EXPECT_EQ(send(as_token(asking, "administrator")).status, 200U);
}

constexpr std::string_view kSubjectPath = "/api/v1/sites/shop/subject";
constexpr std::string_view kErasuresPath = "/api/v1/sites/shop/erasures";
constexpr std::string_view kWish = R"({"visitor":"v1","purpose":"request of 2026-11-20"})";

TEST_F(Listener, shows_and_erases_one_persons_data_for_administrators_and_notes_whose_it_was_and_why) {
  auto look = as_person(request("POST", kSubjectPath));
  look.body = kWish;
  auto reply = send(look);
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, testing::MemoryRights::kSubject);
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  auto erase = as_person(request("POST", kErasuresPath));
  erase.body = R"({"person":"anna@shop.example","purpose":"Art. 17"})";
  reply = send(erase);
  EXPECT_EQ(reply.status, 202U);
  EXPECT_EQ(reply.body, testing::MemoryRights::kErasure);
  erase = as_token(request("POST", kErasuresPath), "administrator");
  erase.body = kWish;
  EXPECT_EQ(send(erase).status, 202U);
  EXPECT_THAT(rights_.asked,
              ::testing::ElementsAre("look_up shop visitor v1", "erase ui shop person anna@shop.example",
                                     "erase command shop visitor v1"));
  const std::string hash = "0123456789abcdef0123456789abcdef";
  EXPECT_THAT(
      journal_.lines,
      ::testing::ElementsAre("admin subject.look_up shop visitor:" + hash + " request of 2026-11-20",
                             "admin subject.erase shop person:" + hash + " Art. 17",
                             "token:deploy subject.erase shop visitor:" + hash + " request of 2026-11-20"))
      << "the log outlives what was erased: it holds no id";
  EXPECT_THAT(send(as_person(request("GET", kErasuresPath))).body, HasSubstr("\"erasures\":[{"));
}

TEST_F(Listener, keeps_one_persons_data_from_everybody_else) {
  for (const auto& [method, path] :
       {std::pair("POST", kSubjectPath), std::pair("POST", kErasuresPath), std::pair("GET", kErasuresPath)}) {
    auto made = request(method, path);
    if (made.method == "POST") made.body = kWish;
    EXPECT_EQ(reason(send(as_person(made, "viewer"))), "scope_missing") << method << path;
    for (const std::string_view token : {"reader", "sender"})
      EXPECT_EQ(reason(send(as_token(made, token))), "scope_missing") << method << path << token;
    EXPECT_EQ(reason(send(as_token(made, "other-administrator"))), "unknown_site") << method << path;
  }
  EXPECT_TRUE(rights_.asked.empty());
  EXPECT_TRUE(journal_.lines.empty());
}

TEST_F(Listener, a_look_at_a_person_that_is_asked_wrongly_is_refused_by_its_fault) {
  const struct {
    std::string body;
    const char* reason;
  } rows[] = {
      {"", "bad_json"},
      {"[]", "bad_json"},
      {R"({"purpose":"p"})", "missing_parameter"},
      {R"({"visitor":"v"})", "missing_parameter"},
      {R"({"visitor":"v","purpose":" "})", "bad_parameter"},
      {R"({"visitor":"v","purpose":"a\nb"})", "bad_parameter"},
      {R"({"visitor":"v","purpose":")" + std::string(201, 'p') + "\"}", "bad_parameter"},
      {R"({"visitor":" ","purpose":"p"})", "bad_parameter"},
      {R"({"visitor":")" + std::string(65, 'v') + R"(","purpose":"p"})", "bad_parameter"},
      {R"({"visitor":1,"purpose":"p"})", "bad_parameter"},
      {R"({"visitor":"v","person":"p","purpose":"p"})", "missing_parameter"},
      {R"({"visitor":"v","purpose":"p","colour":"red"})", "bad_parameter"},
  };
  for (const std::string_view path : {kSubjectPath, kErasuresPath})
    for (const auto& row : rows) {
      auto made = as_token(request("POST", path), "administrator");
      made.body = row.body;
      EXPECT_EQ(reason(send(made)), row.reason) << path << row.body;
    }
  EXPECT_TRUE(rights_.asked.empty());
}

TEST_F(Listener, says_why_a_persons_data_was_neither_shown_nor_erased) {
  const struct {
    RightsError error;
    const char* reason;
  } rows[] = {{RightsError::not_stored, "engine_unavailable"},
              {RightsError::store_away, "engine_unavailable"},
              {RightsError::store_refused, "engine_refused"},
              {RightsError::disk, "busy"}};
  for (const auto& row : rows)
    for (const std::string_view path : {kSubjectPath, kErasuresPath}) {
      rights_.error = row.error;
      auto made = as_token(request("POST", path), "administrator");
      made.body = kWish;
      EXPECT_EQ(reason(send(made)), row.reason) << path;
    }
}

TEST_F(Listener, serves_the_dashboards_files_and_nothing_beside_them) {
  const auto start = send(request("GET", "/"));
  EXPECT_EQ(start.body, "<!doctype html>");
  EXPECT_EQ(header(start, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(start, "Cache-Control"), "no-cache");
  const auto script = send(request("GET", "/app.1a2b.js"));
  EXPECT_EQ(script.body, "start()");
  EXPECT_THAT(header(script, "Cache-Control"), HasSubstr("immutable"));
  auto again = request("GET", "/app.1a2b.js");
  again.headers.push_back({"if-none-match", std::string(header(script, "ETag"))});
  EXPECT_EQ(send(again).status, 304U);
  for (const std::string_view path :
       {"/inner/secret.txt", "/inner", "/../etc/passwd", "/%2e%2e/x", "/app.1a2b.js/", "//", "/index"})
    EXPECT_EQ(reason(send(request("GET", path))), "unknown_path") << path;
}

TEST_F(Listener, every_reply_carries_the_security_headers) {
  for (const auto& made :
       {request("GET", "/"), request("GET", "/nothing"), request("GET", "/api/v1/me"),
        as_token(request("GET", kOverview, kDays), "reader"), request("GET", "/api/openapi.json")}) {
    const auto reply = send(made);
    EXPECT_THAT(header(reply, "Content-Security-Policy"), HasSubstr("default-src 'none'")) << made.path;
    EXPECT_THAT(header(reply, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'")) << made.path;
    EXPECT_THAT(header(reply, "Content-Security-Policy"), Not(HasSubstr("unsafe"))) << made.path;
    EXPECT_EQ(header(reply, "X-Content-Type-Options"), "nosniff") << made.path;
    EXPECT_EQ(header(reply, "Referrer-Policy"), "no-referrer") << made.path;
  }
}

TEST_F(Listener, a_wrong_method_names_the_right_one) {
  const auto reply = send(request("GET", "/api/v1/login"));
  EXPECT_EQ(reply.status, 405U);
  EXPECT_EQ(header(reply, "Allow"), "POST");
  EXPECT_EQ(send(request("DELETE", "/api/v1/sites")).status, 405U);
  EXPECT_EQ(send(request("POST", "/")).status, 404U);
}

TEST_F(Listener, a_report_as_csv_is_a_file_with_defused_names) {
  const auto reply = send(
      as_token(request("GET", "/api/v1/sites/shop/reports/conversions", std::string(kDays) + "&format=csv"),
               "reader"));
  EXPECT_EQ(header(reply, "Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(header(reply, "Content-Disposition"),
            "attachment; filename=\"conversions_2026-11-21_2026-11-22.csv\"");
  EXPECT_THAT(reply.body, HasSubstr("\r\n'=order,primary,2,259.80,129.90,"));
}

TEST_F(Listener, every_question_of_every_report_is_known_to_the_scripted_source) {
  for (const auto name : report::report_names())
    EXPECT_EQ(
        send(as_token(request("GET", "/api/v1/sites/shop/reports/" + std::string(name), kDays), "reader"))
            .status,
        200U)
        << name;
  EXPECT_EQ(source_.unknown, 0);
}

TEST_F(Listener, lets_administrators_change_a_tracker_and_notes_who_it_was) {
  const auto patch = [this](std::string_view site = "shop") {
    auto made = request("PATCH", "/api/v1/sites/" + std::string(site) + "/tracker");
    made.body = R"({"enabled":false})";
    return made;
  };
  EXPECT_EQ(send(as_person(patch())).status, 200U);
  EXPECT_EQ(send(as_token(patch(), "administrator")).status, 200U);
  EXPECT_EQ(send(as_token(patch("other"), "other-administrator")).status, 200U);
  EXPECT_THAT(sites_.changes, ::testing::ElementsAre(R"(admin shop {"enabled":false})",
                                                     R"(token:deploy shop {"enabled":false})",
                                                     R"(token:other other {"enabled":false})"));
  sites_.changes.clear();
  for (const std::string_view token : {"reader", "sender"})
    EXPECT_EQ(reason(send(as_token(patch(), token))), "scope_missing") << token;
  EXPECT_EQ(reason(send(as_person(patch(), "viewer"))), "scope_missing");
  EXPECT_EQ(reason(send(as_token(patch(), "other-administrator"))), "unknown_site");
  EXPECT_EQ(reason(send(as_person(patch("none")))), "unknown_site");
  auto foreign = as_person(patch());
  foreign.headers.push_back({"origin", "https://evil.example"});
  EXPECT_EQ(reason(send(foreign)), "origin_refused");
  for (const char* body : {"", "[]", "{"}) {
    auto broken = as_person(patch());
    broken.body = body;
    EXPECT_EQ(reason(send(broken)), "bad_json") << body;
  }
  const auto read = send(as_person(request("GET", "/api/v1/sites/shop/tracker")));
  EXPECT_EQ(read.status, 405U);
  EXPECT_EQ(header(read, "Allow"), "PATCH");
  EXPECT_TRUE(sites_.changes.empty()) << sites_.changes.front();
}

TEST_F(Listener, says_why_a_tracker_was_not_changed) {
  auto made = as_token(request("PATCH", "/api/v1/sites/shop/tracker"), "administrator");
  made.body = R"({"colour":1})";
  const auto bad = send(made);
  EXPECT_EQ(reason(bad), "bad_tracker");
  EXPECT_THAT(bad.body, HasSubstr("unknown_key: tracker.colour"));
  made.body = "{}";
  sites_.not_changed = NotChanged::Reason::unavailable;
  EXPECT_EQ(reason(send(made)), "busy");
  sites_.not_changed = NotChanged::Reason::not_published;
  const auto stale = send(made);
  EXPECT_EQ(stale.status, 500U);
  EXPECT_EQ(reason(stale), "not_published");
}

TEST_F(Listener, shows_the_options_of_every_site) {
  const json sites = json::parse(send(as_token(request("GET", "/api/v1/sites"), "reader")).body);
  EXPECT_EQ(sites["sites"][0]["tracker"], json::parse(testing::MemorySites::kTracker));
}

}  // namespace
}  // namespace etappe::api
