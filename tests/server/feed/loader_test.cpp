// Exactly once, whatever fails where.
#include "server/feed/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "server/observe/counters.hpp"
#include "tests/server/feed/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::feed {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace feed::testing;

std::shared_ptr<const enrich::Resolver> resolver() {
  static const auto made = *enrich::Resolver::make();
  return made;
}

/// A process that feeds: started, crashed, started again over the same folder.
class Process {
 public:
  Process(const std::filesystem::path& folder, FakeSpool& spool, FakeRows& rows, std::uint32_t max_rows = 4)
      : folder_(folder), spool_(spool), rows_(rows), max_rows_(max_rows) {
    start();
  }
  void start() {
    LoaderOptions options;
    options.max_rows = max_rows_;
    auto ledger = Ledger::open(folder_);
    ASSERT_TRUE(ledger);
    loader_.emplace(
        options, std::move(*ledger), spool_, rows_, resolver(),
        [](std::string_view) { return std::vector<std::string>{"shop.example"}; }, [this] { return now; },
        counters);
  }
  /// As after a power cut that came before the folder's last renames reached the disk.
  void lose_renames() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      if (entry.path().extension() == ".done")
        std::filesystem::rename(entry.path(), std::filesystem::path(entry.path()).replace_extension(".open"));
  }
  /// Steps until nothing is left to do; every crash starts it again. Returns the number of crashes.
  unsigned run() {
    unsigned crashes = 0;
    for (int steps = 0; steps < 1000; ++steps) {
      try {
        const Loader::Step step = loader_->step();
        (void)loader_->clear();
        if (step.kind == Loader::Step::Kind::idle) return crashes;
      } catch (const Crash&) {
        ++crashes;
        loader_.reset();
        lose_renames();
        start();
      }
    }
    ADD_FAILURE() << "never idle";
    return crashes;
  }
  Loader& loader() { return *loader_; }

  std::chrono::system_clock::time_point now{1'700'000'000s};
  observe::Counters counters;

 private:
  std::filesystem::path folder_;
  FakeSpool& spool_;
  FakeRows& rows_;
  std::uint32_t max_rows_;
  std::optional<Loader> loader_;
};

std::map<std::uint32_t, unsigned> once_each(std::uint32_t records) {
  std::map<std::uint32_t, unsigned> counts;
  for (std::uint32_t record = 0; record < records; ++record) counts[record] = 1;
  return counts;
}

TEST(Loader, StoresEveryRecordOnceWhicheverOperationFails) {
  constexpr Fault kFaults[] = {Fault::none,           Fault::unreachable,        Fault::unfit,
                               Fault::unknown_stored, Fault::unknown_not_stored, Fault::crash_before,
                               Fault::crash_after};
  for (const Fault fault : kFaults) {
    for (unsigned at = 1; at <= 6; ++at) {
      for (const unsigned length : {1U, 3U}) {
        SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " at operation " +
                     std::to_string(at) + ", " + std::to_string(length) + " times");
        const TemporaryFolder folder;
        FakeSpool spool;
        for (std::uint32_t i = 0; i < 10; ++i) spool.add(segment_name(1), envelope(i));
        for (std::uint32_t i = 0; i < 5; ++i) spool.add(segment_name(2), envelope(100 + i));
        spool.add(segment_name(2), {std::byte{0xFF}});  // no envelope
        FakeRows rows;
        rows.plan = [&](unsigned operation) {
          return operation >= at && operation < at + length ? fault : Fault::none;
        };
        Process process(folder.path(), spool, rows);
        process.run();
        EXPECT_EQ(rows.counts(segment_name(1)), once_each(10));
        EXPECT_EQ(rows.counts(segment_name(2)), once_each(5));
        EXPECT_THAT(rows.rejected(), ElementsAre(Pair(5, 1)));
        EXPECT_EQ(process.loader().waiting(), 0U);
      }
    }
  }
}

TEST(Loader, RepeatsAManifestUnchangedAlthoughTheSegmentHasGrown) {
  const TemporaryFolder folder;
  FakeSpool spool;
  for (std::uint32_t i = 0; i < 2; ++i) spool.add(segment_name(1), envelope(i));
  FakeRows rows;
  rows.plan = [](unsigned operation) { return operation == 1 ? Fault::crash_after : Fault::none; };
  Process process(folder.path(), spool, rows);
  EXPECT_THROW((void)process.loader().step(), Crash);
  for (std::uint32_t i = 2; i < 4; ++i) spool.add(segment_name(1), envelope(i));
  process.start();
  process.run();
  const std::string first = "events:" + segment_name(1) + ":0-1:v1",
                    rest = "events:" + segment_name(1) + ":2-3:v1";
  EXPECT_THAT(rows.asked(), ElementsAre(first, first, rest));
  EXPECT_EQ(rows.counts(segment_name(1)), once_each(4));
}

