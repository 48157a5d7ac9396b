#include "core/consent/consent.hpp"

#include <gtest/gtest.h>

namespace etappe::consent {
namespace {

constexpr State kStates[] = {State::undetermined, State::denied, State::granted};

TEST(Consent, OnlyAGrantOfAnalyticsLetsTheTrackerSendStoreOrLink) {
  for (const State analytics : kStates) {
    for (const State marketing : kStates) {
      const States states{analytics, marketing};
      const bool granted = analytics == State::granted;
      EXPECT_EQ(tracker_verdict(Policy::block, states), granted ? Verdict::send : Verdict::drop);
      EXPECT_EQ(may_use_device(states), granted);
      EXPECT_EQ(may_link(states), granted);
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
