#include "core/consent/consent.hpp"
#include "core/consent/region.hpp"

#include <gtest/gtest.h>

namespace etappe::consent {
namespace {

constexpr State kStates[] = {State::undetermined, State::denied, State::granted};

constexpr Policy kPolicies[] = {Policy::block, Policy::queue, Policy::cookieless};

TEST(Consent, OnlyAGrantOfAnalyticsLetsTheTrackerSendStoreOrLink) {
  for (const Policy policy : kPolicies) {
    for (const State analytics : kStates) {
      for (const State marketing : kStates) {
        const States states{analytics, marketing};
        const bool granted = analytics == State::granted;
        EXPECT_EQ(tracker_verdict(policy, states) == Verdict::send, granted);
        EXPECT_EQ(may_use_device(states), granted);
        EXPECT_EQ(may_link(states), granted);
      }
    }
  }
}

// The table "Policies" of docs/consent.md.
TEST(Consent, ThePolicyDecidesOnlyWhileAnalyticsIsUndetermined) {
  struct Case {
    Policy policy;
    Verdict undetermined;
  };
  constexpr Case kCases[] = {
      {Policy::block, Verdict::drop}, {Policy::queue, Verdict::hold}, {Policy::cookieless, Verdict::count}};
  for (const Case& tested : kCases) {
    for (const State marketing : kStates) {
      EXPECT_EQ(tracker_verdict(tested.policy, {State::undetermined, marketing}), tested.undetermined);
      EXPECT_EQ(tracker_verdict(tested.policy, {State::denied, marketing}), Verdict::drop);
      EXPECT_EQ(tracker_verdict(tested.policy, {State::granted, marketing}), Verdict::send);
    }
  }
}

TEST(Region, ThePartOfACountrySpeaksBeforeTheCountryAndTheCountryBeforeTheSite) {
  const std::vector<RegionPolicy> regions{{{"US", "BR"}, Policy::cookieless}, {{"US-CA"}, Policy::block}};
  EXPECT_EQ(policy_in("US", Policy::queue, regions), Policy::cookieless);
  EXPECT_EQ(policy_in("US-NY", Policy::queue, regions), Policy::cookieless);
  EXPECT_EQ(policy_in("US-CA", Policy::queue, regions), Policy::block);
  EXPECT_EQ(policy_in("DE", Policy::queue, regions), Policy::queue);
  EXPECT_EQ(policy_in("DE", Policy::queue, {}), Policy::queue);
}

TEST(Region, AnUnknownOneGetsTheStrictestPolicyOfAll) {
  EXPECT_EQ(policy_in("", Policy::cookieless, {{{"DE"}, Policy::queue}}), Policy::queue);
  EXPECT_EQ(policy_in("", Policy::block, {{{"US"}, Policy::cookieless}}), Policy::block);
  EXPECT_EQ(policy_in("", Policy::cookieless, {}), Policy::cookieless);
}

TEST(Consent, ADecisionChangesThePurposesItNamesAndNoOther) {
  for (const State before : kStates) {
    for (const State other : kStates) {
      for (const State decision : kStates) {
        const State after = decision == State::undetermined ? before : decision;
        EXPECT_EQ(decided({before, other}, {decision, State::undetermined}), (States{after, other}));
        EXPECT_EQ(decided({other, before}, {State::undetermined, decision}), (States{other, after}));
      }
    }
  }
}

TEST(Consent, GlobalPrivacyControlDeniesMarketingWhoeverGrantsItAndLeavesAnalyticsAlone) {
  for (const State analytics : kStates) {
    for (const State marketing : kStates) {
      for (const State decision : kStates) {
        const States after = decided({analytics, marketing}, {decision, decision}, PrivacyControl::global);
        EXPECT_EQ(after.marketing, State::denied);
        EXPECT_EQ(after.analytics, decision == State::undetermined ? analytics : decision);
      }
    }
  }
}

TEST(Consent, StatesSurvivePackingAndUnpacking) {
  for (const State analytics : kStates) {
    for (const State marketing : kStates) {
      const States states{analytics, marketing};
      EXPECT_EQ(unpack(pack(states)), states);
    }
  }
}

TEST(Consent, TheUnusedFourthValueOfAPurposeGrantsNothing) {
  EXPECT_EQ(unpack(0b1111), (States{State::undetermined, State::undetermined}));
  EXPECT_EQ(unpack(0b1011), (States{State::undetermined, State::granted}));
}

TEST(Consent, BitsOfPurposesYetToComeAreIgnored) {
  EXPECT_EQ(unpack(0xFFFF'FFFF'FFFF'FFF0U), (States{State::undetermined, State::undetermined}));
  EXPECT_EQ(unpack(0x10U | 0b0110), (States{State::granted, State::denied}));
}

}  // namespace
}  // namespace etappe::consent
