// The feeder with the real spool and the real engine, which is killed again and again while rows are on their
// way.
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "server/feed/feeder.hpp"
#include "server/observe/counters.hpp"
#include "server/store/event_rows.hpp"
#include "server/store/schema.hpp"
#include "tests/server/feed/fakes.hpp"
#include "tests/server/store/engine_process.hpp"

namespace etappe::feed {
namespace {

using namespace std::chrono_literals;
using store::testing::EngineProcess;

class FeedingTheEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = store::testing::engine_absent(); !reason.empty()) GTEST_SKIP() << reason;
    engine_.emplace(folder_.path());
    ASSERT_TRUE(engine_->wait_until_ready());
    client_.emplace(engine_->endpoint());
    rows_.emplace(*client_, 5s);
    ASSERT_TRUE(store::migrate(*client_));
    stop_merges();
    spool::Options options;
    options.folder = folder_.path() / "spool";
    options.segment_bytes = 1U << 20U;
    spool_ = std::move(*spool::Spool::open(options));
  }
  /// A merge would drop a second copy and hide the mistake.
  void stop_merges() { ASSERT_TRUE(client_->ask({.sql = "SYSTEM STOP MERGES events"}, 10s)->good()); }
  std::unique_ptr<Feeder> feed() {
    FeederOptions options;
    options.folder = folder_.path() / "feed";
    options.min_interval = 5ms;
    options.loader.max_rows = 700;
    options.loader.retry_most = 200ms;
    return std::move(*Feeder::start(
        options, *spool_, *rows_, *enrich::Resolver::make(),
        [](std::string_view) { return std::vector<std::string>{"shop.example"}; }, counters_));
  }
  /// Appends `count` records, 50 at a time, and waits for the disk.
  void append(std::uint32_t count) {
    for (std::uint32_t done = 0; done < count;) {
      std::vector<std::vector<std::byte>> batch;
      for (std::uint32_t i = 0; i < 50 && done < count; ++i, ++done)
        batch.push_back(testing::envelope(next_++, "https://shop.example/p?awc=1_2_3"));
      std::promise<spool::Outcome> outcome;
      spool_->append(std::move(batch), [&](spool::Outcome kept) { outcome.set_value(kept); });
      ASSERT_EQ(outcome.get_future().get(), spool::Outcome::durable);
    }
  }
  std::string value(const std::string& sql) {
    const auto answer = client_->ask({.sql = sql, .format = "TSVRaw"}, 30s);
    return answer ? answer->body.substr(0, answer->body.rfind('\n')) : "(silent)";
  }

  TemporaryFolder folder_;
  observe::Counters counters_;
  std::optional<EngineProcess> engine_;
  std::optional<store::Client> client_;
  std::optional<store::EventRows> rows_;
  std::unique_ptr<spool::Spool> spool_;
  std::uint32_t next_ = 0;
};

TEST_F(FeedingTheEngine, StoresEachRecordOnceAlthoughTheEngineIsKilled) {
  constexpr int kRounds = 6;
  auto feeder = feed();
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t before = counters_.value("etappe_feed_rows_total", "");
    std::thread sender([&] { append(3000); });
    // Somewhere in the middle of the round's inserts, at another place each time.
    while (counters_.value("etappe_feed_rows_total", "") <
           before + 200U + 400U * static_cast<unsigned>(round % 3))
      std::this_thread::yield();
    engine_->end(SIGKILL);
    sender.join();
    if (round % 2 == 1) {
      feeder->stop();
      feeder.reset();
    }
    engine_->start();
    ASSERT_TRUE(engine_->wait_until_ready());
    stop_merges();
    if (!feeder) feeder = feed();
  }
  ASSERT_EQ(feeder->flush(60s), Flushed::done);
  EXPECT_EQ(value("SELECT count() FROM events"), std::to_string(next_));
  EXPECT_EQ(value("SELECT uniqExact(id), uniqExact(segment, record) FROM events"),
            std::to_string(next_) + "\t" + std::to_string(next_));
  EXPECT_EQ(value("SELECT DISTINCT channel, network, click_id FROM events"), "Affiliates\tawin\t1_2_3");
  EXPECT_EQ(value("SELECT count() FROM events_rejected"), "0");
  EXPECT_GT(counters_.value("etappe_feed_failures_total", "reason=\"unreachable\"") +
                counters_.value("etappe_feed_failures_total", "reason=\"unknown\""),
            0U)
      << "the engine was never away while rows were due";
}

}  // namespace
}  // namespace etappe::feed
