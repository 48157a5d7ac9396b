// POST /v1/events without a socket and without a disk: the router's handler, a sink in memory, a fixed clock.

#include "server/collect/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "core/codec/envelope.hpp"
#include "server/address/client.hpp"
#include "tests/server/collect/fake_withdrawals.hpp"

namespace etappe::collect {
namespace {

const event::TimeMs kNow{std::chrono::milliseconds(1'777'629'600'000)};  // 2026-05-01T10:00:00Z

/// Keeps records in memory and answers at once, or holds the answer back.
class MemorySink final : public Sink {
 public:
  void append(std::vector<Record> records, std::function<void(Kept)> done) override {
    if (hold) {
      held.push_back(std::move(done));
      return;
    }
    if (next == Kept::durable) {
      for (Record& record : records) kept.push_back(std::move(record));
    }
    done(next);
  }
  Kept next = Kept::durable;
  bool hold = false;
  std::vector<Record> kept;
  std::vector<std::function<void(Kept)>> held;
};

class EventsTest : public ::testing::Test {
 protected:
  EventsTest() {
    artefact::Site site;
    site.key = "s1";
    site.domains = {"a.example"};
    sites.replace(artefact::SiteTable::of({site}));
    add_event_routes(router, {sites, sink, counters, duplicates, [] { return kNow; }, PersonSecret{},
                              day_keys, withdrawals, board});
  }
  http::Reply ask(http::Request request) {
    std::optional<http::Reply> reply;
    router(std::move(request), http::Responder([&](http::Reply answer) { reply = std::move(answer); }));
    EXPECT_TRUE(reply.has_value());
    return reply.value_or(http::Reply{0, {}, {}});
  }
  static http::Request post(std::string body, std::vector<http::Header> headers = {},
                            std::string query = "") {
    return {"POST", "/v1/events", std::move(query), std::move(headers), std::move(body), "127.0.0.1"};
  }
  static std::string header(const http::Reply& reply, std::string_view name) {
    for (const auto& one : reply.headers) {
      if (one.name == name) return one.value;
    }
    return "";
  }
  static std::string event(int number, const std::string& members = "") {
    char id[37];
    std::snprintf(id, sizeof id, "00000000-0000-7000-8000-%012d", number);
    return std::string(R"({"id":")") + id +
           R"(","t":"view","ts":"2026-05-01T09:59:50Z","url":"https://a.example/")" + members + "}";
  }
  static std::string batch(const std::string& events) { return R"({"site":"s1","events":[)" + events + "]}"; }
  std::uint64_t refused(const std::string& reason, const std::string& site) {
    return counters.value("etappe_batches_refused_total", "reason=\"" + reason + "\",site=\"" + site + "\"");
  }

  SiteSnapshot sites{nullptr};
  MemorySink sink;
  FakeWithdrawals withdrawals;
  observe::Counters counters;
  DuplicateWindow duplicates{{}};
  DayKeys day_keys{[](DayKey& key) { key.fill(7); }};
  live::Board board{[] { return kNow; }, [](auto, auto) { return std::vector<std::string>(); }};
  http::Router router;
};

TEST_F(EventsTest, AnswersAKeptBatchWithNothing) {
  const auto reply = ask(post(batch(event(1) + "," + event(2))));
  EXPECT_EQ(reply.status, 204u);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(sink.kept.size(), 2u);
  EXPECT_EQ(counters.value("etappe_events_accepted_total", R"(site="s1")"), 2u);
}

TEST_F(EventsTest, AnswersOnlyWhenTheSinkSaysDurable) {
  sink.hold = true;
  std::optional<http::Reply> reply;
  router(post(batch(event(1))), http::Responder([&](http::Reply answer) { reply = std::move(answer); }));
  EXPECT_FALSE(reply.has_value());
  EXPECT_EQ(counters.value("etappe_events_accepted_total", R"(site="s1")"), 0u);
  ASSERT_EQ(sink.held.size(), 1u);
  sink.held[0](Kept::durable);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 204u);
}

