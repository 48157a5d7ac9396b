// Which texts of an event are redacted, and as what. What is taken out of each is
// tests/core/redact_test.cpp's.
#include "server/collect/redact.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace etappe::collect {
namespace {

TEST(RedactEvent, CleansEveryTextThatASiteMayPutAnAddressInto) {
  const auto lists = std::make_unique<codec::Lists>();
  lists->props[0] = {"email", "x", event::PropKind::text};
  lists->props[1] = {"note", "ask max@b.de", event::PropKind::text};
  lists->props[2] = {"size", "5", event::PropKind::number};
  lists->props[3] = {"kundennr", "4711", event::PropKind::number};
  lists->items[0] = {"i", "gift for max@b.de", "1", 1};
  event::EventView event;
  event.url = "https://a.example/konto/4711?m=max@b.de";
  event.referrer = "https://b.example/?token=abc&kundennr=1";
  event.title = "Hi max@b.de";
  event.name = "sent to max@b.de";
  event.funnel = "max@b.de";
  event.step = "step of max@b.de";
  event.session = std::string_view("s\0s", 3);
  event.props = std::span(lists->props).first(4);
  event.items = std::span(lists->items).first(1);
  Scratch scratch;
  redact_event(event, *lists, {"kundennr\n/konto/*"}, scratch);
  EXPECT_EQ(event.url, "https://a.example/konto/[redacted]?m=[email]");
  EXPECT_EQ(event.referrer, "https://b.example/?token=[redacted]&kundennr=[redacted]");
  EXPECT_EQ(event.title, "Hi [email]");
  EXPECT_EQ(event.name, "sent to [email]");
  EXPECT_EQ(event.funnel, "[email]");
  EXPECT_EQ(event.step, "step of [email]");
  EXPECT_EQ(event.session, "s\xEF\xBF\xBDs");
  EXPECT_EQ(event.props[0].value, "[email]");
  EXPECT_EQ(event.props[1].value, "ask [email]");
  EXPECT_EQ(event.props[2].value, "5");
  EXPECT_EQ(event.props[3].value, "[redacted]");
  EXPECT_EQ(event.items[0].name, "gift for [email]");
}

TEST(RedactEvent, AnEventThatTheTrackerHasRedactedStaysWhereItIs) {
  const auto lists = std::make_unique<codec::Lists>();
  event::EventView event;
  event.url = "https://a.example/konto/[redacted]?m=[email]&token=[redacted]";
  const char* const place = event.url.data();
  Scratch scratch;
  redact_event(event, *lists, {"/konto/*"}, scratch);
  EXPECT_EQ(event.url.data(), place);
}

TEST(RedactEvent, WhatIsRedactedKeepsWithinTheLimitOfItsField) {
  const auto lists = std::make_unique<codec::Lists>();
  event::EventView event;
  const std::string url = "https://a.example/?pass=x&a=" + std::string(event::kMaxUrlBytes - 28, 'y');
  const std::string name = std::string(event::kMaxNameBytes - 7, 'n') + " a@b.de";
  ASSERT_EQ(url.size(), event::kMaxUrlBytes);
  event.url = url;
  event.name = name;
  Scratch scratch;
  redact_event(event, *lists, {}, scratch);
  EXPECT_EQ(event.url, "https://a.example/?pass=[redacted]&a=");
  EXPECT_EQ(event.name, std::string(event::kMaxNameBytes - 7, 'n') + " ");
}

}  // namespace
}  // namespace etappe::collect
