#pragma once
// The admin listener's ports in memory: two people, five tokens, two sites, and a source that knows every
// statement of the reports by a word of it.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/ports.hpp"
#include "server/probe/fetcher.hpp"
#include "server/report/source.hpp"

namespace etappe::api::testing {

inline constexpr std::string_view kPassword = "correct horse battery staple";

class MemoryAccounts final : public Accounts {
 public:
  Result<Session, SignIn> sign_in(std::string_view login, std::string_view password) override {
    ++password_checks;
    const std::lock_guard lock(mutex_);
    const auto person = people_.find(login);
    if (person == people_.end() || password != kPassword) return fail(SignIn::wrong_credentials);
    const std::string token = "session" + std::to_string(++sessions_made_);
    sessions_[token] = person->second;
    return Session{token, std::chrono::hours{12}};
  }
  void sign_out(std::string_view token) override {
    const std::lock_guard lock(mutex_);
    if (const auto found = sessions_.find(token); found != sessions_.end()) sessions_.erase(found);
  }
  std::optional<Person> person_of(std::string_view token) override {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(token);
    return found == sessions_.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<Bearer> bearer_of(std::string_view token) override {
    if (token == "reader") return Bearer{Scope::read, ""};
    if (token == "sender") return Bearer{Scope::ingest, ""};
    if (token == "administrator") return Bearer{Scope::admin, "", "deploy"};
    if (token == "other-administrator") return Bearer{Scope::admin, "other", "other"};
    if (token == "other-reader") return Bearer{Scope::read, "other"};
    return std::nullopt;
  }

  std::atomic<int> password_checks = 0;

 private:
  std::mutex mutex_;
  int sessions_made_ = 0;
  std::map<std::string, Person, std::less<>> people_{{"admin", {"admin", "Katrin Albers", Role::admin}},
                                                     {"viewer", {"viewer", "Jo", Role::viewer}}};
  std::map<std::string, Person, std::less<>> sessions_;
};

class MemorySites final : public Sites {
 public:
  std::vector<report::Site> all() override {
    using namespace report;
    Site shop{.id = "shop",
              .key = "shop",
              .name = "Nordwerk Antriebe",
              .domains = {"nordwerk.example"},
              .zone = "Europe/Berlin",
              .currency = "EUR",
              .demo = true,
              .funnels = {}};
    shop.funnels = {{"inquiry",
                     "Angebotsanfrage",
                     7,
                     {{"Produktseite", ViewMatch{"/produkte/"}}, {"Anfrage", ConversionMatch{"inquiry"}}}}};
    Site other{.id = "other",
               .key = "other",
               .name = "No funnel",
               .domains = {"other.example"},
               .zone = "UTC",
               .currency = "USD",
               .funnels = {}};
    return {shop, other};
  }
  std::string snippet(const report::Site& site) override {
    return "<script src=\"/t/" + site.key + ".js\"></script>";
  }
  std::string tracker(const report::Site&) override { return std::string(kTracker); }
  Result<std::string, NotChanged> change_tracker(const report::Site& site, std::string_view patch,
                                                 std::string_view actor) override {
    if (patch.find("colour") != std::string_view::npos)
      return fail(NotChanged{NotChanged::Reason::bad_options, "unknown_key: tracker.colour"});
    if (not_changed) return fail(NotChanged{*not_changed});
    changes.push_back(std::string(actor) + " " + site.key + " " + std::string(patch));
    return std::string(kTracker);
  }

  static constexpr std::string_view kTracker =
      R"({"enabled":true,"listeners":["links"],"url":"actual","routes":"history","downloads":["pdf"],)"
      R"("impression":{"percent":50,"milliseconds":1000},"link_domains":[],"redact":[],)"
      R"("new_session_on_campaign":true,"retry_storage":true,"id_cookie":"server"})";
  std::vector<std::string> changes;  ///< "actor site patch"
  std::optional<NotChanged::Reason> not_changed;
  std::string collector(const report::Site&) override { return "https://track.nordwerk.example"; }
};

/// Says what a test has put there, whatever it is asked.
class MemoryLive final : public Live {
 public:
  live::Seen since(std::string_view site_key, event::TimeMs since) override {
    const std::lock_guard lock(mutex_);
    asked_for = site_key;
    asked_since = since;
    return seen;
  }
  live::Published published(std::string_view) override { return is_published; }

