#include "server/erase/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <map>

#include "tests/server/erase/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::erase {
namespace {

using namespace std::chrono;
using ::testing::ElementsAre;
using testing::kSecret;

const sys_days kToday = 2026y / November / 26;

/// Says what a test has put there; writes down what it was told.
class FakeOldRows final : public OldRows {
 public:
  std::vector<SiteMonth> held;
  std::vector<IdMonth> ids;
  std::vector<std::string> told;
  bool away = false;
  sys_days asked_before{};

  Result<std::vector<SiteMonth>, StoreError> months() override {
    if (away) return fail(StoreError::away);
    return held;
  }
  Result<std::vector<IdMonth>, StoreError> months_with_ids(sys_days before) override {
    asked_before = before;
    return ids;
  }
  Result<void, StoreError> remove(Month month, const std::vector<Cut>& cuts) override {
    std::string line = "remove " + std::to_string(month);
    for (const Cut& cut : cuts) line += " " + cut.site + "<" + text_of(Time(cut.before)).substr(0, 10);
    told.push_back(line);
    return {};
  }
  Result<void, StoreError> remove_whole(Month month) override {
    told.push_back("drop " + std::to_string(month));
    return {};
  }
  Result<void, StoreError> empty_ids(Month month) override {
    told.push_back("empty " + std::to_string(month));
    return {};
  }
};

class RetentionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    journal_ = *Journal::open(folder_.path(), kSecret);
    retention_.emplace(
        rows_, [this](std::string_view site) { return site == "short" ? short_months_ : kMostMonths; },
        *journal_, counters_);
  }
  Retention::Step step(sys_days day, seconds time = 3h) { return retention_->step(Time(day) + time); }

  TemporaryFolder folder_;
  FakeOldRows rows_;
  int short_months_ = 3;
  observe::Counters counters_;
  std::unique_ptr<Journal> journal_;
  std::optional<Retention> retention_;
};

TEST(MonthsBefore, EndsWithTheMonthWhereTheDayIsNotInIt) {
  EXPECT_EQ(months_before(2026y / May / 31, 3), sys_days(2026y / February / 28));
  EXPECT_EQ(months_before(2024y / May / 31, 3), sys_days(2024y / February / 29));
  EXPECT_EQ(months_before(2026y / January / 15, 25), sys_days(2023y / December / 15));
}

TEST_F(RetentionTest, RemovesWhatIsOlderThanItsSiteAllowsToTheDay) {
  rows_.held = {
      {202409, "long", 2024y / September / 1},                                           // over for everybody
      {202410, "long", 2024y / October / 25},                                            // a day too old
      {202410, "short", 2024y / October / 30},  {202411, "long", 2024y / November / 1},  // young enough
      {202608, "short", 2026y / August / 25},   {202608, "long", 2026y / August / 1},
      {202609, "short", 2026y / September / 1},
  };
  EXPECT_EQ(step(kToday), Retention::Step::done);
  EXPECT_THAT(rows_.told, ElementsAre("drop 202409", "remove 202410 long<2024-10-26 short<2026-08-26",
                                      "remove 202608 short<2026-08-26"));
  EXPECT_THAT(journal_->notes(), ::testing::SizeIs(3));
  EXPECT_EQ(journal_->notes()[0].action, "rows_deleted");
  EXPECT_EQ(journal_->notes()[0].month, 202409u);
}

TEST_F(RetentionTest, KeepsARowOfExactlyThatAge) {
  rows_.held = {{202410, "long", 2024y / October / 26}};
  EXPECT_EQ(step(kToday), Retention::Step::done);
  EXPECT_THAT(rows_.told, ElementsAre());
  EXPECT_EQ(step(kToday + days(1)), Retention::Step::done);
  EXPECT_THAT(rows_.told, ElementsAre("remove 202410 long<2024-10-27"));
}

TEST_F(RetentionTest, NeverKeepsRowsLongerThan25MonthsNorShorterThanOne) {
  rows_.held = {{202407, "short", 2024y / July / 1}, {202611, "short", 2026y / November / 20}};
  short_months_ = 99;
  EXPECT_EQ(step(kToday), Retention::Step::done);
  EXPECT_THAT(rows_.told, ElementsAre("drop 202407"));
  rows_.told.clear();
  short_months_ = 0;
  rows_.held = {{202610, "short", 2026y / October / 26}, {202611, "short", 2026y / November / 20}};
  EXPECT_EQ(step(kToday + days(1)), Retention::Step::done);
  EXPECT_THAT(rows_.told, ElementsAre("remove 202610 short<2026-10-27"));
}

TEST_F(RetentionTest, EmptiesIdsOfWholeMonthsBeforeThe13thAndSaysSoInTheJournal) {
  rows_.ids = {{202508, 7}, {202509, 12}};
  EXPECT_EQ(step(kToday), Retention::Step::done);
  EXPECT_EQ(rows_.asked_before, sys_days(2025y / October / 1))
      << "October 2025 has days of the last 13 months";
  EXPECT_THAT(rows_.told, ElementsAre("empty 202508", "empty 202509"));
  const Time at = Time(kToday) + 3h;
  EXPECT_THAT(journal_->notes(),
              ElementsAre(Note{"ids_emptied", 202508, 7, at}, Note{"ids_emptied", 202509, 12, at}));
  EXPECT_EQ(counters_.value("etappe_retention_months_total", R"(action="ids_emptied")"), 2u);
  const auto reopened = Journal::open(folder_.path(), kSecret);
  ASSERT_TRUE(reopened);
  EXPECT_EQ((*reopened)->notes(), journal_->notes());
}

TEST_F(RetentionTest, WorksOnceADay) {
  rows_.ids = {{202508, 7}};
  EXPECT_EQ(step(kToday, 0s), Retention::Step::done);
  EXPECT_EQ(step(kToday, 24h - 1s), Retention::Step::idle);
  EXPECT_EQ(step(kToday + days(1), 0s), Retention::Step::done);
}

TEST_F(RetentionTest, TriesAgainWhenTheStoreIsBack) {
  rows_.ids = {{202508, 7}};
  rows_.away = true;
  EXPECT_EQ(step(kToday, 1h), Retention::Step::failed);
  rows_.away = false;
  EXPECT_EQ(step(kToday, 1h + 59s), Retention::Step::idle) << "not at once";
  EXPECT_EQ(step(kToday, 1h + 60s), Retention::Step::done);
  EXPECT_THAT(rows_.told, ElementsAre("empty 202508"));
}

}  // namespace
}  // namespace etappe::erase