TEST(Loader, AsksWhichRecordsExistOnceTheTokenIsTooOld) {
  for (const Fault fault :
       {Fault::unknown_stored, Fault::unknown_not_stored, Fault::crash_after, Fault::crash_before}) {
    SCOPED_TRACE(static_cast<int>(fault));
    const TemporaryFolder folder;
    FakeSpool spool;
    for (std::uint32_t i = 0; i < 3; ++i) spool.add(segment_name(1), envelope(i));
    FakeRows rows;
    rows.plan = [&](unsigned operation) { return operation == 1 ? fault : Fault::none; };
    Process process(folder.path(), spool, rows);
    try {
      EXPECT_EQ(process.loader().step().kind, Loader::Step::Kind::failed);
    } catch (const Crash&) {
      process.start();
    }
    rows.forget_tokens();
    process.now += 24h;
    process.run();
    EXPECT_EQ(rows.questions(), 1U);
    EXPECT_EQ(rows.counts(segment_name(1)), once_each(3));
  }
}

TEST(Loader, InsertsOnlyTheMissingRecordsOfAnOldManifest) {
  const TemporaryFolder folder;
  FakeSpool spool;
  for (std::uint32_t i = 0; i < 4; ++i) spool.add(segment_name(1), envelope(i));
  FakeRows rows;
  rows.plan = [&](unsigned operation) { return operation <= 2 ? Fault::unreachable : Fault::none; };
  Process process(folder.path(), spool, rows);
  (void)process.loader().step();
  // Two of the four arrived by another way, as a part of an insert that was cut off.
  auto present = Row{};
  present.segment = *event::parse_uuid(segment_name(1));
  FakeRows& store = rows;
  const auto plan = std::exchange(store.plan, [](unsigned) { return Fault::none; });
  for (const std::uint32_t record : {1U, 2U}) {
    present.record = record;
    ASSERT_TRUE(store.insert({present}, "part " + std::to_string(record)));
  }
  process.now += 24h;
  process.run();
  EXPECT_EQ(rows.counts(segment_name(1)), once_each(4));
}

TEST(Loader, DoesNotAskWhileTheTokenIsYoung) {
  const TemporaryFolder folder;
  FakeSpool spool;
  spool.add(segment_name(1), envelope(0));
  FakeRows rows;
  rows.plan = [](unsigned operation) { return operation <= 3 ? Fault::unknown_stored : Fault::none; };
  Process process(folder.path(), spool, rows);
  process.run();
  EXPECT_EQ(rows.questions(), 0U);
  EXPECT_EQ(rows.counts(segment_name(1)), once_each(1));
}

TEST(Loader, PutsRecordsAsideThatAreNoEvents) {
  const TemporaryFolder folder;
  FakeSpool spool;
  for (std::uint32_t i = 0; i < 4; ++i) spool.add(segment_name(1), envelope(i));
  spool.add(segment_name(1), {std::byte{0xFF}, std::byte{0x01}});
  spool.damage(segment_name(1), 2);
  FakeRows rows;
  Process process(folder.path(), spool, rows, 100);
  process.run();
  EXPECT_THAT(rows.counts(segment_name(1)), ElementsAre(Pair(0, 1), Pair(1, 1), Pair(3, 1)));
  EXPECT_THAT(rows.reasons(), ElementsAre(Pair(2, "damaged"), Pair(4, "bad_version")));
  EXPECT_EQ(process.counters.value("etappe_feed_rejected_total", "reason=\"damaged\""), 1U);
  EXPECT_EQ(process.counters.value("etappe_feed_rows_total", ""), 3U);
}

TEST(Loader, FindsTheRowsThatTheStoreRefuses) {
  const TemporaryFolder folder;
  FakeSpool spool;
  for (std::uint32_t i = 0; i < 9; ++i) spool.add(segment_name(1), envelope(i));
  FakeRows rows;
  rows.poison = {3, 8};
  Process process(folder.path(), spool, rows, 100);
  process.run();
  auto expected = once_each(9);
  expected.erase(3);
  expected.erase(8);
  EXPECT_EQ(rows.counts(segment_name(1)), expected);
  EXPECT_THAT(rows.reasons(), ElementsAre(Pair(3, "refused_by_store"), Pair(8, "refused_by_store")));
}

