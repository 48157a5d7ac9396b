// Erasure against the real engine: rows, records that were refused, and the bytes on disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "core/codec/envelope.hpp"
#include "server/store/erasure.hpp"
#include "server/store/event_rows.hpp"
#include "server/store/old_rows.hpp"
#include "server/store/schema.hpp"
#include "tests/server/store/engine_process.hpp"

namespace etappe::store {
namespace {

using namespace std::chrono_literals;
using erase::Found;
using erase::Kind;
using erase::Subject;
using testing::EngineProcess;

constexpr const char* kId = "q7Zk2Wm9-erase-me-Xy4Rb8Tn";
constexpr const char* kOther = "p3Lf6Vd1-keep-me-Uc5Ha0Gs";

class ErasureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = testing::engine_absent(); !reason.empty()) GTEST_SKIP() << reason;
    ASSERT_GE(sodium_init(), 0);
    engine_.emplace(folder_.path());
    ASSERT_TRUE(engine_->wait_until_ready());
    client_.emplace(engine_->endpoint());
    ASSERT_TRUE(migrate(*client_));
    mutations_.emplace(*client_);
    erasure_.emplace(*mutations_);
  }
  std::string value(const std::string& sql) {
    const auto answer = client_->ask({.sql = sql, .format = "TSVRaw"}, 60s);
    return answer ? answer->body.substr(0, answer->body.rfind('\n')) : "(silent)";
  }
  /// `count` rows of a visitor, one a day back from November 2023, so that they lie in many months.
  void store(const std::string& visitor, int count, const std::string& site = "shop",
             const std::string& person = "") {
    const auto answer = client_->ask(
        {.sql =
             "INSERT INTO events (site, key_day, id, ts, visitor, person, url) SELECT '" + site +
             "', toDate('2023-11-14') - number * 7, generateUUIDv4(), toDateTime64('2023-11-14 10:00:00', 3, "
             "'UTC') - INTERVAL number * 7 DAY, '" +
             visitor + "', '" + person + "', 'https://shop.example/' || toString(number) FROM numbers(" +
             std::to_string(count) + ")"},
        60s);
    ASSERT_TRUE(answer && answer->good()) << (answer ? answer->body : "");
  }
  static std::string envelope(const std::string& site, const std::string& visitor,
                              const std::string& title = "") {
    codec::EnvelopeView view;
    view.site = site;
    view.link = codec::Link::linked;
    view.received_at = view.client_time = view.event.time = event::TimeMs(1'700'000'000'000ms);
    view.event.id.bytes[0] = 1;
    view.event.type = event::Type::event;
    view.event.name = "n";
    view.event.title = title;
    view.event.visitor = visitor;
    std::array<std::byte, 4096> space;
    const auto size = codec::write_envelope(view, space);
    EXPECT_TRUE(size);
    return {reinterpret_cast<const char*>(space.data()), size.value_or(0)};
  }
  void reject(const std::string& bytes, std::uint32_t record) {
    EventRows rows(*client_);
    event::Uuid segment;
    segment.bytes[0] = 7;
    ASSERT_TRUE(
        rows.insert_rejected({{.bytes = bytes, .reason = "refused", .segment = segment, .record = record}},
                             "r" + std::to_string(record)));
  }
  /// The files below the store's folder that hold the text as it is.
  std::vector<std::string> files_with(const std::string& text) const {
    std::vector<std::string> found;
    std::error_code moved;  // the engine goes on while we look
    for (auto at = std::filesystem::recursive_directory_iterator(folder_ / "store", moved);
         at != std::filesystem::recursive_directory_iterator(); at.increment(moved)) {
      if (moved) break;
      if (!at->is_regular_file(moved)) continue;
      std::ifstream in(at->path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      if (bytes.find(text) != bytes.npos) found.push_back(at->path().string());
    }
    return found;
  }
  [[nodiscard]] static bool wait_until(const std::function<bool()>& is_so, std::chrono::seconds most) {
    const auto end = std::chrono::steady_clock::now() + most;
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(100ms);
    }
    return true;
  }

  const Subject mine_{"shop", Kind::visitor, kId};
  TemporaryFolder folder_;
  std::optional<EngineProcess> engine_;
  std::optional<Client> client_;
  std::optional<Mutations> mutations_;
  std::optional<Erasure> erasure_;
};

MATCHER_P2(IsFound, events, rejected, "") {
  return arg.events == std::uint64_t(events) && arg.rejected == std::uint64_t(rejected);
}