  live::Seen seen;
  live::Published is_published = live::Published::tracking;
  std::string asked_for;
  event::TimeMs asked_since;

 private:
  std::mutex mutex_;
};

/// A busy half hour with one of everything.
inline live::Seen shop_seen() {
  using live::ShortText;
  const event::TimeMs now{std::chrono::milliseconds(1'795'354'325'000)};
  live::Seen seen;
  seen.now = now;
  seen.minutes.back() = 2;
  live::SeenEvent view;
  view.at = now;
  view.type = event::Type::view;
  view.consent = {consent::State::granted, consent::State::denied};
  view.has_campaign = true;
  view.host = ShortText<64>("nordwerk.example");
  view.path = ShortText<128>("/lp/servo");
  live::SeenEvent refused;
  refused.at = now;
  refused.rejected = "bad_value";
  seen.events = {view, refused};
  seen.refusals = {{"shop.test", "origin_refused", 3, now}};
  seen.scripts = {{"nordwerk.example", "", 12, now}};
  seen.wrong_scripts = {{"nordwerk.example", "old99", 1, now}};
  live::CheckReport report;
  report.at = now;
  report.host = view.host;
  report.token = ShortText<64>("0123456789abcdef");
  report.consent = view.consent;
  report.events = 1;
  seen.reports = {report};
  return seen;
}

class MemoryJournal final : public Journal {
 public:
  void note(std::string_view actor, std::string_view action, std::string_view subject) override {
    const std::lock_guard lock(mutex_);
    lines.push_back(std::string(actor) + " " + std::string(action) + " " + std::string(subject));
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

/// Says what a test has put there; writes down what it was asked.
class MemoryRights final : public Rights {
 public:
  std::string hash_of(const report::Site&, const SubjectName&) override {
    return "0123456789abcdef0123456789abcdef";
  }
  Result<std::string, RightsError> look_up(const report::Site& site, const SubjectName& name) override {
    return answer("look_up", site, name, std::string(kSubject));
  }
  Result<std::string, RightsError> erase(const report::Site& site, const SubjectName& name,
                                         Through through) override {
    return answer(through == Through::ui ? "erase ui" : "erase command", site, name, std::string(kErasure));
  }
  std::string receipts(const report::Site&) override {
    return R"({"erasures":[)" + std::string(kErasure) + "]}";
  }

  static constexpr std::string_view kErasure =
      R"({"receipt":"2f1f3b0e-7a3c-4c27-9d3f-0a4a3f1f9b11","site":"shop","kind":"visitor","reason":"ui",)"
      R"("state":"open","ordered_at":"2026-11-22T13:32:05Z","erased_at":null,"gone_at":null,"visitors":null,)"
      R"("shared_visitors":null,"places":[{"place":"events","erased":null}]})";
  static constexpr std::string_view kSubject =
      R"({"site":"shop","kind":"visitor","hash":"0123456789abcdef0123456789abcdef","visitors":["v1"],)"
      R"("shared_visitors":[],"places":{"events":{"rows":[{"site":"shop","type":"view"}],"complete":true},)"
      R"("events_rejected":{"rows":[]},"spool":{"rows":[],"rule":"stored"},"erasures":{"receipts":[]}}})";
  std::vector<std::string> asked;
  std::optional<RightsError> error;

 private:
  Result<std::string, RightsError> answer(std::string_view what, const report::Site& site,
                                          const SubjectName& name, std::string text) {
    const std::lock_guard lock(mutex_);
    asked.push_back(std::string(what) + " " + site.key + " " +
                    (name.kind == SubjectName::Kind::visitor ? "visitor " : "person ") + name.id);
    if (error) return fail(*error);
    return text;
  }
  std::mutex mutex_;
};

/// One page at every address.
class OnePage final : public probe::Fetcher {
 public:
  Result<probe::Answer, probe::FetchError> get(const std::string& url, std::chrono::milliseconds) override {
    ++asked;
    last = url;
    probe::Answer answer;
    answer.status = 200;
    answer.body = body;
    answer.policies = policies;
    return answer;
  }
  std::string body = R"(<script async src="https://track.nordwerk.example/t/shop.js"></script>)";
  std::vector<std::string> policies;
  std::atomic<int> asked = 0;
  std::string last;
};

/// Answers as the engine would for two days of which the second is running.
class ScriptedSource final : public report::Source {
 public:
  Result<report::Table, report::SourceError> ask(const report::Question& question) override {
    ++asked;
    if (const auto wrong = error.load(); wrong != kNone) return fail(static_cast<report::SourceError>(wrong));
    if (before_answer) before_answer();
    report::Table table;
    const auto has = [&](std::string_view word) { return question.sql.find(word) != std::string::npos; };
    using std::string;
    const auto n = [](std::int64_t value) { return report::Cell(value); };
    if (has("same_time_before")) {
      table.rows = {{string("2026-11-22"), string("2026-11-15 13:32:05"),
                     empty ? report::Cell() : report::Cell(string("2026-09-28")), n(0)}};
    } else if (has("page_views_granted")) {
      table.rows = {{n(empty ? 0 : 20), n(empty ? 0 : 12), n(empty ? 0 : 9), n(empty ? 0 : 2)}};
    } else if (has("AS granted")) {
      table.rows = {{string("2026-11-21"), string("v2"), string("DE"), string("desktop"), n(14), n(9)}};
    } else if (has("AS fetched")) {
      if (!empty) table.rows = {{string("2026-11-21"), string("v2"), string("DE"), string("desktop"), n(20)}};
    } else if (has("marketing")) {
      if (!empty)
        table.rows = {{string("2026-11-21"), string("v2"), string("DE"), string("desktop"), n(3), n(1)}};
    } else if (has("maxOrNullIf")) {
      table.rows = {{report::Cell(), report::Cell()}};
    } else if (empty) {
      if (has("FROM visitors")) table.rows = {{n(0), n(0), report::Cell(), report::Cell()}};
    } else if (has("is_whole")) {
      table.rows = {{string("2026-11-21"), n(0), n(5), n(8)}, {string("1970-01-01"), n(1), n(7), n(12)}};
    } else if (has("sessionless")) {
      table.rows = {{string("2026-11-21"), string("Affiliates"), string("awin"), string("affiliate"),
                     string("EUR"), n(2), string("259.8"), n(1), n(1), n(1)},
                    {string("2026-11-22"), string("Direct"), string("(direct)"), string("(none)"),
                     string("CHF"), n(1), string("10"), n(0), n(0), n(0)}};
    } else if (has("FROM origins")) {
      table.rows = {{string("2026-11-21"), string("Affiliates"), string("awin"), string("affiliate"), n(3)},
                    {string("2026-11-22"), string("Direct"), string("(direct)"), string("(none)"), n(4)}};
    } else if (has("last_fired")) {
      table.rows = {{string("2026-11-21"), string("=order"), string("primary"), string("EUR"), n(2), n(2),
                     string("259.8"), string("2026-11-21T10:00:00Z"), n(0), n(0)},
                    {string("2026-11-21"), string("newsletter"), string("micro"), string("EUR"), n(4), n(0),
                     string("0"), string("2026-11-21T11:00:00Z"), n(0), n(0)}};
    } else if (has("FROM visitors")) {
      table.rows = {{n(10), n(4), report::Cell(92.5), report::Cell(92.5)}};
    } else if (has("visitor = ''")) {
      table.rows = {{n(3)}};
    } else {
      ++unknown;
      return fail(report::SourceError::refused);
    }
    return table;
  }
  Result<void, report::SourceError> pour(const report::Question&, report::Format,
                                         const std::function<bool(std::string_view)>&) override {
    return {};
  }

  static constexpr int kNone = -1;
  std::atomic<int> error = kNone;  ///< a SourceError
  std::atomic<int> asked = 0;
  std::atomic<int> unknown = 0;
  bool empty = false;
  std::function<void()> before_answer;
};

}  // namespace etappe::api::testing
