// What the tracker does and leaves undone as the visitor decides.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wasm/fake_page.hpp"

namespace etappe::tracker {
namespace {

using consent::State;
using event::Type;
using testing::ElementsAre;
using testing::IsEmpty;

struct Refusal {
  const char* name;
  consent::States decision;
  friend void PrintTo(const Refusal& tested, std::ostream* out) { *out << tested.name; }
};
class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, NothingIsSentStoredDrawnOrPlannedWithoutAGrantOfAnalytics) {
  FakePage page;
  page.view();
  page.decide(GetParam().decision);
  page.happen(Type::click, "to-next");
  page.happen(Type::conversion, "order");
  page.pass(24h);
  page.leave();
  EXPECT_THAT(page.host.sent, IsEmpty());
  EXPECT_EQ(page.host.writes, 0);
  EXPECT_FALSE(page.host.wake);
  EXPECT_EQ(page.tracker.drops().of(Drop::consent), 2U);
}

INSTANTIATE_TEST_SUITE_P(Consent, Refused,
                         testing::Values(Refusal{"undetermined", {}}, Refusal{"denied", kDeny},
                                         Refusal{"marketing_alone", {State::undetermined, State::granted}},
                                         Refusal{"marketing_without_analytics",
                                                 {State::denied, State::granted}}),
                         [](const auto& tested) { return tested.param.name; });

TEST(Consent, AGrantCountsThePageThatIsShownOnceAndRecordsTheDecision) {
  FakePage page;
  page.view("https://nordwerk.example/lp?utm_source=n", "https://partner.example/");
  page.decide(kGrant);
  page.decide(kGrant);
  const auto events = page.delivered();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].type, Type::view);
  EXPECT_EQ(events[0].url, "https://nordwerk.example/lp?utm_source=n");
  EXPECT_EQ(events[0].referrer, "https://partner.example/");
  EXPECT_EQ(events[0].title, "Nordwerk");
  EXPECT_EQ(events[0].consent, kGrant);
  EXPECT_EQ(events[1].type, Type::consent);
}

TEST(Consent, EventsFromBeforeAGrantStayDroppedAfterIt) {
  FakePage page;
  page.view();
  page.happen(Type::event, "before");
  page.decide(kGrant);
  EXPECT_THAT(page.types(), ElementsAre(Type::view, Type::consent));
}

TEST(Consent, ARememberedGrantCountsTheNextPageWithoutAnotherDecision) {
  FakePage first;
  first.view();
  first.decide(kGrant);
  const auto visitor = first.delivered()[0].visitor;

  FakePage second;
  second.tracker.device(second.now, first.host.device);
  second.view("https://nordwerk.example/b");
  second.decide(kGrant);
  const auto events = second.delivered();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, Type::view);
  EXPECT_EQ(events[0].visitor, visitor);
}

TEST(Consent, AnOmittedPurposeStaysAsItWas) {
  FakePage page;
  page.view();
  page.decide({State::granted, State::denied});
  page.decide({State::undetermined, State::granted});
  EXPECT_EQ(page.tracker.consent(), kGrantAll);
  const auto events = page.delivered();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].consent, (consent::States{State::granted, State::denied}));
  EXPECT_EQ(events[2].consent, kGrantAll);
}

class Withdrawn : public testing::TestWithParam<Refusal> {};

TEST_P(Withdrawn, WhatWaitsIsDroppedAndTheDeviceIsEmpty) {
  FakePage page;
  page.view();
  page.decide(kGrantAll);
  page.happen(Type::click, "waits");
  ASSERT_FALSE(page.host.device.empty());
  page.decide(GetParam().decision);
  page.happen(Type::click, "after");
  page.pass(24h);
  page.leave();
  EXPECT_THAT(page.host.sent, IsEmpty());
  EXPECT_EQ(page.host.device, "");
  EXPECT_EQ(page.tracker.drops().of(Drop::withdrawn), 3U);
  EXPECT_EQ(page.tracker.drops().of(Drop::consent), 1U);
}

INSTANTIATE_TEST_SUITE_P(Consent, Withdrawn,
                         testing::Values(Refusal{"all", kDeny},
                                         Refusal{"analytics_alone", {State::denied, State::undetermined}}),
                         [](const auto& tested) { return tested.param.name; });

TEST(Consent, ABatchInFlightIsNotTriedAgainAfterAWithdrawal) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  page.pass(2s);
  ASSERT_EQ(page.host.sent.size(), 1U);
  page.decide(kDeny);
  page.answer(page.host.sent[0].first, 503);
  page.pass(24h);
  EXPECT_EQ(page.host.sent.size(), 1U);
}

TEST(Consent, AWithdrawalOnAnotherPageStopsThisOne) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  page.tracker.device(page.now, "");
  page.happen(Type::click, "after");
  page.pass(24h);
  EXPECT_THAT(page.host.sent, IsEmpty());
  EXPECT_EQ(page.tracker.consent().analytics, State::denied);
}

TEST(Cookieless, AWithdrawalOnAnotherPageStopsThisOne) {
  FakePage page({.site = "NORDWERK", .policy = consent::Policy::cookieless});
  page.view();
  page.decide(kGrant);
  page.tracker.device(page.now, "");
  page.happen(Type::click, "after");
  page.leave();
  EXPECT_THAT(page.host.sent, IsEmpty());
}