TEST_F(EventsTest, TheVisitorsAddressAndRegionAreThoseThatATrustedProxyNames) {
  artefact::Site site;
  site.key = "s1";
  site.domains = {"a.example"};
  site.policy = consent::Policy::cookieless;
  site.regions = {{{"DE"}, consent::Policy::block}};
  site.own_addresses = {"203.0.113.7"};
  sites.replace(artefact::SiteTable::of({site}));
  http::Router proxied;
  const address::Front front{{*address::Range::from("127.0.0.1")}, "cf-ipcountry"};
  add_event_routes(proxied, {sites, sink, counters, duplicates, [] { return kNow; }, PersonSecret{}, day_keys,
                             withdrawals, board, front});
  int number = 0;
  const auto stored = [&](std::string_view peer, std::vector<http::Header> headers) -> std::string {
    headers.push_back({"origin", "https://a.example"});
    auto request = post(batch(event(++number)), std::move(headers));
    request.peer = peer;
    const std::size_t before = sink.kept.size();
    std::optional<http::Reply> reply;
    proxied(std::move(request), http::Responder([&](http::Reply answer) { reply = std::move(answer); }));
    EXPECT_EQ(reply->status, 204U);
    if (sink.kept.size() == before) return "nothing";
    codec::Lists lists;
    const auto envelope = codec::read_envelope(sink.kept.back(), lists);
    return std::string(codec::name_of(envelope->link)) + " " + std::string(envelope->region) + " " +
           std::string(envelope->event.visitor);
  };
  const http::Header us{"cf-ipcountry", "US"};
  const std::string first = stored("127.0.0.1", {us, {"x-forwarded-for", "198.51.100.1"}});
  EXPECT_TRUE(first.starts_with("daily US ")) << first;
  EXPECT_EQ(stored("127.0.0.1", {us, {"x-forwarded-for", "192.0.2.9"}, {"x-forwarded-for", "198.51.100.1"}}),
            first)
      << "what a visitor sends in front of the proxy's is of no account";
  EXPECT_NE(stored("127.0.0.1", {us, {"x-forwarded-for", "198.51.100.2"}}), first);
  EXPECT_EQ(stored("127.0.0.1", {{"cf-ipcountry", "DE"}, {"x-forwarded-for", "198.51.100.1"}}),
            "unlinked DE ");
  EXPECT_EQ(stored("127.0.0.1", {{"x-forwarded-for", "198.51.100.1"}}), "unlinked  ")
      << "unknown: the strictest";
  EXPECT_EQ(stored("198.51.100.9", {us}), "unlinked  ") << "no proxy of ours names the region";
  EXPECT_EQ(stored("127.0.0.1", {us, {"x-forwarded-for", "203.0.113.7"}}), "nothing");
  EXPECT_EQ(counters.value("etappe_events_rejected_total", R"(reason="own_address",site="s1")"), 1U);
}

TEST_F(EventsTest, TellsWhatBecameOfEachEventWhenAsked) {
  ASSERT_EQ(ask(post(batch(event(1)))).status, 204u);
  const auto reply =
      ask(post(batch(event(1) + "," + event(2, R"(,"value":"x")") + "," + event(3)), {}, "detail=1"));
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(header(reply, "Content-Type"), "application/json");
  EXPECT_EQ(reply.body, R"({"accepted":1,"duplicate":1,"rejected":[{"index":1,"reason":"bad_value"}]})");
  EXPECT_EQ(counters.value("etappe_events_duplicate_total", R"(site="s1")"), 1u);
  EXPECT_EQ(counters.value("etappe_events_rejected_total", R"(reason="bad_value",site="s1")"), 1u);
}

