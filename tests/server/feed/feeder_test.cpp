// The thread around the loader.
#include "server/feed/feeder.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "server/observe/counters.hpp"
#include "tests/server/feed/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::feed {
namespace {

using namespace std::chrono_literals;
using namespace feed::testing;

struct House {
  TemporaryFolder folder;
  FakeSpool spool;
  FakeRows rows;
  observe::Counters counters;

  std::unique_ptr<Feeder> start() {
    FeederOptions options;
    options.folder = folder.path();
    options.min_interval = 1ms;
    options.loader.max_rows = 3;
    options.loader.retry_first = 1ms;
    options.loader.retry_most = 2ms;
    auto feeder = Feeder::start(
        std::move(options), spool, rows, *enrich::Resolver::make(),
        [](std::string_view) { return std::vector<std::string>{}; }, counters);
    EXPECT_TRUE(feeder);
    return std::move(*feeder);
  }
};

TEST(Feeder, FlushReturnsWhenWhatWasDurableIsStored) {
  House house;
  const auto feeder = house.start();
  EXPECT_EQ(feeder->flush(0ms), Flushed::done);
  for (std::uint32_t i = 0; i < 20; ++i) house.spool.add(segment_name(1), envelope(i));
  EXPECT_EQ(feeder->flush(30s), Flushed::done);
  EXPECT_EQ(house.rows.size(), 20U);
  house.spool.seal(segment_name(1));
  for (std::uint32_t i = 0; i < 5; ++i) house.spool.add(segment_name(2), envelope(100 + i));
  EXPECT_EQ(feeder->flush(30s), Flushed::done);
  EXPECT_EQ(house.rows.size(), 25U);
  EXPECT_EQ(feeder->flush(30s), Flushed::done);
}

TEST(Feeder, FlushSaysWhenTheStoreIsAway) {
  House house;
  std::atomic<bool> away = true;
  house.rows.plan = [&](unsigned) { return away ? Fault::unreachable : Fault::none; };
  const auto feeder = house.start();
  house.spool.add(segment_name(1), envelope(0));
  EXPECT_EQ(feeder->flush(20ms), Flushed::timed_out);
  EXPECT_EQ(feeder->lag().records, 1U);
  away = false;
  EXPECT_EQ(feeder->flush(30s), Flushed::done);
  while (feeder->lag().records != 0) std::this_thread::yield();
  EXPECT_EQ(house.rows.size(), 1U);
}

TEST(Feeder, LeavesTheRestForTheNextStart) {
  House house;
  house.rows.plan = [](unsigned) { return Fault::unknown_stored; };
  auto feeder = house.start();
  for (std::uint32_t i = 0; i < 7; ++i) house.spool.add(segment_name(1), envelope(i));
  while (house.rows.operations() < 2) std::this_thread::yield();
  feeder->stop();
  EXPECT_EQ(feeder->flush(30s), Flushed::stopping);
  feeder.reset();
  house.rows.plan = [](unsigned) { return Fault::none; };
  feeder = house.start();
  EXPECT_EQ(feeder->flush(30s), Flushed::done);
  std::map<std::uint32_t, unsigned> expected;
  for (std::uint32_t i = 0; i < 7; ++i) expected[i] = 1;
  EXPECT_EQ(house.rows.counts(segment_name(1)), expected);
}

}  // namespace
}  // namespace etappe::feed