TEST(Loader, BlamesTheStoreBeforeItBlamesEveryRow) {
  const TemporaryFolder folder;
  FakeSpool spool;
  for (std::uint32_t i = 0; i < 3; ++i) spool.add(segment_name(1), envelope(i));
  FakeRows rows;
  rows.refuses_all = true;
  Process process(folder.path(), spool, rows, 100);
  for (unsigned attempt = 1; attempt < LoaderOptions{}.patience; ++attempt)
    EXPECT_EQ(process.loader().step().kind, Loader::Step::Kind::failed);
  EXPECT_THAT(rows.rejected(), IsEmpty());
  rows.refuses_all = false;
  process.run();
  EXPECT_EQ(rows.counts(segment_name(1)), once_each(3));

  spool.add(segment_name(1), envelope(3));
  rows.refuses_all = true;
  process.run();
  EXPECT_THAT(rows.rejected(), ElementsAre(Pair(3, 1)));
}

TEST(Loader, DeletesASegmentOnlyWhenItIsSealedAndStored) {
  const TemporaryFolder folder;
  FakeSpool spool;
  spool.add(segment_name(1), envelope(0));
  FakeRows rows;
  Process process(folder.path(), spool, rows);
  spool.seal(segment_name(1));
  EXPECT_THAT(process.loader().clear(), IsEmpty());
  (void)process.loader().step();
  EXPECT_THAT(process.loader().clear(), ElementsAre(segment_name(1)));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));

  spool.add(segment_name(2), envelope(1));
  (void)process.loader().step();
  EXPECT_THAT(process.loader().clear(), IsEmpty());
  spool.seal(segment_name(2));
  EXPECT_THAT(process.loader().clear(), ElementsAre(segment_name(2)));
}

TEST(Loader, ForgetsSegmentsThatAreGone) {
  const TemporaryFolder folder;
  FakeSpool spool;
  spool.add(segment_name(1), envelope(0));
  FakeRows rows;
  Process process(folder.path(), spool, rows);
  (void)process.loader().step();
  ASSERT_TRUE(spool.remove(segment_name(1)));
  process.lose_renames();
  process.start();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_EQ(process.loader().step().kind, Loader::Step::Kind::idle);
}

TEST(Loader, WaitsLongerAfterEachFailureUpToALimit) {
  const TemporaryFolder folder;
  FakeSpool spool;
  spool.add(segment_name(1), envelope(0));
  FakeRows rows;
  rows.plan = [](unsigned operation) { return operation <= 9 ? Fault::unreachable : Fault::none; };
  Process process(folder.path(), spool, rows);
  std::vector<long> waits;
  for (int i = 0; i < 9; ++i) waits.push_back(process.loader().step().wait.count());
  EXPECT_THAT(waits, ElementsAre(100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000));
  EXPECT_EQ(process.loader().step().kind, Loader::Step::Kind::stored);
  EXPECT_EQ(process.counters.value("etappe_feed_failures_total", "reason=\"unreachable\""), 9U);
}

TEST(Loader, KeepsEverythingWhenItCannotWriteItsManifest) {
  const TemporaryFolder folder;
  FakeSpool spool;
  spool.add(segment_name(1), envelope(0));
  FakeRows rows;
  Process process(folder.path() / "feed", spool, rows);
  std::filesystem::remove_all(folder.path() / "feed");
  EXPECT_EQ(process.loader().step().kind, Loader::Step::Kind::failed);
  EXPECT_EQ(rows.operations(), 0U);
  std::filesystem::create_directories(folder.path() / "feed");
  process.run();
  EXPECT_EQ(rows.counts(segment_name(1)), once_each(1));
}