TEST_F(EventsTest, AcknowledgesARetryWithoutWritingItAgain) {
  ASSERT_EQ(ask(post(batch(event(1)))).status, 204u);
  ASSERT_EQ(ask(post(batch(event(1)))).status, 204u);
  EXPECT_EQ(sink.kept.size(), 1u);
}

TEST_F(EventsTest, DoesNotTakeAnEventForKnownThatTheDiskRefused) {
  sink.next = Kept::failed;
  ASSERT_EQ(ask(post(batch(event(1)))).status, 503u);
  sink.next = Kept::durable;
  ASSERT_EQ(ask(post(batch(event(1)))).status, 204u);
  EXPECT_EQ(sink.kept.size(), 1u);
}

TEST_F(EventsTest, SaysWhenToComeBackIfTheDiskTakesNothing) {
  for (const auto& [kept, reason] :
       {std::pair(Kept::busy, "busy"), std::pair(Kept::failed, "storage_failed")}) {
    sink.next = kept;
    const auto reply = ask(post(batch(event(1)), {{"origin", "https://a.example"}}));
    EXPECT_EQ(reply.status, 503u);
    EXPECT_NE(header(reply, "Retry-After"), "");
    EXPECT_NE(reply.body.find(reason), std::string::npos);
    EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), "https://a.example") << "the page has to read it";
    EXPECT_EQ(header(reply, "Access-Control-Expose-Headers"), "Retry-After");
    EXPECT_EQ(refused(reason, "s1"), 1u);
  }
}

TEST_F(EventsTest, RefusesWithTheStatusAndReasonOfTheTable) {
  const struct {
    const char* what;
    http::Request request;
    unsigned status;
    const char* reason;
  } rows[] = {
      {"no JSON", post("hello"), 400, "bad_json"},
      {"nothing", post(""), 400, "bad_json"},
      {"a cut frame", post("\xE7\x01"), 400, "bad_frame"},
      {"a later version", post("\xE7\x02\x01"), 400, "bad_version"},
      {"all bad", post(batch(event(1, R"(,"value":"x")"))), 400, "no_valid_event"},
      {"too many", post(batch([] {
         std::string many = "{}";
         for (int i = 0; i < 500; ++i) many += ",{}";
         return many;
       }())),
       413, "too_many_events"},
      {"unknown site", post(R"({"site":"x","events":[{}]})"), 404, "unknown_site"},
      {"wrong origin", post(batch(event(1)), {{"origin", "https://evil.example"}}), 403, "origin_refused"},
      {"null origin", post(batch(event(1)), {{"origin", "null"}}), 403, "origin_refused"},
      {"wrong token", post(batch(event(1)), {{"authorization", "Bearer x"}}), 401, "bad_token"},
      {"a form", post(batch(event(1)), {{"content-type", "application/x-www-form-urlencoded"}}), 415,
       "unsupported_type"},
      {"compressed", post("\x1f\x8b", {{"content-encoding", "gzip"}}), 415, "unsupported_encoding"},
  };
  for (const auto& row : rows) {
    const auto before = refused(row.reason, "") + refused(row.reason, "s1");
    const auto reply = ask(row.request);
    EXPECT_EQ(reply.status, row.status) << row.what;
    EXPECT_EQ(header(reply, "Content-Type"), "application/problem+json") << row.what;
    EXPECT_NE(reply.body.find("\"reason\":\"" + std::string(row.reason) + "\""), std::string::npos)
        << row.what;
    EXPECT_EQ(refused(row.reason, "") + refused(row.reason, "s1"), before + 1) << row.what;
    EXPECT_EQ(header(reply, "Vary"), "Origin") << row.what;
  }
  EXPECT_TRUE(sink.kept.empty());
}

TEST_F(EventsTest, TakesEveryDocumentedContentType) {
  int number = 100;
  for (const char* type : {"application/x-etappe", "application/json", "text/plain",
                           "text/plain;charset=UTF-8", "Application/JSON; charset=utf-8", ""}) {
    EXPECT_EQ(ask(post(batch(event(++number)), {{"content-type", type}})).status, 204u) << type;
  }
}

