// The rules of the id cookie, each with what it refuses: docs/collector.md, "The id cookie".

#include "server/collect/id_cookie.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "core/codec/envelope.hpp"
#include "server/collect/events.hpp"
#include "tests/server/collect/fake_withdrawals.hpp"

namespace etappe::collect {
namespace {

const event::TimeMs kNow{std::chrono::milliseconds(1'777'629'600'000)};  // 2026-05-01T10:00:00Z

artefact::Site shop() {
  artefact::Site site;
  site.key = "s1";
  site.domains = {"shop.example", "shop.test"};
  return site;
}

TEST(SharesSite, IsForPageAndCollectorInOneDomainOfTheSite) {
  const struct {
    const char* origin;
    const char* host;
    bool shares;
  } rows[] = {
      {"https://shop.example", "shop.example", true},  // a path proxy
      {"https://www.shop.example", "track.shop.example", true},
      {"https://WWW.Shop.Example", "Track.SHOP.example.", true},
      {"http://shop.example:8080", "shop.example:9090", true},
      {"https://shop.test", "track.shop.test", true},
      {"https://shop.example", "track.shop.test", false},  // two domains of one site
      {"https://shop.example", "collector.example", false},
      {"https://evil.example", "shop.example", false},
      {"https://notshop.example", "shop.example", false},
      {"https://shop.example", "notshop.example", false},
      {"https://shop.example.evil.example", "shop.example", false},
      {"", "shop.example", false},
      {"null", "shop.example", false},
      {"https://shop.example", "", false},
      {"https://shop.example", "evil.example@shop.example", false},
      {"https://shop.example", "evil.example/shop.example", false},
      {"https://shop.example", "shop.example/", false},
      {"https://shop.example", "shop.example:x", false},
      {"https://shop.example", "[::1]:80", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(shares_site(shop(), row.origin, row.host), row.shares) << row.origin << ' ' << row.host;
  }
}

TEST(IdInCookie, IsTheFirstGoodValueOfTheSitesCookie) {
  const std::string longest(64, 'x');
  const struct {
    std::string cookie;
    std::string id;
  } rows[] = {
      {"etappe_id_s1=abc", "abc"},
      {"a=b; etappe_id_s1=A-z_09; c=d", "A-z_09"},
      {"a=b;etappe_id_s1=abc", "abc"},
      {"etappe_id_s1=" + longest, longest},
      {"etappe_id_s1=" + longest + "x", ""},
      {"etappe_id_s1=", ""},
      {"etappe_id_s1", ""},
      {"etappe_id_s1=a b", ""},
      {"etappe_id_s1=\"abc\"", ""},
      {"etappe_id_s1=a%20b", ""},
      {"etappe_id_s1=a=b", ""},
      {"etappe_id_s1=\xC3\xA4", ""},
      {"etappe_id_s1=a b; etappe_id_s1=good", "good"},
      {"etappe_id_s1=first; etappe_id_s1=second", "first"},
      {"etappe_id_s12=abc", ""},  // another site
      {"etappe_id_s=abc", ""},
      {"etappe_s1=abc", ""},  // the script's own
      {"ETAPPE_ID_S1=abc", ""},
      {"xetappe_id_s1=abc", ""},
      {"a=etappe_id_s1=abc", ""},
      {";;; ;", ""},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(id_in(row.cookie, "s1"), row.id) << row.cookie;
}

TEST(CookiePath, IsThePrefixThatThePageNames) {
  const std::string longest = "/" + std::string(127, 'p');
  const struct {
    std::string query;
    std::optional<std::string> path;
  } rows[] = {
      {"", "/v1"},
      {"detail=1", "/v1"},
      {"path=", "/v1"},
      {"path=/", "/v1"},
      {"path=/etappe", "/etappe/v1"},
      {"path=/etappe/", "/etappe/v1"},
      {"id=new&path=/a/b_c.d-e/9", "/a/b_c.d-e/9/v1"},
      {"path=%2Fetappe", "/etappe/v1"},
      {"path=" + longest, longest + "/v1"},
      {"path=" + longest + "p", std::nullopt},
      {"path=/" + std::string(4000, 'p'), std::nullopt},
      {"path=/a" +
           [] {
             std::string bytes;
             for (int i = 0; i < 200; ++i) bytes += "%80";
             return bytes;
           }(),
       std::nullopt},
      {"path=etappe", std::nullopt},
      {"detail=1&path=/a;Domain=b", std::nullopt},
      {"path=/a%3B%20Domain=b", std::nullopt},
      {"path=/a%0d%0aX:y", std::nullopt},
      {"path=/a%00", std::nullopt},
      {"path=/a+b", std::nullopt},
      {"path=/%C3%A4", std::nullopt},
      {"path=/a,b", std::nullopt},
  };
  for (const auto& row : rows) EXPECT_EQ(cookie_path(row.query), row.path) << row.query;
}

TEST(SetCookie, IsForTheServerAloneAndSecureForPagesOverHttps) {
  EXPECT_EQ(cookie_with("s1", "abc", "/v1", "https://shop.example"),
            "etappe_id_s1=abc; Path=/v1; Max-Age=34128000; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(cookie_with("s1", "abc", "/e/v1", "http://localhost:8080"),
            "etappe_id_s1=abc; Path=/e/v1; Max-Age=34128000; HttpOnly; SameSite=Lax");
  EXPECT_EQ(expired_cookie("s1", "/v1", "HTTPS://shop.example"),
            "etappe_id_s1=; Path=/v1; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
}

class MemorySink final : public Sink {
 public:
  void append(std::vector<Record> records, std::function<void(Kept)> done) override {
    if (next == Kept::durable) {
      for (Record& record : records) kept.push_back(std::move(record));
    }
    done(next);
  }
  Kept next = Kept::durable;
  std::vector<Record> kept;
};

/// One collector of its own: what it answers, and what it has written.
class Collector {
 public:
  explicit Collector(const artefact::Site& site = shop()) {
    sites_.replace(artefact::SiteTable::of({site}));
    add_event_routes(router_, {sites_, sink, counters_, duplicates_, [] { return kNow; }, PersonSecret{},
                               day_keys_, withdrawals, board_});
  }
  http::Reply ask(http::Request request) {
    std::optional<http::Reply> reply;
    router_(std::move(request), http::Responder([&](http::Reply answer) { reply = std::move(answer); }));
    return reply.value_or(http::Reply{0, {}, {}});
  }
  /// The visitors of what was written, joined by blanks; "-" for none.
  [[nodiscard]] std::string visitors() const {
    std::string all;
    for (const Record& record : sink.kept) {
      codec::Lists lists;
      const auto envelope = codec::read_envelope(record, lists);
      const std::string visitor(envelope ? envelope->event.visitor : "?");
      all += (all.empty() ? "" : " ") + (visitor.empty() ? "-" : visitor);
    }
    return all;
  }
  [[nodiscard]] std::uint64_t counted(const std::string& action) const {
    return counters_.value("etappe_id_cookies_total", "action=\"" + action + "\"");
  }

  MemorySink sink;
  FakeWithdrawals withdrawals;

 private:
  live::Board board_{[] { return kNow; }, [](auto, auto) { return std::vector<std::string>(); }};
  SiteSnapshot sites_{nullptr};
  observe::Counters counters_;
  DuplicateWindow duplicates_{{}};
  DayKeys day_keys_{[](DayKey& key) { key.fill(7); }};
  http::Router router_;
};

std::string set_cookie_of(const http::Reply& reply) {
  std::string all;
  for (const auto& one : reply.headers) {
    if (one.name == "Set-Cookie") all += one.value;
  }
  return all;
}

const std::string kAttributes = "; Path=/v1; Max-Age=34128000; HttpOnly; SameSite=Lax; Secure";
const std::vector<http::Header> kOnSite = {{"origin", "https://www.shop.example"},
                                           {"host", "track.shop.example"}};

std::vector<http::Header> with_cookie(const std::string& cookie) {
  std::vector<http::Header> headers = kOnSite;
  headers.push_back({"cookie", cookie});
  return headers;
}

/// Events with these members beside the required ones.
std::string batch(const std::vector<std::string>& events) {
  std::string list;
  int number = 0;
  for (const std::string& members : events) {
    char id[37];
    std::snprintf(id, sizeof id, "00000000-0000-7000-8000-%012d", ++number);
    list += (list.empty() ? R"({"id":")" : R"(,{"id":")") + std::string(id) +
            R"(","t":"view","ts":"2026-05-01T09:59:50Z","url":"https://shop.example/")" + members + "}";
  }
  return R"({"site":"s1","events":[)" + list + "]}";
}

std::string granted(const std::string& visitor) {
  return R"(,"consent":{"analytics":true},"visitor":")" + visitor + "\"";
}

http::Request post(std::string body, std::vector<http::Header> headers = kOnSite, std::string query = "") {
  return {"POST", "/v1/events", std::move(query), std::move(headers), std::move(body), "127.0.0.1"};
}

TEST(IdCookie, IsSetByAnAnswerToAGrantAndThenUsed) {
  const std::string denied = R"(,"consent":{"analytics":false},"visitor":"d")";
  const std::string marketing = R"(,"consent":{"marketing":true},"visitor":"m")";
  const std::string undetermined = R"(,"visitor":"u")";
  const std::string too_old = granted("old") + R"(,"ts":"2026-04-01T00:00:00Z")";
  const struct {
    const char* what;
    http::Request request;
    std::string set;       ///< the cookie's value; empty: none
    std::string visitors;  ///< as written
    std::uint64_t used;
  } rows[] = {
      {"a grant", post(batch({granted("v1")})), "v1", "v1", 0},
      {"the first grant of several events", post(batch({denied, undetermined, granted("v1"), granted("v2")})),
       "v1", "- - v1 v2", 0},
      {"a denial", post(batch({denied})), "", "-", 0},
      {"marketing alone", post(batch({marketing})), "", "-", 0},
      {"nobody was asked", post(batch({undetermined})), "", "-", 0},
      {"a rejected event is no grant", post(batch({too_old, denied})), "", "-", 0},
      {"a rejected event is not the first", post(batch({too_old, granted("v1")})), "v1", "v1", 0},
      {"64 characters", post(batch({granted(std::string(64, 'v'))})), std::string(64, 'v'),
       std::string(64, 'v'), 0},
      {"an id that a cookie cannot hold", post(batch({granted("a b")})), "", "a b", 0},
      {"one more behind it does not stand in", post(batch({granted("a;b"), granted("v2")})), "", "a;b v2", 0},
      {"no id at all", post(batch({granted("")})), "", "-", 0},

      {"a cookie's id replaces those of all grants",
       post(batch({granted("v1"), denied, granted("v2"), granted("")}),
            with_cookie("a=b; etappe_id_s1=kept")),
       "", "kept - kept kept", 1},
      {"a cookie without a grant", post(batch({denied, undetermined}), with_cookie("etappe_id_s1=kept")), "",
       "- -", 0},
      {"a cookie of another site", post(batch({granted("v1")}), with_cookie("etappe_id_s2=kept")), "v1", "v1",
       0},
      {"a cookie that is no id", post(batch({granted("v1")}), with_cookie("etappe_id_s1=a%3Bb")), "v1", "v1",
       0},
      {"a cookie that is too long",
       post(batch({granted("v1")}), with_cookie("etappe_id_s1=" + std::string(65, 'k'))), "v1", "v1", 0},

      {"another visitor", post(batch({granted("v1")}), with_cookie("etappe_id_s1=kept"), "id=new"), "v1",
       "v1", 0},
      {"another visitor without a cookie", post(batch({granted("v1")}), kOnSite, "id=new"), "v1", "v1", 0},
      {"the other visitor again does not renew it",
       post(batch({granted("kept")}), with_cookie("etappe_id_s1=kept"), "id=new"), "", "kept", 0},
      {"another visitor that a cookie cannot hold",
       post(batch({granted("a b")}), with_cookie("etappe_id_s1=kept"), "id=new"), "", "a b", 0},
      {"another visitor without a grant", post(batch({denied}), with_cookie("etappe_id_s1=kept"), "id=new"),
       "", "-", 0},
      {"id is another word", post(batch({granted("v1")}), with_cookie("etappe_id_s1=kept"), "id=newer"), "",
       "kept", 1},

      {"no Origin",
       post(batch({granted("v1")}), {{"host", "track.shop.example"}, {"cookie", "etappe_id_s1=kept"}}), "",
       "v1", 0},
      {"a collector elsewhere",
       post(batch({granted("v1")}), {{"origin", "https://shop.example"},
                                     {"host", "collector.example"},
                                     {"cookie", "etappe_id_s1=kept"}}),
       "", "v1", 0},
      {"a collector in another domain of the site",
       post(batch({granted("v1")}), {{"origin", "https://shop.example"},
                                     {"host", "track.shop.test"},
                                     {"cookie", "etappe_id_s1=kept"}}),
       "", "v1", 0},
      {"no Host",
       post(batch({granted("v1")}), {{"origin", "https://shop.example"}, {"cookie", "etappe_id_s1=kept"}}),
       "", "v1", 0},
  };
  for (const auto& row : rows) {
    Collector collector;
    const auto reply = collector.ask(row.request);
    EXPECT_EQ(reply.status, 204u) << row.what;
    EXPECT_EQ(set_cookie_of(reply), row.set.empty() ? "" : "etappe_id_s1=" + row.set + kAttributes)
        << row.what;
    EXPECT_EQ(collector.visitors(), row.visitors) << row.what;
    EXPECT_EQ(collector.counted("set"), row.set.empty() ? 0u : 1u) << row.what;
    EXPECT_EQ(collector.counted("used"), row.used) << row.what;
  }
}

TEST(IdCookie, IsNeitherSetNorUsedForAPageOfAnotherSite) {
  Collector collector;
  const auto reply = collector.ask(post(
      batch({granted("v1")}),
      {{"origin", "https://evil.example"}, {"host", "track.shop.example"}, {"cookie", "etappe_id_s1=kept"}}));
  EXPECT_EQ(reply.status, 403u);
  EXPECT_EQ(set_cookie_of(reply), "");
  EXPECT_EQ(collector.visitors(), "");
}

TEST(IdCookie, IsLeftToTheScriptWhereTheSiteSaysSo) {
  artefact::Site site = shop();
  site.id_cookie = artefact::IdCookie::script;
  Collector collector(site);
  const auto reply = collector.ask(post(batch({granted("v1")}), with_cookie("etappe_id_s1=kept")));
  EXPECT_EQ(reply.status, 204u);
  EXPECT_EQ(set_cookie_of(reply), "");
  EXPECT_EQ(collector.visitors(), "v1");
}

TEST(IdCookie, IsSetOnlyOnceTheEventsAreOnDisk) {
  for (const Kept kept : {Kept::busy, Kept::failed}) {
    Collector collector;
    collector.sink.next = kept;
    const auto reply = collector.ask(post(batch({granted("v1")})));
    EXPECT_EQ(reply.status, 503u);
    EXPECT_EQ(set_cookie_of(reply), "");
    EXPECT_EQ(collector.counted("set"), 0u);
  }
}

TEST(IdCookie, IsSetAgainForARetryWhoseAnswerWasLost) {
  Collector collector;
  ASSERT_NE(set_cookie_of(collector.ask(post(batch({granted("v1")})))), "");
  EXPECT_EQ(set_cookie_of(collector.ask(post(batch({granted("v1")})))), "etappe_id_s1=v1" + kAttributes);
  EXPECT_EQ(collector.visitors(), "v1");
}

TEST(IdCookie, LiesUnderThePrefixOfAProxy) {
  const struct {
    const char* query;
    const char* path;  ///< empty: no cookie
  } rows[] = {{"", "/v1"}, {"path=/etappe", "/etappe/v1"}, {"path=etappe", ""}, {"path=/a%3Bb", ""}};
  for (const auto& row : rows) {
    Collector collector;
    const auto reply = collector.ask(post(batch({granted("v1")}), kOnSite, row.query));
    EXPECT_EQ(reply.status, 204u) << row.query;
    EXPECT_EQ(collector.visitors(), "v1") << "kept all the same: " << row.query;
    const std::string path = row.path;
    EXPECT_EQ(set_cookie_of(reply), path.empty() ? ""
                                                 : "etappe_id_s1=v1; Path=" + path +
                                                       "; Max-Age=34128000; HttpOnly; SameSite=Lax; Secure")
        << row.query;
    EXPECT_EQ(collector.counted("set"), path.empty() ? 0u : 1u) << row.query;
  }
}

TEST(Forget, EndsTheCookieForPagesOfTheSiteAlone) {
  const std::string gone = "; Max-Age=0; HttpOnly; SameSite=Lax; Secure";
  const struct {
    const char* what;
    std::string query;
    std::vector<http::Header> headers;
    unsigned status;
    std::string set;
  } rows[] = {
      {"a page", "site=s1", with_cookie("etappe_id_s1=kept"), 204, "etappe_id_s1=; Path=/v1" + gone},
      {"again", "site=s1", kOnSite, 204, "etappe_id_s1=; Path=/v1" + gone},
      {"behind a proxy", "site=s1&path=/etappe", kOnSite, 204, "etappe_id_s1=; Path=/etappe/v1" + gone},
      {"a path that no cookie has", "site=s1&path=x", kOnSite, 204, ""},
      {"a collector elsewhere",
       "site=s1",
       {{"origin", "https://shop.example"}, {"host", "collector.example"}},
       204,
       ""},
      {"no Origin", "site=s1", {{"host", "track.shop.example"}}, 403, ""},
      {"null", "site=s1", {{"origin", "null"}, {"host", "track.shop.example"}}, 403, ""},
      {"another site's page",
       "site=s1",
       {{"origin", "https://evil.example"}, {"host", "track.shop.example"}},
       403,
       ""},
      {"an unknown site", "site=s2", kOnSite, 404, ""},
      {"no site", "", kOnSite, 404, ""},
  };
  for (const auto id_cookie : {artefact::IdCookie::server, artefact::IdCookie::script}) {
    artefact::Site site = shop();
    site.id_cookie = id_cookie;
    for (const auto& row : rows) {
      Collector collector(site);
      const auto reply = collector.ask({"POST", "/v1/forget", row.query, row.headers, "", "127.0.0.1"});
      EXPECT_EQ(reply.status, row.status) << row.what;
      EXPECT_EQ(set_cookie_of(reply), row.set) << row.what;
      EXPECT_EQ(collector.counted("forgotten"), row.set.empty() ? 0u : 1u) << row.what;
    }
  }
}

TEST(Forget, LetsThePageReadTheAnswer) {
  Collector collector;
  const auto reply = collector.ask({"POST", "/v1/forget", "site=s1", kOnSite, "", "127.0.0.1"});
  std::string allowed;
  for (const auto& one : reply.headers) {
    if (one.name == "Access-Control-Allow-Origin") allowed = one.value;
  }
  EXPECT_EQ(allowed, "https://www.shop.example");
}

using Orders = std::vector<std::pair<std::string, std::vector<std::string>>>;

TEST(Forget, OrdersTheErasureOfWhoeverWithdraws) {
  const struct {
    const char* what;
    std::string body;
    std::vector<http::Header> headers;
    std::vector<std::string> ordered;
  } rows[] = {
      {"the page's id", "v1", kOnSite, {"v1"}},
      {"and the cookie's", "v1", with_cookie("etappe_id_s1=kept"), {"v1", "kept"}},
      {"which is the same", "kept", with_cookie("etappe_id_s1=kept"), {"kept"}},
      {"another site's cookie", "v1", with_cookie("etappe_id_s2=kept"), {"v1"}},
      {"64 characters", std::string(64, 'v'), kOnSite, {std::string(64, 'v')}},
      {"a collector elsewhere",
       "v1",
       {{"origin", "https://shop.example"}, {"host", "collector.example"}},
       {"v1"}},
      {"a reset, which names nobody", "", with_cookie("etappe_id_s1=kept"), {}},
      {"65 characters", std::string(65, 'v'), with_cookie("etappe_id_s1=kept"), {}},
      {"no id", "{\"visitor\":\"v1\"}", kOnSite, {}},
      {"another site's page", "v1", {{"origin", "https://evil.example"}, {"host", "track.shop.example"}}, {}},
      {"no Origin", "v1", {{"host", "track.shop.example"}}, {}},
  };
  for (const auto& row : rows) {
    artefact::Site site = shop();
    site.id = "stable-id";
    Collector collector(site);
    const auto reply = collector.ask({"POST", "/v1/forget", "site=s1", row.headers, row.body, "127.0.0.1"});
    if (row.ordered.empty()) {
      EXPECT_NE(reply.status, 200u) << row.what;
      EXPECT_TRUE(collector.withdrawals.orders.empty()) << row.what;
      continue;
    }
    EXPECT_EQ(reply.status, 200u) << row.what;
    EXPECT_EQ(reply.body, R"({"receipt":"a-receipt"})") << row.what;
    EXPECT_EQ(collector.withdrawals.orders, (Orders{{"stable-id", row.ordered}})) << row.what;
  }
}

TEST(Forget, ErasesNothingWhereTheSiteSaysSo) {
  artefact::Site site = shop();
  site.withdrawal = artefact::Withdrawal::stops;
  Collector collector(site);
  const auto reply = collector.ask({"POST", "/v1/forget", "site=s1", kOnSite, "v1", "127.0.0.1"});
  EXPECT_EQ(reply.status, 204u);
  EXPECT_TRUE(collector.withdrawals.orders.empty());
  EXPECT_NE(set_cookie_of(reply), "");
}

TEST(Forget, PromisesNothingWhileTheOrderIsNotWritten) {
  const struct {
    Ordered ordered;
    unsigned status;
    const char* reason;
  } rows[] = {{Ordered::busy, 503, "busy"},
              {Ordered::too_many, 429, "too_many_orders"},
              {Ordered::failed, 503, "storage_failed"}};
  for (const auto& row : rows) {
    Collector collector;
    collector.withdrawals.next = row.ordered;
    const auto reply =
        collector.ask({"POST", "/v1/forget", "site=s1", with_cookie("etappe_id_s1=kept"), "v1", "127.0.0.1"});
    EXPECT_EQ(reply.status, row.status) << row.reason;
    EXPECT_NE(reply.body.find(row.reason), std::string::npos) << reply.body;
    EXPECT_EQ(set_cookie_of(reply), "") << "the next attempt needs the cookie";
    const auto has = [&](std::string_view name) {
      return std::ranges::count(reply.headers, name, &http::Header::name) == 1;
    };
    EXPECT_TRUE(has("Retry-After")) << row.reason;
    EXPECT_TRUE(has("Access-Control-Allow-Origin")) << row.reason;
  }
}

TEST(Withdrawn, EventsAreRefusedAndTheirBatchIsNot) {
  Collector collector;
  collector.withdrawals.refused = {{"s1", "gone"}};
  const auto reply = collector.ask(post(batch({granted("gone"), granted("v1"), ""}), kOnSite, "detail=1"));
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(reply.body, R"({"accepted":2,"duplicate":0,"rejected":[{"index":0,"reason":"withdrawn"}]})");
  EXPECT_EQ(collector.visitors(), "v1 -");
  EXPECT_EQ(set_cookie_of(reply), "etappe_id_s1=v1" + kAttributes) << "not that of the refused event";
}

TEST(Withdrawn, IsAskedOfTheIdInTheEventAndOfTheCookieThatReplacesIt) {
  const struct {
    const char* what;
    std::string refused;
    http::Request request;
    unsigned status;
  } rows[] = {
      {"the event's id", "v1", post(batch({granted("v1")}), with_cookie("etappe_id_s1=kept")), 400},
      {"the cookie's id", "kept", post(batch({granted("v1")}), with_cookie("etappe_id_s1=kept")), 400},
      {"a cookie that is not used", "kept",
       post(batch({granted("v1")}), with_cookie("etappe_id_s1=kept"), "id=new"), 204},
      {"an event without a grant", "v1", post(batch({R"(,"visitor":"v1")"})), 204},
      {"somebody else", "v2", post(batch({granted("v1")})), 204},
  };
  for (const auto& row : rows) {
    Collector collector;
    collector.withdrawals.refused = {{"s1", row.refused}};
    const auto reply = collector.ask(row.request);
    EXPECT_EQ(reply.status, row.status) << row.what;
    if (row.status == 400) {
      EXPECT_EQ(set_cookie_of(reply), "") << row.what;
      EXPECT_NE(reply.body.find("withdrawn"), std::string::npos) << reply.body;
    }
  }
}

}  // namespace
}  // namespace etappe::collect