TEST_F(ErasureTest, DeletesTheRowsOfAVisitorInEveryMonthAndNobodyElses) {
  store(kId, 40);
  store(kOther, 40);
  store(kId, 3, "other");
  EXPECT_THAT(erasure_->count({mine_}).value(), ::testing::ElementsAre(IsFound(40, 0)));
  ASSERT_TRUE(erasure_->erase({mine_}));
  EXPECT_THAT(erasure_->count({mine_}).value(), ::testing::ElementsAre(IsFound(0, 0)));
  EXPECT_EQ(value("SELECT count() FROM events FINAL"), "43");
  ASSERT_TRUE(erasure_->erase({mine_})) << "a second time does no harm";
  EXPECT_EQ(value("SELECT count() FROM events FINAL"), "43");
}

TEST_F(ErasureTest, LeavesNoByteOfTheIdOnDiskOnceItSaysSo) {
  store(kId, 40);
  store(kOther, 40);
  reject(envelope("shop", kId), 1);
  ASSERT_FALSE(files_with(kId).empty()) << "the test can see it";
  // By default the engine looks for replaced parts every few minutes.
  for (const char* table : {"events", "events_rejected"})
    value(std::string("ALTER TABLE ") + table +
          " MODIFY SETTING cleanup_delay_period = 1, "
          "cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1");
  const auto erased_at = erasure_->erase({mine_});
  ASSERT_TRUE(erased_at);
  EXPECT_GT(erasure_->replaced_parts(*erased_at).value_or(0), 0u) << "it does not say so yet";
  ASSERT_TRUE(wait_until([&] { return erasure_->replaced_parts(*erased_at).value_or(1) == 0; }, 400s));
  EXPECT_TRUE(wait_until([&] { return files_with(kId).empty(); }, 10s))
      << ::testing::PrintToString(files_with(kId));
  EXPECT_FALSE(files_with(kOther).empty());
}

TEST_F(ErasureTest, FindsRefusedRecordsByWhatTheyHoldNotByWhatTheyLookLike) {
  reject(envelope("shop", kId), 1);
  reject(envelope("shop", kOther, kId), 2);  // somebody else wrote that id into a title
  reject(envelope("other", kId), 3);
  reject("\x09garbage shop " + std::string(kId), 4);  // no envelope of any version
  reject("\x09garbage " + std::string(kId), 5);
  EXPECT_THAT(erasure_->count({mine_}).value(), ::testing::ElementsAre(IsFound(0, 2)));
  ASSERT_TRUE(erasure_->erase({mine_}));
  EXPECT_EQ(value("SELECT groupArray(record) FROM (SELECT record FROM events_rejected ORDER BY record)"),
            "[2,3,5]");
}

TEST_F(ErasureTest, CountsManySubjectsAtOnceEachForItself) {
  store("a", 2);
  store("b", 5, "shop", "anna");
  store("b", 7, "shop");
  store("c", 1, "shop", "anna");
  const std::vector<Subject> subjects{{"shop", Kind::visitor, "a"},
                                      {"shop", Kind::visitor, "b"},
                                      {"shop", Kind::person, "anna"},
                                      {"shop", Kind::visitor, "nobody"}};
  EXPECT_THAT(erasure_->count(subjects).value(),
              ::testing::ElementsAre(IsFound(2, 0), IsFound(12, 0), IsFound(1, 0), IsFound(0, 0)));
  ASSERT_TRUE(erasure_->erase(subjects));
  EXPECT_EQ(value("SELECT count() FROM events"), "0");
}

TEST_F(ErasureTest, KnowsTheVisitorsOfAPersonAndWhichOfThemAreShared) {
  store("phone", 1, "shop", "anna");
  store("phone", 3);
  store("family", 1, "shop", "anna");
  store("family", 1, "shop", "ben");
  store("phone", 1, "other", "carl");
  const auto visitors = erasure_->visitors_of({{"shop", Kind::person, "anna"}});
  ASSERT_TRUE(visitors);
  std::map<std::string, erase::PersonVisitor::Use> uses;
  for (const auto& one : *visitors) uses[one.visitor.id] = one.use;
  using Use = erase::PersonVisitor::Use;
  EXPECT_EQ(uses, (std::map<std::string, Use>{{"family", Use::shared}, {"phone", Use::alone}}));
}

TEST_F(ErasureTest, IsAwayWithTheEngineAndGoesOnWithIt) {
  store(kId, 4);
  engine_->end(SIGKILL);
  EXPECT_EQ(erasure_->erase({mine_}).error(), erase::StoreError::away);
  engine_->start();
  ASSERT_TRUE(engine_->wait_until_ready());
  ASSERT_TRUE(erasure_->erase({mine_}));
  EXPECT_EQ(value("SELECT count() FROM events"), "0");
}

