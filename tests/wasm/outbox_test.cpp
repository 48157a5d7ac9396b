// Batches: when they leave, how large they get, and what each answer means.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/wasm/fake_page.hpp"

namespace etappe::tracker {
namespace {

using event::Type;
using testing::IsEmpty;
using testing::SizeIs;

/// A page whose grant and view have been delivered.
struct Granted : FakePage {
  Granted() {
    view();
    decide(kGrant);
    delivered();
    pass(2s);  // the timer of the view goes off
    host.wake.reset();
  }
};

TEST(Outbox, AnEventWaitsTwoSecondsForCompany) {
  Granted page;
  page.happen(Type::event, "first");
  EXPECT_EQ(page.host.wake, 2000ms);
  page.pass(1999ms);
  page.happen(Type::event, "second");
  EXPECT_THAT(page.host.sent, IsEmpty());
  page.pass(1ms);
  ASSERT_THAT(page.host.sent, SizeIs(1));
  EXPECT_THAT(read(page.host.sent[0].second), SizeIs(2));
}

TEST(Outbox, AClickAndAConversionLeaveInTheNextTask) {
  for (const Type type : {Type::click, Type::conversion}) {
    Granted page;
    page.happen(Type::event, "waits");
    page.happen(type, "leaving");
    EXPECT_EQ(page.host.wake, 0ms);
    EXPECT_THAT(page.host.sent, IsEmpty()) << "not inside the page's own handler";
    page.pass(0ms);
    ASSERT_THAT(page.host.sent, SizeIs(1));
    EXPECT_THAT(read(page.host.sent[0].second), SizeIs(2));
  }
}

TEST(Outbox, LeavingThePageSendsWhatWaitsAndNothingTwice) {
  Granted page;
  page.happen(Type::event, "waits");
  page.leave();
  page.leave();
  EXPECT_THAT(page.host.sent, SizeIs(1));
  page.pass(24h);
  EXPECT_THAT(page.host.sent, SizeIs(1));
}

TEST(Outbox, ManyClicksOnASlowCollectorAreNeitherLostNorHeldWhenThePageIsLeft) {
  Granted page;
  for (int i = 0; i < 20; ++i) {
    page.happen(Type::click, "fast");
    page.pass(1ms);
  }
  EXPECT_THAT(page.host.sent, SizeIs(3)) << "one place is kept for what comes next";
  EXPECT_EQ(page.tracker.drops().of(Drop::no_space), 0U);
  page.answer(Slot{0}, 204);
  page.pass(1ms);
  EXPECT_THAT(page.host.sent, SizeIs(4)) << "the others leave as soon as one is answered";
  page.happen(Type::click, "last");
  page.leave();
  std::size_t events = 0;
  for (const auto& [slot, batch] : page.host.sent) {
    events += read(batch).size();
  }
  EXPECT_EQ(events, 21U);
}

TEST(Outbox, AClickDoesNotWaitBehindABatchInFlight) {
  Granted page;
  page.happen(Type::event, "in flight");
  page.pass(2s);
  page.happen(Type::click, "leaving");
  page.pass(0ms);
  ASSERT_THAT(page.host.sent, SizeIs(2));
  EXPECT_NE(page.host.sent[0].first, page.host.sent[1].first);
}

TEST(Outbox, AHundredEventsLeaveAtOnce) {
  Granted page;
  for (std::size_t i = 0; i < kBatchEvents; ++i) {
    EXPECT_THAT(page.host.sent, IsEmpty());
    page.happen(Type::event, "tick");
  }
  ASSERT_THAT(page.host.sent, SizeIs(1));
  EXPECT_THAT(read(page.host.sent[0].second), SizeIs(kBatchEvents));
}

TEST(Outbox, AllPlacesTogetherStayBelowWhatAPageMaySendWhileItIsLeft) {
  Granted page;
  const std::string long_name(128, 'x');
  for (int i = 0; i < 400; ++i) {
    page.happen(Type::event, long_name.substr(0, 124) + std::to_string(1000 + i));
  }
  page.leave();
  std::size_t in_flight = 0;
  for (const auto& [slot, batch] : page.host.sent) {
    in_flight += batch.size();
  }
  EXPECT_THAT(page.host.sent, SizeIs(kSlots));
  EXPECT_LE(in_flight, 60'000U);
  EXPECT_GE(in_flight, 50'000U) << "the test fills the places";
}

TEST(Outbox, WithEveryPlaceInFlightEventsAreDroppedAndCounted) {
  Granted page;
  for (std::size_t i = 0; i < kSlots; ++i) {
    page.happen(Type::event, "in flight");
    page.leave();
  }
  page.happen(Type::event, "too much");
  EXPECT_EQ(page.tracker.drops().of(Drop::no_space), 1U);
  page.answer(page.host.sent[0].first, 204);
  page.happen(Type::event, "fits again");
  EXPECT_EQ(page.tracker.drops().of(Drop::no_space), 1U);
}

TEST(Outbox, AnEventThatNoBatchCanHoldIsDroppedAloneAndCounted) {
  Granted page;
  const std::string huge(20'000, 'x');
  page.happen(Type::event, "before");
  page.happen(Type::event, huge);
  page.happen(Type::event, "after");
  EXPECT_EQ(page.tracker.drops().of(Drop::too_large), 1U);
  EXPECT_THAT(page.delivered(), SizeIs(2));
}

struct Verdict {
  int status;
  bool again;
  std::uint32_t refused;
  friend void PrintTo(const Verdict& tested, std::ostream* out) { *out << tested.status; }
};
class Answers : public testing::TestWithParam<Verdict> {};

TEST_P(Answers, DecideWhetherABatchIsTriedAgain) {
  Granted page;
  page.happen(Type::event, "one");
  page.happen(Type::event, "two");
  page.leave();
  EXPECT_EQ(page.answer(page.host.sent[0].first, GetParam().status), !GetParam().again) << "over, or not";
  page.pass(1h);
  EXPECT_THAT(page.host.sent, SizeIs(GetParam().again ? 2 : 1));
  EXPECT_EQ(page.tracker.drops().of(Drop::refused), GetParam().refused);
}

INSTANTIATE_TEST_SUITE_P(Outbox, Answers,
                         testing::Values(Verdict{0, true, 0}, Verdict{200, false, 0}, Verdict{204, false, 0},
                                         Verdict{299, false, 0}, Verdict{301, false, 2},
                                         Verdict{400, false, 2}, Verdict{403, false, 2},
                                         Verdict{404, false, 2}, Verdict{408, true, 0},
                                         Verdict{413, false, 2}, Verdict{429, true, 0},
                                         Verdict{499, false, 2}, Verdict{500, true, 0}, Verdict{503, true, 0},
                                         Verdict{599, true, 0}),
                         [](const auto& tested) { return "status_" + std::to_string(tested.param.status); });

TEST(Outbox, ARetryCarriesTheSameEventsWithTheSameIds) {
  Granted page;
  page.happen(Type::event, "one");
  page.leave();
  page.answer(page.host.sent[0].first, 503);
  page.pass(1h);
  ASSERT_THAT(page.host.sent, SizeIs(2));
  EXPECT_EQ(read(page.host.sent[0].second), read(page.host.sent[1].second));
}

TEST(Outbox, TheWaitDoublesWithEveryTryUpToTenMinutesAndAHalf) {
  Granted page;
  page.happen(Type::event, "one");
  page.leave();
  auto expected = 2000ms;
  for (int i = 0; i < 14; ++i) {
    page.answer(page.host.sent.back().first, 0);
    ASSERT_TRUE(page.host.wake);
    const auto wait = *page.host.wake;
    EXPECT_GE(wait, expected) << i;
    EXPECT_LE(wait, expected * 3 / 2) << i;
    const auto tries = page.host.sent.size();
    page.pass(wait - 1ms);
    EXPECT_EQ(page.host.sent.size(), tries);
    page.pass(1ms);
    EXPECT_EQ(page.host.sent.size(), tries + 1);
    expected = std::min<std::chrono::milliseconds>(expected * 2, 10min);
  }
}

TEST(Outbox, RetryAfterIsObeyedUpToAnHour) {
  for (const auto& [asked, obeyed] : {std::pair{60s, 60s}, std::pair{86400s, 3600s}}) {
    Granted page;
    page.happen(Type::event, "one");
    page.leave();
    page.answer(page.host.sent[0].first, 503, asked);
    EXPECT_EQ(page.host.wake, std::chrono::milliseconds{obeyed});
  }
}

TEST(Outbox, DuringAnOutageEventsGatherInOneBatchInsteadOfKnocking) {
  Granted page;
  page.happen(Type::event, "first");
  page.leave();
  page.answer(page.host.sent[0].first, 503, 600s);
  for (int i = 0; i < 20; ++i) {
    page.happen(Type::click, "meanwhile");
    page.pass(10s);
  }
  EXPECT_THAT(page.host.sent, SizeIs(1));
  page.pass(10min);
  ASSERT_THAT(page.host.sent, SizeIs(3));
  EXPECT_THAT(read(page.host.sent[1].second), SizeIs(1));
  EXPECT_THAT(read(page.host.sent[2].second), SizeIs(20));
}

TEST(Outbox, LeavingThePageTriesOnceMoreWhatWaitsForTheServer) {
  Granted page;
  page.happen(Type::event, "first");
  page.leave();
  page.answer(page.host.sent[0].first, 503, 600s);
  page.leave();
  EXPECT_THAT(page.host.sent, SizeIs(2));
}

TEST(Outbox, AnEventOlderThanADayIsGivenUpAndCounted) {
  Granted page;
  page.happen(Type::event, "old");
  page.leave();
  page.answer(page.host.sent[0].first, 503);
  page.pass(24h + 1ms);
  EXPECT_THAT(page.host.sent, SizeIs(1));
  EXPECT_EQ(page.tracker.drops().of(Drop::expired), 1U);
}

TEST(Outbox, AnAnswerThatNobodyWaitsForChangesNothing) {
  Granted page;
  page.answer(Slot{0}, 503);
  page.answer(Slot{200}, 204);
  page.happen(Type::event, "one");
  page.answer(Slot{0}, 204);
  EXPECT_THAT(page.delivered(), SizeIs(1));
}

TEST(Outbox, NoTwoEventsOfAPageShareAnId) {
  Granted page;
  std::set<std::array<std::uint8_t, 16>> ids;
  for (int i = 0; i < 250; ++i) {
    page.happen(Type::event, "one");
    if (i % 50 == 49) {
      for (const SentEvent& event : page.delivered()) {
        ids.insert(event.id.bytes);
      }
    }
  }
  EXPECT_THAT(ids, SizeIs(250));
}

}  // namespace
}  // namespace etappe::tracker
