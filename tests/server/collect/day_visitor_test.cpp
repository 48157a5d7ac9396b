#include "server/collect/day_visitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace etappe::collect {
namespace {

using namespace std::chrono_literals;
using event::TimeMs;

const TimeMs kNow{std::chrono::milliseconds(1'777'629'600'000)};  // 2026-05-01T10:00:00Z
constexpr DayKey kKey{1, 2, 3};

TEST(DayVisitor, IsTheSameForTheSameRequestAndDiffersWithEveryPartOfIt) {
  const std::string one = day_visitor(kKey, "203.0.113.7", "Mozilla/5.0", "shop");
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(day_visitor(kKey, "203.0.113.7", "Mozilla/5.0", "shop"), one);
  const std::set<std::string> all{one,
                                  day_visitor(DayKey{1, 2, 4}, "203.0.113.7", "Mozilla/5.0", "shop"),
                                  day_visitor(kKey, "203.0.113.8", "Mozilla/5.0", "shop"),
                                  day_visitor(kKey, "203.0.113.7", "Mozilla/5.1", "shop"),
                                  day_visitor(kKey, "203.0.113.7", "Mozilla/5.0", "other"),
                                  day_visitor(kKey, "203.0.113.7M", "ozilla/5.0", "shop")};
  EXPECT_EQ(all.size(), 6U);
}

DayKeys::Draw counting(int& drawn) {
  return [&drawn](DayKey& key) { key.fill(static_cast<std::uint8_t>(++drawn)); };
}

TEST(DayKeys, AKeyLastsForOneUtcDay) {
  int drawn = 0;
  DayKeys keys(counting(drawn));
  EXPECT_EQ(keys.turn(kNow), DayKeys::Turn::new_day);
  const DayKey first = keys.get().key;
  EXPECT_EQ(keys.turn(kNow + 13h + 59min), DayKeys::Turn::same_day);
  EXPECT_EQ(keys.get().key, first);
  EXPECT_EQ(keys.turn(kNow + 14h), DayKeys::Turn::new_day);
  EXPECT_NE(keys.get().key, first);
}

// A clock that is set back must not bring a former day's key into use: it is gone.
TEST(DayKeys, AClockThatIsSetBackDrawsANewKey) {
  int drawn = 0;
  DayKeys keys(counting(drawn));
  keys.turn(kNow);
  const DayKey first = keys.get().key;
  keys.turn(kNow + 24h);
  keys.turn(kNow);
  EXPECT_NE(keys.get().key, first);
  EXPECT_EQ(drawn, 3);
}

TEST(DayKeys, ARestartOnTheSameDayGoesOnWithItsKeyAndOneOnAnotherDayDoesNot) {
  int drawn = 0;
  DayKeys before(counting(drawn));
  before.turn(kNow);
  const DatedKey kept = day_key_from(to_text(before.get()));
  EXPECT_EQ(kept.key, before.get().key);

  DayKeys same_day(counting(drawn));
  same_day.resume(kept, kNow + 1h);
  EXPECT_EQ(same_day.turn(kNow + 1h), DayKeys::Turn::same_day);
  EXPECT_EQ(same_day.get().key, kept.key);

  DayKeys next_day(counting(drawn));
  next_day.resume(kept, kNow + 24h);
  EXPECT_EQ(next_day.turn(kNow + 24h), DayKeys::Turn::new_day);
  EXPECT_NE(next_day.get().key, kept.key);
}

TEST(DayKeys, WhatIsNoKeyReadsAsOneOfADayThatIsOver) {
  const std::string good = to_text({std::chrono::floor<std::chrono::days>(kNow), kKey});
  EXPECT_EQ(good, "2026-05-01 0102030000000000000000000000000000000000000000000000000000000000\n");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(day_key_from(good.substr(0, size)).day, std::chrono::sys_days{}) << size;
  }
  for (const char* bad : {"2026-13-01 0102030000000000000000000000000000000000000000000000000000000000\n",
                          "2026-05-01 01020300000000000000000000000000000000000000000000000000000000zz\n",
                          "2026-05-01 0102030000000000000000000000000000000000000000000000000000000000 "}) {
    EXPECT_EQ(day_key_from(bad).day, std::chrono::sys_days{}) << bad;
  }
}

}  // namespace
}  // namespace etappe::collect
