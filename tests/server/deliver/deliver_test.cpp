#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "server/deliver/delivery.hpp"
#include "server/deliver/encoding.hpp"
#include "server/deliver/health.hpp"

namespace etappe::deliver {
namespace {

namespace fs = std::filesystem;

TEST(Encoding, IsTheBestThatIsOfferedAndTaken) {
  const Offers both{.gzip = true, .br = true};
  const struct {
    const char* header;
    Offers offers;
    Encoding expected;
  } rows[] = {
      {"gzip, deflate, br", both, Encoding::br},
      {"gzip, deflate, br, zstd", both, Encoding::br},
      {"GZIP", both, Encoding::gzip},
      {"br", {.gzip = true, .br = false}, Encoding::identity},
      {"gzip, br", {.gzip = true, .br = false}, Encoding::gzip},
      {"br;q=0, gzip", both, Encoding::gzip},
      {"br;q=0.000,gzip;q=0", both, Encoding::identity},
      {"br;q=0.001", both, Encoding::br},
      {"*", both, Encoding::br},
      {"*;q=0", both, Encoding::identity},
      {"br;q=0, *", both, Encoding::gzip},
      {"identity", both, Encoding::identity},
      {"", both, Encoding::identity},
      {",;=,", both, Encoding::identity},
      {"brx", both, Encoding::identity},
  };
  for (const auto& row : rows) EXPECT_EQ(choose(row.header, row.offers), row.expected) << row.header;
}

TEST(EntityTag, IsFoundInAnIfNoneMatch) {
  EXPECT_TRUE(matches(R"("a")", R"("a")"));
  EXPECT_TRUE(matches(R"("b", W/"a")", R"("a")"));
  EXPECT_TRUE(matches("*", R"("a")"));
  EXPECT_FALSE(matches("", R"("a")"));
  EXPECT_FALSE(matches(R"("ab")", R"("a")"));
  EXPECT_FALSE(matches("a", R"("a")"));
}

class DeliveryTest : public ::testing::Test {
 protected:
  DeliveryTest() {
    std::string pattern = ::testing::TempDir() + "etappe_deliver_XXXXXX";
    folder = ::mkdtemp(pattern.data());
    fs::create_directories(folder / "t");
    fs::create_directories(folder / "a");
    write("secret.txt", "not for anyone");
    write("t/KEY1.js", "plain");
    write("t/KEY1.js.br", "brotli");
    write("t/KEY1.js.gz", "gzip");
    write("t/KEY2.js", "plain two");
    write("t/KEY1.0123456789abcdef.js", "pinned");
    write("t/KEY1.0123456789abcdef.js.br", "pinned brotli");
    write("a/engine.0123abcd.js", "engine");
    delivery.emplace(folder / "t", folder / "a", counters, board);
    delivery->add_routes(router);
  }
  ~DeliveryTest() override { fs::remove_all(folder); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  http::Reply get(std::string path, std::vector<http::Header> headers = {}, std::string query = "") {
    std::optional<http::Reply> reply;
    router({"GET", std::move(path), std::move(query), std::move(headers), "", ""},
           http::Responder([&](http::Reply answer) { reply = std::move(answer); }));
    return reply.value_or(http::Reply{0, {}, {}});
  }
  static std::string header(const http::Reply& reply, std::string_view name) {
    for (const auto& one : reply.headers) {
      if (one.name == name) return one.value;
    }
    return "";
  }

  fs::path folder;
  observe::Counters counters;
  live::Board board{[] { return event::TimeMs(std::chrono::minutes(1)); },
                    [](std::string_view asked, std::string_view host) {
                      const bool is_ours = host == "a.example" && asked != "KEY1";
                      return is_ours ? std::vector<std::string>{"KEY1"} : std::vector<std::string>();
                    }};
  http::Router router;
  std::optional<Delivery> delivery;
};

TEST_F(DeliveryTest, GivesTheScriptInTheFormTheBrowserTakes) {
  const auto plain = get("/t/KEY1.js");
  EXPECT_EQ(plain.status, 200u);
  EXPECT_EQ(plain.body, "plain");
  EXPECT_EQ(header(plain, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(plain, "Cache-Control"), "private, max-age=300");
  const auto br = get("/t/KEY1.js", {{"accept-encoding", "gzip, br"}});
  EXPECT_EQ(br.body, "brotli");
  EXPECT_EQ(header(br, "Content-Encoding"), "br");
  EXPECT_EQ(get("/t/KEY2.js", {{"accept-encoding", "gzip, br"}}).body, "plain two");
  EXPECT_EQ(counters.value("etappe_scripts_total", R"(site="KEY1")"), 2u);
}

TEST_F(DeliveryTest, SaysNotModifiedToWhoHasTheSameForm) {
  const auto plain = get("/t/KEY1.js");
  const auto br = get("/t/KEY1.js", {{"accept-encoding", "br"}});
  EXPECT_NE(header(plain, "ETag"), header(br, "ETag"));
  const auto again = get("/t/KEY1.js", {{"if-none-match", header(plain, "ETag")}});
  EXPECT_EQ(again.status, 304u);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(header(again, "ETag"), header(plain, "ETag"));
  EXPECT_EQ(get("/t/KEY1.js", {{"if-none-match", header(br, "ETag")}}).status, 200u);
}

TEST_F(DeliveryTest, NotesWhichPageFetchedTheScriptByItsHostAlone) {
  get("/t/KEY1.js", {{"referer", "https://a.example/private?x=1"}});
  get("/t/KEY1.js", {{"origin", "https://a.example"}});
  get("/t/old1.js", {{"referer", "https://a.example/"}});
  get("/t/old1.js", {{"referer", "https://elsewhere.example/"}});
  const auto seen = board.since("KEY1", {});
  ASSERT_EQ(seen.scripts.size(), 1u);
  EXPECT_EQ(seen.scripts[0].host, "a.example");
  EXPECT_EQ(seen.scripts[0].count, 2u);
  ASSERT_EQ(seen.wrong_scripts.size(), 1u);
  EXPECT_EQ(seen.wrong_scripts[0].what, "old1");
  EXPECT_EQ(seen.wrong_scripts[0].host, "a.example");
}

TEST_F(DeliveryTest, HearsACheckReportAndSaysNothingBack) {
  const std::string query =
      "check=0123456789abcdef&engine=js&consent=1&policy=block&csp=connect-src&events=2&v=3";
  const auto reply = get("/t/KEY1.js", {{"referer", "https://a.example/"}}, query);
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(header(reply, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  const auto seen = board.since("KEY1", {});
  ASSERT_EQ(seen.reports.size(), 1u);
  EXPECT_EQ(seen.reports[0].token.view(), "0123456789abcdef");
  EXPECT_EQ(seen.reports[0].host.view(), "a.example");
  EXPECT_TRUE(seen.scripts.empty()) << "a report is no visit";
  EXPECT_EQ(counters.value("etappe_scripts_total", R"(site="KEY1")"), 0u);
  EXPECT_EQ(counters.value("etappe_check_reports_total", R"(site="KEY1")"), 1u);
  EXPECT_EQ(get("/t/KEY1.js", {}, "check=short").body, "plain") << "what is no report is a visit";
  EXPECT_EQ(get("/t/KEY3.js", {}, query).status, 404u);
}

TEST_F(DeliveryTest, KnowsAScriptThatTracksFromOneThatIsSwitchedOff) {
  write("t/on12.js", R"(run({"site":"on12"}))");
  write("t/off1.js", "");
  delivery->refresh();
  EXPECT_EQ(delivery->published("on12"), live::Published::tracking);
  EXPECT_EQ(delivery->published("off1"), live::Published::switched_off);
  EXPECT_EQ(delivery->published("none"), live::Published::missing);
}

TEST_F(DeliveryTest, GivesTheFileOfTheVisitorsRegionUnderTheSitesOneName) {
  write("t/KEY1~queue.js", "queue");
  std::vector<std::string> fetched;
  http::Router regional;
  Delivery there(
      folder / "t", folder / "a", counters, board,
      [&](std::string_view key, const http::Request&) { fetched.emplace_back(key); },
      [](std::string_view key, const http::Request& request) {
        return std::string(key) + "~" + std::string(request.header("region")) + ".js";
      });
  there.add_routes(regional);
  const auto ask = [&](std::string path, std::string region) {
    std::optional<http::Reply> reply;
    regional({"GET", std::move(path), "", {{"region", std::move(region)}}, "", ""},
             http::Responder([&](http::Reply answer) { reply = std::move(answer); }));
    return reply.value_or(http::Reply{0, {}, {}});
  };
  EXPECT_EQ(ask("/t/KEY1.js", "queue").body, "queue");
  EXPECT_EQ(ask("/t/KEY1.js", "block").body, "plain");
  EXPECT_EQ(ask("/t/KEY1.0123456789abcdef.js", "queue").body, "pinned");
  EXPECT_EQ(ask("/t/KEY1~queue.js", "queue").status, 404U);
  EXPECT_EQ(fetched, (std::vector<std::string>{"KEY1", "KEY1"})) << "a pinned file says nothing about visits";
}

TEST_F(DeliveryTest, KeepsAssetsForEver) {
  const auto asset = get("/a/engine.0123abcd.js");
  EXPECT_EQ(asset.status, 200u);
  EXPECT_EQ(header(asset, "Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_F(DeliveryTest, KeepsAPinnedVersionForEverAndLetsEveryPageCheckItsHash) {
  const auto pinned = get("/t/KEY1.0123456789abcdef.js", {{"accept-encoding", "br"}});
  EXPECT_EQ(pinned.status, 200u);
  EXPECT_EQ(pinned.body, "pinned brotli");
  EXPECT_EQ(header(pinned, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(pinned, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(pinned, "Access-Control-Allow-Origin"), "*");
  get("/t/KEY1.js");
  EXPECT_EQ(counters.value("etappe_scripts_total", R"(site="KEY1")"), 2u) << "both count for the site";
  EXPECT_EQ(get("/t/KEY1.0123456789abcdee.js").status, 404u);
}

TEST_F(DeliveryTest, TurnsNoPathIntoAFile) {
  for (const char* path : {"/t/KEY3.js", "/t/", "/t/KEY1", "/t/KEY1.js.br", "/t/../secret.txt",
                           "/t/..%2fsecret.txt", "/t/%2e%2e/secret.txt", "/a/../t/KEY1.js",
                           "/a//engine.0123abcd.js", "/a/", "/t/KEY1.js/", "/t/key1.js"}) {
    EXPECT_EQ(get(path).status, 404u) << path;
  }
}

TEST_F(DeliveryTest, ShowsWhatWasPublishedAfterARefresh) {
  const std::string before = header(get("/t/KEY1.js"), "ETag");
  write("t/KEY1.js", "plain, second edition");
  fs::remove(folder / "t/KEY1.js.br");
  write("t/KEY3.js", "three");
  EXPECT_EQ(get("/t/KEY1.js").body, "plain");
  delivery->refresh();
  EXPECT_EQ(get("/t/KEY1.js").body, "plain, second edition");
  EXPECT_NE(header(get("/t/KEY1.js"), "ETag"), before);
  EXPECT_EQ(get("/t/KEY1.js", {{"accept-encoding", "br"}}).body, "plain, second edition");
  EXPECT_EQ(get("/t/KEY3.js").body, "three");
}

TEST(Health, FollowsTheSpoolAndOnlyTellsTheStoresLag) {
  bool accepts = true;
  http::Router router;
  add_health_routes(router, {[&] { return accepts; },
                             [] {
                               return StoreLag{7, std::chrono::milliseconds(1500)};
                             }});
  const auto get = [&](const char* path) {
    http::Reply reply;
    router({"GET", path, "", {}, "", ""},
           http::Responder([&](http::Reply answer) { reply = std::move(answer); }));
    return reply;
  };
  EXPECT_EQ(get("/healthz").status, 200u);
  EXPECT_EQ(get("/readyz").status, 200u);
  EXPECT_EQ(get("/readyz").body, R"({"ready":true,"store":{"waiting_records":7,"behind_seconds":1.500}})");
  accepts = false;
  EXPECT_EQ(get("/readyz").status, 503u);
  EXPECT_EQ(get("/readyz").body, R"({"ready":false,"store":{"waiting_records":7,"behind_seconds":1.500}})");
  EXPECT_EQ(get("/healthz").status, 200u);
}

}  // namespace
}  // namespace etappe::deliver