TEST_F(EventsTest, EchoesTheOriginOnlyToPagesOfTheSite) {
  const auto allowed = ask(post(batch(event(1)), {{"origin", "https://www.a.example:8443"}}));
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Origin"), "https://www.a.example:8443");
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(header(allowed, "Vary"), "Origin");
  const auto refused_one = ask(post(batch(event(2)), {{"origin", "https://evil.example"}}));
  EXPECT_EQ(header(refused_one, "Access-Control-Allow-Origin"), "");
  const auto none = ask(post(batch(event(3))));
  EXPECT_EQ(header(none, "Access-Control-Allow-Origin"), "");
}

TEST_F(EventsTest, AnswersAPreflightForPagesOfAnySite) {
  const auto ask_preflight = [&](std::string origin) {
    return ask({"OPTIONS",
                "/v1/events",
                "",
                {{"origin", std::move(origin)},
                 {"access-control-request-method", "POST"},
                 {"access-control-request-headers", "content-type"}},
                "",
                ""});
  };
  const auto allowed = ask_preflight("https://a.example");
  EXPECT_EQ(allowed.status, 204u);
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Methods"), "POST");
  EXPECT_NE(header(allowed, "Access-Control-Allow-Headers").find("Content-Type"), std::string::npos);
  EXPECT_EQ(ask_preflight("https://evil.example").status, 403u);
}

TEST_F(EventsTest, ShowsTheBoardWhatIsOnDiskAndNothingElse) {
  sink.next = Kept::busy;
  ASSERT_EQ(ask(post(batch(event(1)))).status, 503u);
  EXPECT_TRUE(board.since("s1", {}).events.empty());
  sink.next = Kept::durable;
  ASSERT_EQ(ask(post(batch(event(1) + "," + event(2, R"(,"value":"x")")))).status, 204u);
  ASSERT_EQ(ask(post(batch(event(1)))).status, 204u) << "a retry";
  const auto seen = board.since("s1", {});
  ASSERT_EQ(seen.events.size(), 2u);
  EXPECT_EQ(seen.events[0].rejected.empty() + seen.events[1].rejected.empty(), 1);
  EXPECT_EQ(seen.minutes.back(), 1u);
  for (const auto& one : seen.events) {
    if (one.rejected.empty()) {
      EXPECT_EQ(one.host.view(), "a.example");
      EXPECT_EQ(one.path.view(), "/");
    } else {
      EXPECT_EQ(one.rejected, "bad_value");
    }
  }
}

TEST_F(EventsTest, TellsTheBoardWhichHostWasRefusedForASiteThatExists) {
  ask(post(batch(event(1)), {{"origin", "https://www.Evil.example:8443"}}));
  ask(post(batch(event(1, R"(,"value":"x")"))));
  ask(post(R"({"site":"x","events":[{}]})", {{"origin", "https://evil.example"}}));
  const auto seen = board.since("s1", {});
  ASSERT_EQ(seen.refusals.size(), 2u);
  for (const auto& refusal : seen.refusals) {
    EXPECT_EQ(refusal.count, 1u);
    EXPECT_EQ(refusal.host, refusal.what == "origin_refused" ? "www.evil.example" : "") << refusal.what;
  }
  EXPECT_TRUE(board.since("x", {}).refusals.empty());
  EXPECT_EQ(refused("origin_refused", ""), 1u) << "a refused sender never names a label";
}

TEST_F(EventsTest, UsesTheTableThatWasPublishedLast) {
  ASSERT_EQ(ask(post(batch(event(1)))).status, 204u);
  sites.replace(artefact::SiteTable::of({}));
  EXPECT_EQ(ask(post(batch(event(2)))).status, 404u);
}

}  // namespace
}  // namespace etappe::collect
