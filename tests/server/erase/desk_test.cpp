#include "server/erase/desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <future>

#include "tests/server/erase/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::erase {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::kSecret;
using testing::visitor;

class DeskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    journal_ = *Journal::open(folder_.path(), kSecret);
  }
  void open(DeskLimits limits = {}) {
    desk_.emplace(
        *journal_, withdrawn_, counters_, [this] { return now_.load(); }, limits);
  }
  std::pair<Taken, std::string> take(std::string id, std::string site = "shop") {
    std::promise<std::pair<Taken, std::string>> answer;
    desk_->take({site, {visitor(std::move(id), site)}, Reason::withdrawal},
                [&](Taken taken, std::string receipt) {
                  answer.set_value({taken, std::move(receipt)});
                });
    return answer.get_future().get();
  }

  TemporaryFolder folder_;
  std::unique_ptr<Journal> journal_;
  Withdrawn withdrawn_{kSecret};
  observe::Counters counters_;
  std::atomic<Time> now_ = kNow;
  std::optional<Desk> desk_;
};

TEST_F(DeskTest, AnswersWhenTheOrderIsOnDiskAndItsVisitorRefused) {
  open();
  const auto [taken, receipt] = take("v1");
  EXPECT_EQ(taken, Taken::written);
  EXPECT_NE(folder_.read("journal.ndjson").find(receipt), std::string::npos);
  EXPECT_TRUE(withdrawn_.contains("shop", "v1", kNow));
  EXPECT_FALSE(withdrawn_.contains("shop", "v2", kNow));
  EXPECT_FALSE(withdrawn_.contains("other", "v1", kNow));
  EXPECT_EQ(take("v1").second, receipt);
}

TEST_F(DeskTest, RefusesSomebodyUntilNothingOfThemCanBeUnderWay) {
  open();
  take("v1");
  EXPECT_TRUE(withdrawn_.contains("shop", "v1", kNow + kRefusedFor - 1s));
  EXPECT_FALSE(withdrawn_.contains("shop", "v1", kNow + kRefusedFor));
  now_ = kNow + kRefusedFor + 2h;
  take("v2");
  EXPECT_EQ(withdrawn_.size(), 1u) << "those whose time is over take no memory";
}

TEST_F(DeskTest, BoundsTheNewOrdersOfASiteInAMinute) {
  open({.orders_per_minute = 2});
  const std::string first = take("v1").second;
  EXPECT_EQ(take("v2").first, Taken::written);
  EXPECT_EQ(take("v3").first, Taken::too_many);
  EXPECT_FALSE(withdrawn_.contains("shop", "v3", kNow));
  EXPECT_EQ(take("v1").second, first) << "who repeats an order is answered";
  EXPECT_EQ(take("v3", "other").first, Taken::written);
  now_ = kNow + 60s;
  EXPECT_EQ(take("v3").first, Taken::written);
  EXPECT_EQ(counters_.value("etappe_erasures_refused_total", R"(reason="too_many")"), 1u);
  EXPECT_EQ(counters_.value("etappe_erasures_ordered_total", R"(reason="withdrawal")"), 5u);
}

TEST_F(DeskTest, SaysSoWhenTooManyWait) {
  open({.longest_queue = 1});
  std::promise<void> entered, leave;
  auto may_leave = leave.get_future();
  desk_->take({"shop", {visitor("v1")}, Reason::withdrawal}, [&](Taken, auto) {
    entered.set_value();
    may_leave.wait();
  });
  entered.get_future().wait();  // the writer is busy, its queue is empty
  std::promise<Taken> second;
  desk_->take({"shop", {visitor("v2")}, Reason::withdrawal},
              [&](Taken taken, auto) { second.set_value(taken); });
  EXPECT_EQ(take("v3").first, Taken::busy);
  leave.set_value();
  EXPECT_EQ(second.get_future().get(), Taken::written);
  EXPECT_EQ(counters_.value("etappe_erasures_refused_total", R"(reason="busy")"), 1u);
}

TEST_F(DeskTest, WritesWhatWaitsBeforeItCloses) {
  open();
  std::atomic<int> written = 0;
  for (int i = 0; i < 50; ++i)
    desk_->take({"shop", {visitor("v" + std::to_string(i))}, Reason::withdrawal},
                [&](Taken taken, auto) { written += taken == Taken::written ? 1 : 0; });
  desk_.reset();
  EXPECT_EQ(written, 50);
  EXPECT_EQ(Journal::read(folder_.path(), kSecret)->size(), 50u);
}

TEST_F(DeskTest, DoesNotPromiseWhatTheDiskRefuses) {
  open();
  std::filesystem::remove_all(folder_.path());
  Order gone;
  ASSERT_FALSE(journal_->settle({}, kNow)) << "the file cannot be replaced";
  EXPECT_EQ(take("v1").first, Taken::failed);
  EXPECT_FALSE(withdrawn_.contains("shop", "v1", kNow));
}

}  // namespace
}  // namespace etappe::erase
