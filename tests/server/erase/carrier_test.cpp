#include "server/erase/carrier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "tests/server/erase/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::erase {
namespace {

using namespace std::chrono_literals;
using testing::Death;
using testing::FakeRow;
using testing::FakeStore;
using testing::FakeWaiting;
using testing::Killed;
using testing::kNow;
using testing::kSecret;
using testing::person;
using testing::visitor;
using Step = Carrier::Step;

const Time kLater = kNow + kCompany;

class CarrierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    start();
  }
  /// As after a restart: everything in memory is new, the data is what it was.
  void start() {
    journal_.reset();
    withdrawn_.emplace(kSecret);
    journal_ = *Journal::open(folder_.path(), kSecret);
    for (const Order& order : journal_->orders()) withdrawn_->add(order, kNow);
    carrier_.emplace(*journal_, *withdrawn_, store_, waiting_, counters_, kSecret);
  }
  std::string order(std::vector<Subject> subjects, Time at = kNow) {
    return journal_->add({{subjects.front().site, subjects, Reason::withdrawal}}, at)->front();
  }
  Order told(const std::string& receipt) const { return *journal_->find(receipt); }

  TemporaryFolder folder_;
  Death death_;
  FakeStore store_{death_};
  FakeWaiting waiting_{death_, store_};
  observe::Counters counters_;
  std::unique_ptr<Journal> journal_;
  std::optional<Withdrawn> withdrawn_;
  std::optional<Carrier> carrier_;
};

TEST_F(CarrierTest, ErasesRowsOfAVisitorAndLeavesEverybodyElses) {
  store_.rows = {{"shop", "v1", ""}, {"shop", "v2", ""}, {"other", "v1", ""}, {"shop", "v1", "", true}};
  waiting_.spool = {{"shop", "v1", ""}};
  waiting_.left = {.cut_files = 1, .bad_files = 2};
  const std::string receipt = order({visitor("v1")});
  EXPECT_EQ(carrier_->step(kLater), Step::done);
  ASSERT_EQ(store_.rows.size(), 2u);
  EXPECT_EQ(store_.rows[0].visitor, "v2");
  EXPECT_EQ(store_.rows[1].site, "other");
  const Order done = told(receipt);
  EXPECT_EQ(done.state, State::erased);
  EXPECT_EQ(done.figures,
            (Figures{.events = 2, .rejected = 1, .visitors = 1, .cut_files = 1, .bad_files = 2}));
  EXPECT_EQ(counters_.value("etappe_erased_rows_total", R"(place="events")"), 2u);
}

TEST_F(CarrierTest, WaitsForCompanySoThatOneStatementServesMany) {
  store_.rows = {{"shop", "v1", ""}, {"shop", "v2", ""}};
  order({visitor("v1")});
  order({visitor("v2")}, kNow + 1s);
  EXPECT_EQ(carrier_->step(kLater - 1s), Step::idle);
  EXPECT_EQ(store_.rows.size(), 2u);
  EXPECT_EQ(carrier_->step(kLater + 1s), Step::done);
  EXPECT_TRUE(store_.rows.empty());
  EXPECT_EQ(store_.statements, 1);
}

TEST_F(CarrierTest, DoesNotWaitForAClockThatWentBack) {
  order({visitor("v1")}, kNow + 24h);
  EXPECT_EQ(carrier_->step(kNow), Step::done);
}

TEST_F(CarrierTest, LeavesAnOrderOpenWhileSomethingIsAwayAndTriesAgain) {
  store_.rows = {{"shop", "v1", ""}};
  const std::string receipt = order({visitor("v1")});
  waiting_.stuck = true;
  EXPECT_EQ(carrier_->step(kLater), Step::failed);
  waiting_.stuck = false;
  for (const StoreError error : {StoreError::away, StoreError::refused}) {
    store_.trouble = error;
    EXPECT_EQ(carrier_->step(kLater), Step::failed);
    EXPECT_LT(told(receipt).state, State::erased);
  }
  store_.trouble.reset();
  EXPECT_EQ(carrier_->step(kLater), Step::done);
  EXPECT_EQ(told(receipt).figures.events, 1u);
  for (const char* reason : {"not_stored", "store_away", "store_refused"})
    EXPECT_EQ(counters_.value("etappe_erasure_failures_total", observe::label("reason", reason)), 1u);
}

TEST_F(CarrierTest, DoesNotFillTheDiskWhileItTriesAgain) {
  store_.rows = {{"shop", "v1", ""}};
  const std::string receipt = order({visitor("v1")});
  store_.refuses_to_erase = true;
  EXPECT_EQ(carrier_->step(kLater), Step::failed);
  ASSERT_EQ(told(receipt).state, State::counted);
  const std::string first = folder_.read("journal.ndjson");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(carrier_->step(kLater), Step::failed);
  EXPECT_EQ(folder_.read("journal.ndjson"), first);
  EXPECT_EQ(carrier_->trouble(), "store_refused");
}