TEST(Ledger, ReadsBackTheNewestManifestOfASegment) {
  const TemporaryFolder folder;
  Manifest manifest;
  manifest.segment = segment_name(1);
  manifest.last = 4;
  manifest.enrich_version = 3;
  manifest.written_at = std::chrono::system_clock::time_point(1'700'000'000'123ms);
  {
    auto ledger = Ledger::open(folder.path());
    ASSERT_TRUE(ledger->begin(manifest));
    EXPECT_EQ(ledger->settled(manifest.segment), 0U);
    ledger->finish(manifest.segment);
    EXPECT_EQ(ledger->settled(manifest.segment), 5U);
    manifest.first = 5;
    manifest.last = 6;
    ASSERT_TRUE(ledger->begin(manifest));
  }
  // A crash left the one before, and one that was never finished being written.
  std::ofstream(folder.path() / (manifest.segment + ".7.open.new")) << "{\"seg";
  std::ofstream(folder.path() / (manifest.segment + ".0.done"))
      << R"({"segment":")" << manifest.segment
      << R"(","first":0,"last":4,"enrich_version":3,"table":"events","written_at":1})";
  const auto ledger = Ledger::open(folder.path());
  ASSERT_TRUE(ledger);
  const auto unfinished = ledger->unfinished();
  ASSERT_TRUE(unfinished);
  EXPECT_EQ(unfinished->token(), manifest.token());
  EXPECT_EQ(unfinished->written_at, manifest.written_at);
  EXPECT_EQ(ledger->settled(manifest.segment), 5U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Ledger, RefusesAManifestItCannotRead) {
  for (const char* text :
       {"", "{}", "{\"segment\":\"x\"}", "no json",
        R"({"segment":"s","first":3,"last":2,"enrich_version":1,"table":"events","written_at":1})"}) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "x.0.open") << text;
    const auto ledger = Ledger::open(folder.path());
    ASSERT_FALSE(ledger) << text;
    EXPECT_EQ(ledger.error(), LedgerError::bad_manifest);
  }
}

TEST(RowBatch, MakesARowOfEveryRecordInOrder) {
  const SiteHosts hosts = [](std::string_view) { return std::vector<std::string>{"shop.example"}; };
  RowBatch batch(*resolver(), hosts);
  batch.build({envelope(7, "https://WWW.Shop.example:8443?awc=1_2_3&gclid=x", "https://www.google.de/"),
               std::nullopt, envelope(9, "https://shop.example/b", "https://shop.example/a")},
              {3, 4, 6}, *event::parse_uuid(segment_name(1)), 2);
  ASSERT_EQ(batch.rows.size(), 2U);
  EXPECT_EQ(batch.rows[0].record, 3U);
  EXPECT_EQ(batch.rows[0].host, "www.shop.example");
  EXPECT_EQ(batch.rows[0].path, "/");
  EXPECT_EQ(batch.rows[0].referrer_host, "google.de");
  EXPECT_TRUE(batch.rows[0].origin.touch);
  EXPECT_EQ(batch.rows[0].origin.channel, "Affiliates");
  EXPECT_EQ(batch.rows[0].origin.network, "awin");
  EXPECT_EQ(batch.rows[0].enrich_version, 2U);
  EXPECT_EQ(batch.rows[1].record, 6U);
  EXPECT_FALSE(batch.rows[1].origin.touch);
  EXPECT_EQ(batch.rows[1].origin.channel, "");
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_EQ(batch.rejected[0].record, 4U);
}

TEST(RowBatch, PlacesCopiesOfAnEventOnTheSameDay) {
  using namespace std::chrono;
  const sys_days day = 2026y / 3 / 10;
  struct Case {
    event::TimeMs client, time, received;  // time: the client's, corrected by its clock's skew
    sys_days key;
  };
  const Case cases[] = {
      {event::TimeMs(day + 12h), event::TimeMs(day + 12h), event::TimeMs(day + 12h), day},
      {event::TimeMs(day + 23h), event::TimeMs(day + 23h), event::TimeMs(day + 26h), day},
      {event::TimeMs(day + 1h), event::TimeMs(day - 1h), event::TimeMs(day - 1h), day},
      {event::TimeMs(day), event::TimeMs(day + 25h), event::TimeMs(day + 25h), day},
      {event::TimeMs(day), event::TimeMs(day + 25h + 1ms), event::TimeMs(day + 25h + 1ms), day + days(1)},
      {event::TimeMs(day - days(400)), event::TimeMs(day + 4h), event::TimeMs(day + 5h), day},
      {event::TimeMs(day + days(400)), event::TimeMs(day + 4h), event::TimeMs(day + 5h), day},
  };
  for (const Case& c : cases) EXPECT_EQ(key_day_of(c.client, c.time, c.received), c.key);
}

TEST(RowBatch, GivesHistoryItsOwnDaysSoThatReportsFindIt) {
  using namespace std::chrono;
  const sys_days day = 2026y / 3 / 10;
  for (const auto age : {days(0), days(1), days(2), days(56), days(3000)}) {
    const event::TimeMs then(day - age + 7h);
    EXPECT_EQ(key_day_of(then, then + 2s, event::TimeMs(day + 12h)), day - age);
  }
}

}  // namespace
}  // namespace etappe::feed
