// Who is visiting: when ids are drawn, kept and given up, and what the device may say about them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wasm/fake_page.hpp"

namespace etappe::tracker {
namespace {

using event::Type;

/// The sessions of two views of one visitor, `silence` apart.
std::pair<SentEvent, SentEvent> two_views(std::chrono::milliseconds silence, std::string_view first_url,
                                          std::string_view second_url) {
  FakePage page;
  page.view(first_url);
  page.decide(kGrant);
  const auto first = page.delivered()[0];
  page.now += silence;
  page.view(second_url);
  return {first, page.delivered()[0]};
}

struct Visit {
  const char* name;
  std::chrono::milliseconds silence;
  const char* first;
  const char* second;
  bool same_session;
  friend void PrintTo(const Visit& tested, std::ostream* out) { *out << tested.name; }
};
class Sessions : public testing::TestWithParam<Visit> {};

TEST_P(Sessions, EndAfterSilenceOrWithANewCampaign) {
  const auto [first, second] = two_views(GetParam().silence, GetParam().first, GetParam().second);
  EXPECT_EQ(first.visitor, second.visitor);
  EXPECT_EQ(first.session == second.session, GetParam().same_session);
}

INSTANTIATE_TEST_SUITE_P(
    Identity, Sessions,
    testing::Values(
        Visit{"thirty_minutes_are_one_visit", 30min, "https://n.example/", "https://n.example/b", true},
        Visit{"a_millisecond_more_is_another", 30min + 1ms, "https://n.example/", "https://n.example/b", false},
        Visit{"a_campaign_begins_a_visit", 1s, "https://n.example/", "https://n.example/?utm_source=a", false},
        Visit{"the_same_address_again_does_not", 1s, "https://n.example/?awc=1_2", "https://n.example/?awc=1_2", true},
        Visit{"another_campaign_does", 1s, "https://n.example/?awc=1_2", "https://n.example/?awc=1_3", false},
        Visit{"a_page_without_campaign_does_not", 1s, "https://n.example/?awc=1_2", "https://n.example/b?x=1", true},
        Visit{"a_campaign_in_the_fragment_counts", 1s, "https://n.example/", "https://n.example/#utm_source=a", false}),
    [](const auto& tested) { return tested.param.name; });

TEST(Identity, TheSiteDecidesHowLongASilenceIs) {
  FakePage page({.site = "NORDWERK", .session_silence = 5min});
  page.view();
  page.decide(kGrant);
  const auto first = page.delivered()[0];
  page.now += 6min;
  page.happen(Type::click, "late");
  EXPECT_NE(page.delivered()[0].session, first.session);
}

TEST(Identity, EveryEventKeepsTheVisitAlive) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  const auto first = page.delivered()[0];
  for (int i = 0; i < 3; ++i) {
    page.now += 20min;
    page.happen(Type::click, "still here");
  }
  EXPECT_EQ(page.delivered()[2].session, first.session);
}

TEST(Identity, AVisitGoesOnOnAnotherPageThatKnowsTheDevice) {
  FakePage first;
  first.view();
  first.decide(kGrant);
  const auto before = first.delivered()[0];
  FakePage second;
  second.now = first.now + 29min;
  second.tracker.device(second.now, first.host.device);
  second.view();
  const auto after = second.delivered()[0];
  EXPECT_EQ(after.visitor, before.visitor);
  EXPECT_EQ(after.session, before.session);
}

TEST(Identity, TheDeviceForgetsThirteenMonthsAfterTheFirstDayAndIsNotRenewed) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  EXPECT_EQ(page.host.lifetime, std::chrono::days{395});
  page.now += std::chrono::days{100};
  page.view();
  EXPECT_EQ(page.host.lifetime, std::chrono::days{295});
  const auto before = page.delivered().back();

  FakePage last_day;
  last_day.now = page.now + std::chrono::days{295};
  last_day.tracker.device(last_day.now, page.host.device);
  EXPECT_EQ(last_day.tracker.consent(), kGrant);
  FakePage day_after;
  day_after.now = page.now + std::chrono::days{296};
  day_after.tracker.device(day_after.now, page.host.device);
  EXPECT_EQ(day_after.tracker.consent(), consent::States{});
}

TEST(Identity, AnEventThatWaitedDoesNotTurnTheClockBack) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  page.happen(Type::click, "now");
  const auto text = page.host.device;
  page.now -= 10s;
  page.happen(Type::click, "earlier");
  EXPECT_EQ(page.host.device, text);
}

TEST(Identity, ResetIsAnotherVisitorWithTheSameConsent) {
  FakePage page;
  page.view();
  page.decide(kGrant);
  const auto before = page.delivered()[0];
  page.tracker.reset(page.now);
  page.happen(Type::click, "after");
  const auto after = page.delivered()[0];
  EXPECT_NE(after.visitor, before.visitor);
  EXPECT_NE(after.session, before.session);
  EXPECT_EQ(after.consent, kGrant);
}

struct DeviceText {
  const char* name;
  const char* text;
  friend void PrintTo(const DeviceText& tested, std::ostream* out) { *out << tested.name; }
};
class Damaged : public testing::TestWithParam<DeviceText> {};

TEST_P(Damaged, WhatIsNotOursToReadGrantsNothingAndIsDeleted) {
  FakePage page;
  page.tracker.device(page.now, GetParam().text);
  EXPECT_EQ(page.tracker.consent(), consent::States{});
  EXPECT_EQ(page.host.forgotten, 1);
}

// A good text for the clock of FakePage: 1.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----
INSTANTIATE_TEST_SUITE_P(
    Identity, Damaged,
    testing::Values(
        DeviceText{"another_version", "2.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----"},
        DeviceText{"denied", "1.B.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----"},
        DeviceText{"marketing_only", "1.I.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----"},
        DeviceText{"short_visitor", "1.C.1794999999.AAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----"},
        DeviceText{"foreign_character", "1.C.1794999999.AAAAAAAAAAAAAAAAAAA<.BBBBBBBBBBBBBBBB.1794999999.-----"},
        DeviceText{"short_session", "1.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBB.1794999999.-----"},
        DeviceText{"no_mark", "1.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999."},
        DeviceText{"half_a_mark", "1.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----AB"},
        DeviceText{"letters_for_a_time", "1.C.17949x9999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----"},
        DeviceText{"no_last_seen", "1.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB..-----"},
        DeviceText{"endless_time", "1.C.179499999999999999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1.-----"},
        DeviceText{"one_letter", "x"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Identity, TheTextThatTheTableAboveSpoilsIsGood) {
  FakePage page;
  page.tracker.device(page.now, "1.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----");
  EXPECT_EQ(page.tracker.consent(), kGrant);
  page.view();
  EXPECT_EQ(page.delivered()[0].visitor, "AAAAAAAAAAAAAAAAAAAA");
}

TEST(Identity, EveryPrefixOfTheDeviceTextIsRefused) {
  const std::string_view text = "1.C.1794999999.AAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB.1794999999.-----";
  for (std::size_t size = 1; size < text.size(); ++size) {
    FakePage page;
    page.tracker.device(page.now, text.substr(0, size));
    EXPECT_EQ(page.tracker.consent(), consent::States{}) << size;
  }
}

}  // namespace
}  // namespace etappe::tracker