TEST_F(CarrierTest, ErasesTheVisitorsOfAPersonButNotASharedDevice) {
  store_.rows = {{"shop", "v1", "anna"},
                 {"shop", "v1", ""},
                 {"shop", "shared", "anna"},
                 {"shop", "shared", ""},
                 {"shop", "shared", "ben"}};
  const std::string receipt = order({person("anna")});
  EXPECT_EQ(carrier_->step(kLater), Step::done);
  ASSERT_EQ(store_.rows.size(), 2u);
  for (const FakeRow& row : store_.rows) {
    EXPECT_EQ(row.visitor, "shared");
    EXPECT_NE(row.person, "anna");
  }
  const Order done = told(receipt);
  EXPECT_EQ(done.figures.events, 3u) << "a row of both counts once";
  EXPECT_EQ(done.figures.visitors, 1u);
  EXPECT_EQ(done.figures.shared_visitors, 1u);
  EXPECT_TRUE(withdrawn_->contains("shop", "v1", kNow)) << "late batches of them are refused as well";
  EXPECT_FALSE(withdrawn_->contains("shop", "shared", kNow));
  EXPECT_EQ(done.marks.size(), 2u);
}

TEST_F(CarrierTest, IsGoneWhenNeitherSpoolNorStoreHoldWhatWasDeleted) {
  store_.rows = {{"shop", "v1", ""}, {"shop", "v1", ""}};
  const std::string receipt = order({visitor("v1")});
  ASSERT_EQ(carrier_->step(kLater), Step::done);
  ASSERT_EQ(store_.old_parts, 1u);
  EXPECT_EQ(carrier_->step(kLater), Step::idle) << "the segment is still there";
  waiting_.segment = "seg-2";
  EXPECT_EQ(carrier_->step(kLater), Step::idle) << "an old part is still there";
  store_.old_parts = 0;
  waiting_.segment = "seg-1";
  EXPECT_EQ(carrier_->step(kLater), Step::idle);
  waiting_.segment = "";
  EXPECT_EQ(carrier_->step(kLater + 60s), Step::done);
  EXPECT_EQ(told(receipt).state, State::gone);
  EXPECT_EQ(told(receipt).gone_at, kLater + 60s);
  EXPECT_EQ(carrier_->step(kLater + 61s), Step::idle);
}

TEST_F(CarrierTest, ErasesAgainWhatTheFeederStoredASecondTimeAfterALossOfPower) {
  store_.rows = {{"shop", "v1", ""}, {"shop", "v2", ""}};
  const std::string receipt = order({visitor("v1")});
  ASSERT_EQ(carrier_->step(kLater), Step::done);
  start();
  store_.rows.push_back({"shop", "v1", ""});
  waiting_.segment = "";
  EXPECT_EQ(carrier_->step(kLater + 10s), Step::done);
  ASSERT_EQ(journal_->orders().size(), 2u);
  const Order again = journal_->orders().back();
  EXPECT_EQ(again.reason, Reason::restore);
  EXPECT_EQ(carrier_->step(kLater + 20s), Step::done);
  EXPECT_EQ(store_.rows.size(), 1u);
  store_.old_parts = 0;
  EXPECT_EQ(carrier_->step(kLater + 30s), Step::done);
  EXPECT_EQ(told(receipt).state, State::gone);
  EXPECT_EQ(told(again.receipt).state, State::gone);
}

TEST_F(CarrierTest, ErasesEverythingWhereverTheProcessDied) {
  int deaths = 0;
  for (int at = 0;; ++at) {
    std::filesystem::remove(folder_ / "journal.ndjson");
    store_.rows = {{"shop", "v1", "anna"}, {"shop", "v1", ""}, {"shop", "v1", "", true}, {"shop", "v2", ""}};
    store_.old_parts = 0;
    waiting_.spool = {{"shop", "v1", ""}};
    waiting_.segment = "seg-1";
    start();
    const std::string receipt = order({person("anna")});
    death_ = {.at = at};
    bool died = false;
    try {
      ASSERT_EQ(carrier_->step(kLater), Step::done);
      store_.old_parts = 0;
      waiting_.segment = "seg-2";
      ASSERT_EQ(carrier_->step(kLater), Step::done);
    } catch (const Killed&) {
      died = true;
    }
    if (!died) break;
    ++deaths;
    death_ = {};
    start();
    store_.old_parts = 0;
    waiting_.segment = "seg-2";
    for (int i = 0; i < 3; ++i) static_cast<void>(carrier_->step(kLater));
    store_.old_parts = 0;
    waiting_.segment = "seg-3";
    static_cast<void>(carrier_->step(kLater));
    ASSERT_EQ(store_.rows.size(), 1u) << "died at call " << at;
    EXPECT_EQ(store_.rows[0].visitor, "v2");
    const Order done = told(receipt);
    EXPECT_EQ(done.state, State::gone) << "died at call " << at;
    EXPECT_EQ(done.figures.events, 3u) << "died at call " << at;
    EXPECT_EQ(done.figures.rejected, 1u) << "died at call " << at;
    EXPECT_EQ(folder_.read("journal.ndjson").find("anna"), std::string::npos);
  }
  EXPECT_EQ(deaths, 8) << "flush, visitors, count, parts, twice within the erasure, count, old parts";
}

}  // namespace
}  // namespace etappe::erase
