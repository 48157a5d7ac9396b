// Each row of docs/live-check.md as a case: what was seen and found, and the one cause that is named.
#include "server/diagnosis/diagnosis.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace etappe::diagnosis {
namespace {

using live::CheckReport;
using live::SeenEvent;
using live::ShortText;
using live::Tally;
using probe::Page;
using probe::Trouble;

constexpr std::string_view kToken = "0123456789abcdef";

/// A site of which nothing was seen and a page that nobody has looked at.
struct Case {
  live::Published published = live::Published::tracking;
  live::Seen seen;
  std::string_view token;
  std::optional<Page> page;

  [[nodiscard]] Verdict verdict() const {
    return diagnose({.published = published,
                     .seen = seen,
                     .token = token,
                     .page = page ? &*page : nullptr,
                     .wanted = {"shop1", "https://track.shop.example", {"shop.example"}},
                     .keys = {"shop1", "other1"}});
  }
  Case& opened() {
    token = kToken;
    return *this;
  }
  Case& kept(std::string_view host = "shop.example", std::string_view path = "/") {
    SeenEvent event;
    event.host = ShortText<64>(host);
    event.path = ShortText<128>(path);
    seen.events.push_back(event);
    return *this;
  }
  Case& rejected(std::string_view reason) {
    SeenEvent event;
    event.rejected = reason;
    seen.events.push_back(event);
    return *this;
  }
  Case& refused(const std::string& reason, const std::string& host) {
    seen.refusals.push_back({host, reason, 1, {}});
    return *this;
  }
  Case& fetched(const std::string& host = "shop.example") {
    seen.scripts.push_back({host, {}, 1, {}});
    return *this;
  }
  Case& asked_for(const std::string& key, const std::string& host = "shop.example") {
    seen.wrong_scripts.push_back({host, key, 1, {}});
    return *this;
  }
  Case& reported(consent::State analytics, std::uint32_t events = 0, std::string_view violated = "",
                 std::string_view host = "shop.example") {
    CheckReport report;
    report.token = ShortText<64>(kToken);
    report.host = ShortText<64>(host);
    report.consent.analytics = analytics;
    report.events = events;
    report.violated = ShortText<32>(violated);
    seen.reports.insert(seen.reports.begin(), report);
    return *this;
  }
  Case& looked(const std::function<void(Page&)>& change = {}) {
    Page found;
    found.status = 200;
    found.url = "https://shop.example/";
    found.host = "shop.example";
    found.snippets = {{"shop1", "https://track.shop.example"}};
    if (change) change(found);
    page = found;
    return *this;
  }
};

constexpr auto kGranted = consent::State::granted;
constexpr auto kUndetermined = consent::State::undetermined;
const auto without_snippet = [](Page& page) { page.snippets.clear(); };

TEST(Diagnosis, NamesOneCauseForWhatWasSeenAndFound) {
  const auto snippet = [](std::string key, std::string collector) {
    return [=](Page& page) { page.snippets = {{key, collector}}; };
  };
  const std::string ours = "https://track.shop.example";
  const struct {
    const char* what;
    Case facts;
    Cause cause;
    const char* subject;
  } rows[] = {
      {"nothing at all", Case{}, Cause::script_not_fetched, ""},
      {"an event", Case{}.kept(), Cause::receiving, ""},
      {"an event of the page that was looked at", Case{}.looked().kept(), Cause::receiving, ""},
      {"an event of another host", Case{}.looked().kept("old.shop.example"), Cause::script_not_fetched, ""},
      {"an event of another page while one was opened", Case{}.opened().looked().kept("shop.example", "/b"),
       Cause::blocked_by_browser_extension, ""},
      {"an event of the page that was opened", Case{}.opened().looked().kept(), Cause::receiving, ""},
      {"the page reports events", Case{}.opened().reported(kGranted, 2).kept(), Cause::receiving, ""},
      {"the page reports events, none came", Case{}.opened().reported(kGranted, 2),
       Cause::blocked_by_browser_extension, ""},
      {"only a rejected event", Case{}.rejected("bad_url"), Cause::events_rejected, "bad_url"},
      {"a batch without a valid event", Case{}.fetched().refused("no_valid_event", "shop.example"),
       Cause::events_rejected, "no_valid_event"},
      {"the page runs without consent", Case{}.opened().reported(kUndetermined), Cause::no_consent_yet, ""},
      {"the page runs, consent denied", Case{}.opened().reported(consent::State::denied),
       Cause::no_consent_yet, ""},
      {"as above on a page behind a strict policy",
       Case{}.opened().looked().reported(kUndetermined, 0, "script-src"), Cause::no_consent_yet, ""},
      {"loaded by somebody, no page opened", Case{}.fetched(), Cause::no_consent_yet, ""},
      {"loaded by somebody, page looked at", Case{}.looked().fetched(), Cause::no_consent_yet, ""},
      {"loaded through a tag manager", Case{}.looked(without_snippet).fetched(), Cause::no_consent_yet, ""},
      {"loaded, but the opened page is silent", Case{}.opened().looked().fetched(), Cause::not_reported, ""},
      {"loaded, nobody looked, the opened page is silent", Case{}.opened().fetched(), Cause::not_reported,
       ""},
      {"consent given, nothing sent", Case{}.opened().reported(kGranted), Cause::blocked_by_browser_extension,
       ""},
      {"the browser refused the connection", Case{}.opened().reported(kGranted, 0, "connect-src"),
       Cause::csp_blocks_connection, "connect-src"},
      {"switched off",
       [] {
         Case facts;
         facts.published = live::Published::switched_off;
         return facts.kept();
       }(),
       Cause::switched_off, ""},
      {"not published",
       [] {
         Case facts;
         facts.published = live::Published::missing;
         return facts;
       }(),
       Cause::not_published, ""},
      {"a page of another host", Case{}.looked([](Page& page) {
         page.trouble = Trouble::foreign_host;
         page.host = "shop.test";
       }),
       Cause::wrong_domain, "shop.test"},
      {"events of another host", Case{}.refused("origin_refused", "shop.test"), Cause::wrong_domain,
       "shop.test"},
      {"events of another host beside a page of ours", Case{}.looked().refused("origin_refused", "shop.test"),
       Cause::script_not_fetched, ""},
      {"the opened page ended up on another host",
       Case{}.opened().looked().reported(kGranted, 1, "", "shop.test").refused("origin_refused", "shop.test"),
       Cause::wrong_domain, "shop.test"},
      {"a server without an origin", Case{}.refused("origin_refused", ""), Cause::script_not_fetched, ""},
      {"another site's script was asked for", Case{}.asked_for("other1"), Cause::wrong_key, "other1"},
      {"no site's script was asked for", Case{}.asked_for("old99"), Cause::unknown_site, "old99"},
      {"the same on another host", Case{}.looked().asked_for("old99", "old.shop.example"),
       Cause::script_not_fetched, ""},
      {"the page has another site's key", Case{}.looked(snippet("other1", ours)), Cause::wrong_key, "other1"},
      {"the page has no site's key", Case{}.looked(snippet("old99", ours)), Cause::unknown_site, "old99"},
      {"the page has another collector", Case{}.looked(snippet("shop1", "https://t.example")),
       Cause::wrong_collector, "https://t.example"},
      {"another collector that leads here", Case{}.looked(snippet("shop1", "https://t.example")).fetched(),
       Cause::no_consent_yet, ""},
      {"an old copy of the page", Case{}.looked([](Page& page) {
         page.snippets.clear();
         page.is_stale = true;
         page.age_seconds = 340;
       }),
       Cause::cached_page, "340"},
      {"no snippet", Case{}.looked(without_snippet), Cause::snippet_missing, "shop.example"},
      {"no snippet, opened", Case{}.opened().looked(without_snippet), Cause::snippet_missing, "shop.example"},
      {"loaded by an inline script, opened", Case{}.opened().looked([](Page& page) {
         page.snippets.clear();
         page.loads_inline = true;
       }),
       Cause::blocked_by_browser_extension, ""},
      {"the policy refuses the script", Case{}.opened().looked([](Page& page) {
         page.has_policy = true;
         page.allowed = {.script = false, .connection = false, .wasm = false};
       }),
       Cause::csp_blocks_script, ""},
      {"the policy refuses the connection", Case{}.opened().looked([](Page& page) {
         page.has_policy = true;
         page.allowed.connection = false;
       }),
       Cause::csp_blocks_connection, ""},
      {"all is right, opened, nothing came", Case{}.opened().looked(), Cause::blocked_by_browser_extension,
       ""},
      {"all is right, not opened", Case{}.looked(), Cause::script_not_fetched, ""},
      {"unreachable", Case{}.looked([](Page& page) {
         page.snippets.clear();
         page.trouble = Trouble::unreachable;
       }),
       Cause::page_unreachable, "unreachable"},
      {"an error page", Case{}.looked([](Page& page) {
         page.snippets.clear();
         page.trouble = Trouble::bad_status;
         page.status = 503;
       }),
       Cause::page_unreachable, "503"},
      {"unreachable from here, but a browser was there", Case{}.fetched().looked([](Page& page) {
         page.snippets.clear();
         page.trouble = Trouble::private_address;
       }),
       Cause::no_consent_yet, ""},
  };
  std::set<Cause> named;
  for (const auto& row : rows) {
    const Verdict verdict = row.facts.verdict();
    EXPECT_EQ(name_of(verdict.cause), name_of(row.cause)) << row.what;
    EXPECT_EQ(verdict.subject, row.subject) << row.what;
    named.insert(verdict.cause);
  }
  EXPECT_EQ(named.size(), static_cast<std::size_t>(Cause::script_not_fetched) + 1) << "every cause has a row";
}

TEST(Diagnosis, OnlyEventsAndWaitingForConsentAreASuccess) {
  for (int i = 0; i <= static_cast<int>(Cause::script_not_fetched); ++i) {
    const auto cause = static_cast<Cause>(i);
    EXPECT_EQ(is_success(cause), cause == Cause::receiving || cause == Cause::no_consent_yet);
    EXPECT_FALSE(advice_for(cause).empty());
  }
}

TEST(Diagnosis, ListensToTheReportOfItsOwnTokenOnly) {
  Case facts = Case{}.opened().looked();
  facts.reported(kUndetermined);
  facts.seen.reports[0].token = ShortText<64>("another0another0");
  EXPECT_EQ(facts.verdict().cause, Cause::blocked_by_browser_extension);
}

TEST(Diagnosis, BelievesTheNewestReport) {
  Case facts = Case{}.opened().reported(kUndetermined).reported(kGranted, 1).kept();
  EXPECT_EQ(facts.verdict().cause, Cause::receiving);
}

TEST(Diagnosis, RemarksOnWhatIsTrueBesideTheCause) {
  const auto names = [](const Verdict& verdict) {
    std::string all;
    for (const Remark remark : verdict.remarks) all += std::string(name_of(remark)) + " ";
    return all;
  };
  EXPECT_EQ(names(Case{}.looked().verdict()), "");
  EXPECT_EQ(names(Case{}.looked([](Page& page) { page.snippets.push_back(page.snippets[0]); }).verdict()),
            "several_snippets ");
  EXPECT_EQ(names(Case{}
                      .looked([](Page& page) {
                        page.has_policy = true;
                        page.allowed.wasm = false;
                      })
                      .verdict()),
            "plain_javascript ");
  Case facts = Case{}.opened().reported(kUndetermined);
  facts.seen.reports[0].engine = live::Engine::js;
  EXPECT_EQ(names(facts.verdict()), "plain_javascript ");
}

}  // namespace
}  // namespace etappe::diagnosis
