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

INSTANTIATE_TEST_SUITE_P(Identity, Sessions,
                         testing::Values(Visit{"thirty_minutes_are_one_visit", 30min, "https://n.example/",
                                               "https://n.example/b", true},
                                         Visit{"a_millisecond_more_is_another", 30min + 1ms,
                                               "https://n.example/", "https://n.example/b", false},
                                         Visit{"a_campaign_begins_a_visit", 1s, "https://n.example/",
                                               "https://n.example/?utm_source=a", false},
                                         Visit{"the_same_address_again_does_not", 1s,
                                               "https://n.example/?awc=1_2", "https://n.example/?awc=1_2",
                                               true},
                                         Visit{"another_campaign_does", 1s, "https://n.example/?awc=1_2",
                                               "https://n.example/?awc=1_3", false},
                                         Visit{"a_page_without_campaign_does_not", 1s,
                                               "https://n.example/?awc=1_2", "https://n.example/b?x=1", true},
                                         Visit{"a_campaign_in_the_fragment_counts", 1s, "https://n.example/",
                                               "https://n.example/#utm_source=a", false}),
                         [](const auto& tested) { return tested.param.name; });

TEST(Identity, TheSiteDecidesHowLongASilenceIs) {
  FakePage page({.site = "NORDWERK", .session = {.silence = 5min}});
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

// The parts of a text that is good by the clock of FakePage; see identity.hpp. _aY_qB is a second before it.
constexpr const char* kGood =
    "1C"
    "_aY_qB"
    "_aY_qB"
    "AAAAAAAAAAAAAAAAAAAA"
    "BBBBBBBBBBBBBBBB"
    "AAAAA";

INSTANTIATE_TEST_SUITE_P(Identity, Damaged,
                         testing::Values(DeviceText{"another_version",
                                                    "2C"
                                                    "_aY_qB"
                                                    "_aY_qB"
                                                    "AAAAAAAAAAAAAAAAAAAA"
                                                    "BBBBBBBBBBBBBBBB"
                                                    "AAAAA"},
                                         DeviceText{"denied",
                                                    "1B"
                                                    "_aY_qB"
                                                    "_aY_qB"
                                                    "AAAAAAAAAAAAAAAAAAAA"
                                                    "BBBBBBBBBBBBBBBB"
                                                    "AAAAA"},
                                         DeviceText{"marketing_only",
                                                    "1I"
                                                    "_aY_qB"
                                                    "_aY_qB"
                                                    "AAAAAAAAAAAAAAAAAAAA"
                                                    "BBBBBBBBBBBBBBBB"
                                                    "AAAAA"},
                                         DeviceText{"fourteen_months_old",
                                                    "1C"
                                                    "AT38oB"
                                                    "_aY_qB"
                                                    "AAAAAAAAAAAAAAAAAAAA"
                                                    "BBBBBBBBBBBBBBBB"
                                                    "AAAAA"},
                                         DeviceText{"foreign_character",
                                                    "1C"
                                                    "_aY_qB"
                                                    "_aY_qB"
                                                    "AAAAAAAAAA<AAAAAAAAA"
                                                    "BBBBBBBBBBBBBBBB"
                                                    "AAAAA"},
                                         DeviceText{"not_ascii",
                                                    "1C"
                                                    "_aY_qB"
                                                    "_aY_qB"
                                                    "AAAAAAAAAA\xC3\xA4"
                                                    "AAAAAAAA"
                                                    "BBBBBBBBBBBBBBBB"
                                                    "AAAAA"},
                                         DeviceText{"half_a_mark",
                                                    "1C"
                                                    "_aY_qB"
                                                    "_aY_qB"
                                                    "AAAAAAAAAAAAAAAAAAAA"
                                                    "BBBBBBBBBBBBBBBB"
                                                    "AAAAA"
                                                    "AB"},
                                         DeviceText{"one_letter", "x"}),
                         [](const auto& tested) { return tested.param.name; });

TEST(Identity, TheTextThatTheTableAboveSpoilsIsGood) {
  FakePage page;
  page.tracker.device(page.now, kGood);
  EXPECT_EQ(page.tracker.consent(), kGrant);
  page.view();
  const auto view = page.delivered()[0];
  EXPECT_EQ(view.visitor, "AAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(view.session, "BBBBBBBBBBBBBBBB");
}

TEST(Identity, ATextWithMoreNotesThanAreKeptIsRefused) {
  std::string text = kGood;
  for (int i = 0; i < 33; ++i) {
    EXPECT_TRUE(consent::may_use_device([&text] {
      FakePage page;
      page.tracker.device(page.now, text);
      return page.tracker.consent();
    }()))
        << i;
    text += "ABCDE";
  }
  FakePage page;
  page.tracker.device(page.now, text);
  EXPECT_EQ(page.tracker.consent(), consent::States{});
}

TEST(Identity, EveryPrefixOfTheDeviceTextIsRefused) {
  const std::string_view text = kGood;
  for (std::size_t size = 1; size < text.size(); ++size) {
    FakePage page;
    page.tracker.device(page.now, text.substr(0, size));
    EXPECT_EQ(page.tracker.consent(), consent::States{}) << size;
  }
}

}  // namespace
}  // namespace etappe::tracker
