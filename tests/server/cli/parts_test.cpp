#include <gtest/gtest.h>
#include <unistd.h>

#include "server/cli/data_lock.hpp"
#include "server/cli/engine_child.hpp"
#include "server/cli/snippet.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::cli {
namespace {

using std::chrono::milliseconds;

TEST(BackOff, DoublesUntilHalfAMinuteAndBeginsAnewAfterAMinuteOfLife) {
  BackOff back_off;
  const milliseconds early{500};
  for (const int expected : {200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000})
    EXPECT_EQ(back_off.after_death(early), milliseconds(expected));
  EXPECT_EQ(back_off.after_death(std::chrono::seconds(59)), milliseconds(30000));
  EXPECT_EQ(back_off.after_death(std::chrono::seconds(60)), milliseconds(200));
  EXPECT_EQ(back_off.after_death(early), milliseconds(400));
}

TEST(DataLock, IsHeldByOneAtATimeAndNamesItsHolder) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "lock";
  EXPECT_EQ(DataLock::holder(file), std::nullopt) << "no file yet";
  {
    const auto lock = DataLock::take(file);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(DataLock::take(file));
    EXPECT_EQ(DataLock::holder(file), ::getpid());
  }
  EXPECT_EQ(DataLock::holder(file), std::nullopt) << "the file is there, its lock is not";
  EXPECT_TRUE(DataLock::take(file));
}

TEST(DataLock, IsRefusedWhereItsFileCannotBeMade) {
  EXPECT_FALSE(DataLock::take("/nonexistent/folder/lock"));
}

TEST(EngineChild, AProgramThatIsNotThereIsTriedAgainAfterAPause) {
  observe::Log log(observe::Level::error);
  observe::Counters counters;
  EngineChild child({"/nonexistent/etappe-engine"}, log, counters);
  const EngineChild::Clock::time_point begin{};
  const auto attempts = [&] { return counters.value("etappe_engine_ends_total", "reason=\"not_started\""); };
  child.start(begin);
  EXPECT_EQ(attempts(), 1u);
  child.tick(begin + milliseconds(199));
  EXPECT_EQ(attempts(), 1u);
  child.tick(begin + milliseconds(200));
  EXPECT_EQ(attempts(), 2u);
  EXPECT_TRUE(child.has_ended());
}

TEST(EngineChild, StopEndsAChildThatDoesNotListen) {
  observe::Log log(observe::Level::error);
  observe::Counters counters;
  EngineChild child({"/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"}, log, counters);
  child.start(EngineChild::Clock::now());
  EXPECT_FALSE(child.has_ended());
  child.stop(milliseconds(0));
  EXPECT_TRUE(child.has_ended());
}

TEST(Snippet, IsTheStubAndTheSitesTracker) {
  EXPECT_EQ(
      snippet("https://track.shop.example", "abcd"),
      "<script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}</script>\n"
      "<script async src=\"https://track.shop.example/t/abcd.js\"></script>\n");
}

}  // namespace
}  // namespace etappe::cli