TEST_F(ErasureTest, OutlivesAnEngineThatDiesWithinAMutation) {
  for (int part = 0; part < 20; ++part) store(kId, 60);
  store(kOther, 10);
  // The engine is killed as soon as the statement is known to it.
  std::thread killer([&] {
    static_cast<void>(wait_until([&] { return value("SELECT count() FROM system.mutations") != "0"; }, 60s));
    engine_->end(SIGKILL);
  });
  static_cast<void>(erasure_->erase({mine_}));
  killer.join();
  engine_->start();
  ASSERT_TRUE(engine_->wait_until_ready());
  ASSERT_TRUE(erasure_->erase({mine_}));
  EXPECT_THAT(erasure_->count({mine_}).value(), ::testing::ElementsAre(IsFound(0, 0)));
  EXPECT_EQ(value("SELECT count() FROM events"), "10");
  EXPECT_EQ(value("SELECT count() FROM system.mutations WHERE NOT is_done"), "0");
}

TEST_F(ErasureTest, TellsEveryIdThatARowHolds) {
  const std::string odd = "it's a \\ \"tab\"";
  store("plain", 3, "shop", "anna");
  ASSERT_TRUE(client_->ask({.sql = "INSERT INTO events (site, visitor) VALUES ({s:String}, {v:String})",
                            .parameters = {{"s", "other"}, {"v", "it's a \\\\ \"tab\""}}},
                           60s));
  reject(envelope("shop", kId), 1);
  reject("garbage", 2);
  std::set<std::string> told;
  ASSERT_TRUE(erasure_->each_id([&](const Subject& one) {
    told.insert(one.site + " " + std::string(erase::name_of(one.kind)) + " " + one.id);
  }));
  EXPECT_THAT(
      told, ::testing::UnorderedElementsAre("shop visitor plain", "shop person anna", "other visitor " + odd,
                                            "shop visitor " + std::string(kId)));
}

TEST_F(ErasureTest, RemovesRowsBySiteAndDayAndEmptiesIdsMonthByMonth) {
  store(kId, 20, "long", "p1");  // back to 4 July 2023
  store(kOther, 20, "short", "p2");
  OldRows old(*mutations_);
  using namespace std::chrono;
  const auto months = old.months();
  ASSERT_TRUE(months);
  ASSERT_EQ(months->size(), 10u);
  EXPECT_EQ(months->front().month, 202307u);
  EXPECT_EQ(months->front().site, "long");
  EXPECT_EQ(months->front().first, sys_days(2023y / July / 4));
  ASSERT_TRUE(old.remove(202307, {{"short", 2023y / July / 12}, {"it's", 2023y / July / 31}}));
  EXPECT_EQ(value("SELECT site, count() FROM events WHERE key_day < '2023-08-01' GROUP BY site ORDER BY site "
                  "FORMAT CSV"),
            "\"long\",4\n\"short\",2");
  ASSERT_TRUE(old.remove_whole(202307));
  EXPECT_EQ(value("SELECT count() FROM events WHERE key_day < '2023-08-01'"), "0");

  const auto ids = old.months_with_ids(2023y / October / 1);
  ASSERT_TRUE(ids);
  ASSERT_EQ(ids->size(), 2u);
  EXPECT_EQ(ids->front().month, 202308u);
  EXPECT_EQ(ids->front().rows, 10u);
  for (const auto& one : *ids) ASSERT_TRUE(old.empty_ids(one.month));
  EXPECT_TRUE(old.months_with_ids(2023y / October / 1)->empty()) << "once";
  EXPECT_EQ(value("SELECT countIf(visitor != '' OR session != '' OR person != ''), count() FROM events WHERE "
                  "key_day < "
                  "'2023-10-01' FORMAT CSV"),
            "0,18");
  EXPECT_EQ(value("SELECT countIf(visitor = ''), countIf(url = '') FROM events WHERE key_day >= '2023-10-01' "
                  "FORMAT CSV"),
            "0,0");
}

TEST_F(ErasureTest, ReportsShowAVisitorsRowsOnceBeforeAndNeverAfterwards) {
  // The same event twice: FINAL shows one, and both have to go.
  for (int copy = 0; copy < 2; ++copy)
    value(
        "INSERT INTO events (site, key_day, id, visitor, enrich_version) VALUES ('shop', '2023-11-14', "
        "'00000000-0000-7000-8000-000000000001', '" +
        std::string(kId) + "', " + std::to_string(copy) + ")");
  EXPECT_EQ(value("SELECT count() FROM events FINAL"), "1");
  ASSERT_TRUE(erasure_->erase({mine_}));
  EXPECT_EQ(value("SELECT count() FROM events FINAL"), "0");
  EXPECT_EQ(value("SELECT count() FROM events"), "0");
}

}  // namespace
}  // namespace etappe::store