TEST(Cookieless, NobodyIsIdentifiedWithoutAGrant) {
  FakePage page({.site = "NORDWERK", .policy = consent::Policy::cookieless});
  page.view();
  page.happen(Type::identify, "");
  EXPECT_THAT(page.types(), ElementsAre(Type::view));
}

TEST(Consent, AWithdrawalNamesTheVisitorThatTheCollectorIsToForget) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  const std::string visitor(page.delivered()[0].visitor);
  page.decide(kDeny);
  EXPECT_EQ(page.host.withdrawn, visitor);
}

TEST(Consent, ARefusalNamesNobody) {
  for (const consent::Policy policy :
       {consent::Policy::block, consent::Policy::queue, consent::Policy::cookieless}) {
    FakePage page({.site = "NORDWERK", .policy = policy});
    page.view();
    page.decide(kDeny);
    EXPECT_EQ(page.host.withdrawn, "");
  }
}

TEST(Consent, ACookieThatWasClearedByHandAsksForNoErasure) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  page.tracker.device(page.now, "");
  EXPECT_EQ(page.host.withdrawn, "");
  EXPECT_EQ(page.host.forgotten, 1);
}

TEST(Consent, TheConsentEventSaysByWhichWayTheDecisionCame) {
  FakePage page;
  page.view();
  page.decide(kGrant, "tcf");
  const auto events = page.delivered();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].name, "tcf");
}

// What waited for a grant is recorded with its own time, and the decision behind it with its own.
TEST(Consent, WhatWaitedForAGrantIsSentInOrderWithTheTimeOfItsHappening) {
  FakePage page({.site = "NORDWERK", .policy = consent::Policy::queue});
  const event::TimeMs arrived = page.now;
  page.tracker.permit(kGrant);
  page.view("https://nordwerk.example/a");
  page.now += 40s;
  page.view("https://nordwerk.example/b");
  page.happen(Type::click, "to-next");
  page.now += 20s;
  page.decide(kGrant, "api");
  const auto events = page.delivered();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].url, "https://nordwerk.example/a");
  EXPECT_EQ(events[0].time, arrived);
  EXPECT_EQ(events[1].url, "https://nordwerk.example/b");
  EXPECT_EQ(events[1].time, arrived + 40s);
  EXPECT_EQ(events[2].type, Type::click);
  EXPECT_EQ(events[3].type, Type::consent);
  EXPECT_EQ(events[3].time, arrived + 60s);
  for (const auto& event : events) {
    EXPECT_EQ(event.visitor, events[0].visitor);
    EXPECT_FALSE(event.visitor.empty());
  }
}

const SettingsView kCookieless{.site = "NORDWERK", .policy = consent::Policy::cookieless};

TEST(Cookieless, WhatHappensIsSentWithoutIdsAndTheDeviceIsLeftAlone) {
  FakePage page(kCookieless);
  page.view();
  page.happen(Type::click, "to-next");
  page.happen(Type::step, "cart");
  const auto events = page.delivered();
  ASSERT_EQ(events.size(), 3U);
  for (const auto& event : events) {
    EXPECT_EQ(event.visitor, "");
    EXPECT_EQ(event.session, "");
    EXPECT_EQ(event.consent, consent::States{});
  }
  EXPECT_EQ(page.host.writes, 0);
  EXPECT_EQ(page.host.forgotten, 0);
}

TEST(Cookieless, ABatchThatCouldNotBeDeliveredIsNotKeptOnTheDevice) {
  FakePage page(kCookieless);
  page.view();
  page.leave(Network::none);
  EXPECT_THAT(page.host.kept, IsEmpty());
}

TEST(Cookieless, ADenialDropsWhatWaitsAndEverythingAfterIt) {
  FakePage page(kCookieless);
  page.view();
  page.decide(kDeny);
  page.happen(Type::click, "after");
  page.pass(24h);
  page.leave();
  EXPECT_THAT(page.host.sent, IsEmpty());
  EXPECT_EQ(page.tracker.drops().of(Drop::withdrawn), 1U);
  EXPECT_EQ(page.tracker.drops().of(Drop::consent), 1U);
}

TEST(Cookieless, AGrantLinksWhatFollowsAndCountsThePageOnce) {
  FakePage page(kCookieless);
  page.view();
  page.decide(kGrant);
  page.happen(Type::click, "to-next");
  const auto events = page.delivered();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].type, Type::view);
  EXPECT_EQ(events[0].visitor, "");
  EXPECT_EQ(events[1].type, Type::consent);
  EXPECT_FALSE(events[1].visitor.empty());
  EXPECT_EQ(events[2].visitor, events[1].visitor);
  EXPECT_EQ(events[2].session, events[1].session);
  EXPECT_EQ(page.host.writes, 1);
}

TEST(Cookieless, AGrantAfterADenialIsAnotherVisitorAndCountsThePageAnew) {
  FakePage page(kCookieless);
  page.view();
  page.decide(kDeny);
  page.decide(kGrant);
  EXPECT_THAT(page.types(), ElementsAre(Type::view, Type::consent));
}

TEST(Consent, AGrantAfterAWithdrawalIsAnotherVisitor) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  const auto before = page.delivered()[0];
  page.decide(kDeny);
  page.decide(kGrant);
  const auto after = page.delivered()[0];
  EXPECT_EQ(after.type, Type::view);
  EXPECT_NE(after.visitor, before.visitor);
  EXPECT_NE(after.session, before.session);
}

}  // namespace
}  // namespace etappe::tracker
