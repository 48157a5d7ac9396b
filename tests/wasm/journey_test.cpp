// What a visit is made of beside views and clicks: funnel steps once per pass, views once, links to another
// domain, limits of a page.
#include <gmock/gmock.h>

#include "tests/wasm/fake_page.hpp"

namespace etappe::tracker {
namespace {

using event::Type;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Granted : FakePage {
  explicit Granted(SettingsView settings = {.site = "NORDWERK"}) : FakePage(settings) {
    view();
    decide(kGrant);
    std::ignore = delivered();
  }
  void step(std::string_view funnel, std::string_view step) {
    CallView call;
    call.event.type = Type::step;
    call.event.funnel = funnel;
    call.event.step = step;
    tracker.track(now, call);
  }
};

struct Pass {
  std::string_view name;
  std::string_view seen;  ///< one letter a step of one funnel; a capital one is of another funnel
  std::size_t sent;
};
void PrintTo(const Pass& pass, std::ostream* out) { *out << pass.name; }

class Steps : public testing::TestWithParam<Pass> {};

TEST_P(Steps, AreSentOncePerPass) {
  Granted page;
  for (const char& step : GetParam().seen) {
    page.step(step < 'a' ? "other" : "checkout", {&step, 1});
  }
  EXPECT_THAT(page.delivered(), SizeIs(GetParam().sent));
}

INSTANTIATE_TEST_SUITE_P(Table, Steps,
                         testing::Values(Pass{"each_step_counts", "abc", 3},
                                         Pass{"a_reload_does_not", "aaa", 1},
                                         Pass{"nor_a_step_back", "abcb", 3},
                                         Pass{"nor_twice_back", "abcbcb", 3},
                                         Pass{"the_first_step_again_begins_a_pass", "abca", 4},
                                         Pass{"with_all_its_steps", "abcabc", 6},
                                         Pass{"a_pass_begins_where_the_visitor_came_in", "bcbc", 4},
                                         Pass{"funnels_do_not_mix", "aAbBA", 5},
                                         Pass{"one_funnel_s_pass_leaves_the_other_s", "aAbaA", 4}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Steps, AreRememberedOnTheNextPageOfTheSessionAndForgottenAfterIt) {
  Granted first;
  first.step("checkout", "cart");
  EXPECT_THAT(first.delivered(), SizeIs(1));

  FakePage next;
  next.now = first.now;
  next.tracker.device(next.now, first.host.device);
  next.happen(Type::step, "checkout");
  EXPECT_THAT(next.delivered(), SizeIs(1)) << "another step of that funnel";
  CallView cart;
  cart.event.type = Type::step;
  cart.event.funnel = "checkout";
  cart.event.step = "cart";
  next.tracker.track(next.now, cart);
  next.tracker.track(next.now, cart);
  EXPECT_THAT(next.delivered(), SizeIs(1)) << "back at the cart a new pass begins, once";
  next.now += 31min;
  next.tracker.track(next.now, cart);
  EXPECT_THAT(next.delivered(), SizeIs(1)) << "a new session begins anew";
}

TEST(Steps, AndTagsOfASessionDoNotTakeEachOtherForThemselves) {
  FakeHost host;
  Identity identity(host);
  identity.touch(event::TimeMs{1s}, {});
  EXPECT_TRUE(identity.first_in_session("checkout"));
  EXPECT_TRUE(identity.enters_step("checkout", "cart"));
  EXPECT_TRUE(identity.enters_step("checkout", "pay"));
  EXPECT_TRUE(identity.enters_step("checkout", "cart"));
  EXPECT_FALSE(identity.first_in_session("checkout"));
}

TEST(Views, OfTheSameAddressWithinASecondAreOneAndCounted) {
  Granted page;
  page.now += 5s;
  page.view("https://nordwerk.example/a");
  page.now += 999ms;
  page.view("https://nordwerk.example/a");
  page.view("https://nordwerk.example/b");
  page.view("https://nordwerk.example/a");
  page.now += 1s;
  page.view("https://nordwerk.example/a");
  EXPECT_THAT(page.types(), ElementsAre(Type::view, Type::view, Type::view, Type::view));
  EXPECT_EQ(page.tracker.drops().of(Drop::repeated), 1U);
}

TEST(Redaction, HappensOnTheDeviceByTheSiteSRulesToo) {
  FakePage page({.site = "NORDWERK", .redact = {"kundennr\n/konto/*"}});
  page.view("https://nordwerk.example/konto/4711?kundennr=12&mail=a@b.example&awc=1_2",
            "https://partner.example/?token=s3cret");
  page.decide(kGrant);
  page.happen(Type::event, "asked by max@muster.example");
  const auto events = page.delivered();
  EXPECT_EQ(events[0].url,
            "https://nordwerk.example/konto/[redacted]?kundennr=[redacted]&mail=[email]&awc=1_2");
  EXPECT_EQ(events[0].referrer, "https://partner.example/?token=[redacted]");
  EXPECT_EQ(events[2].name, "asked by [email]");
  EXPECT_EQ(events[2].url, events[0].url);
}

TEST(Redaction, OfManyPropertiesKeepsThemApartAndLeavesOutWhatDoesNotFit) {
  Granted page;
  std::array<event::PropView, event::kMaxProps> props;
  const std::string value = "mailto:max@muster.example " + std::string(500, 'x');
  props.fill({.key = "text", .value = value});
  props[0] = {.key = "password", .value = "s3cret"};
  CallView call;
  call.event.type = Type::event;
  call.event.name = "many";
  call.props = props;
  page.tracker.track(page.now, call);
  page.leave();
  const auto& batch = page.host.sent.back().second;
  auto reader = codec::BatchReader::open(batch);
  codec::Lists lists;
  const auto event = reader->next(lists);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->props[0].value, "[redacted]");
  EXPECT_EQ(event->props[1].value, "mailto:[email] " + std::string(500, 'x'));
  EXPECT_EQ(event->props[2].value, event->props[1].value);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(batch.data()), batch.size()).find("muster"),
            std::string::npos);
}

TEST(Limits, APageThatLoopsIsStoppedAndCountedAndComesBack) {
  Granted page;
  const std::uint32_t burst = kBurst;
  page.now += kRefill * burst;
  std::size_t taken = 0;
  for (std::uint32_t i = 0; i < burst + 50; ++i) {
    page.happen(Type::event, "loop");
    if (i % 90 == 0) {
      taken += page.delivered().size();
    }
  }
  taken += page.delivered().size();
  EXPECT_EQ(taken, burst);
  EXPECT_EQ(page.tracker.drops().of(Drop::too_many), 50U);
  page.now += 3 * kRefill;
  for (int i = 0; i < 5; ++i) {
    page.happen(Type::event, "later");
  }
  EXPECT_THAT(page.delivered(), SizeIs(3));
}

struct Link {
  std::string_view name;
  std::chrono::milliseconds later;
  std::string_view target;
  std::size_t spoil;  ///< which character is changed; none beyond the end
  bool good;
};
void PrintTo(const Link& link, std::ostream* out) { *out << link.name; }

class Links : public testing::TestWithParam<Link> {};

TEST_P(Links, CarryAVisitToAnotherDomain) {
  const auto& [name, later, target, spoil, good] = GetParam();
  Granted from;
  from.happen(Type::event, "before");
  const auto before = from.delivered()[0];
  std::string link(from.tracker.link(from.now, "shop.example"));
  ASSERT_EQ(link.size(), 58U);
  if (spoil < link.size()) {
    link[spoil] = link[spoil] == 'A' ? 'B' : 'A';
  }

  FakePage to;
  std::array<std::uint8_t, 1> dice{};
  to.host.random(dice);  // or else both would draw the same ids
  to.now = from.now + later;
  EXPECT_EQ(to.tracker.adopt(to.now, link, target), good);
  EXPECT_TRUE(to.host.device.empty()) << "nothing is written before the grant";
  to.view("https://shop.example/");
  EXPECT_THAT(to.delivered(), IsEmpty()) << "a link is no grant";
  to.decide(kGrant);
  const auto view = to.delivered()[0];
  EXPECT_EQ(view.visitor == before.visitor, good);
  EXPECT_EQ(view.session == before.session, good);
  EXPECT_FALSE(to.host.device.empty());
}

INSTANTIATE_TEST_SUITE_P(Table, Links,
                         testing::Values(Link{"at_once", 0s, "shop.example", 99, true},
                                         Link{"after_two_minutes", 120s, "shop.example", 99, true},
                                         Link{"later_than_that", 122s, "shop.example", 99, false},
                                         Link{"by_a_clock_far_behind", -122s, "shop.example", 99, false},
                                         Link{"not_to_another_target", 0s, "evil.example", 99, false},
                                         Link{"not_with_another_time", 0s, "shop.example", 0, false},
                                         Link{"not_with_another_visitor", 0s, "shop.example", 12, false},
                                         Link{"not_with_another_session", 0s, "shop.example", 40, false},
                                         Link{"not_with_another_check", 0s, "shop.example", 57, false}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Links, AreEmptyWithoutAGrantAndAfterAWithdrawal) {
  FakePage page;
  page.view();
  EXPECT_THAT(page.tracker.link(page.now, "shop.example"), IsEmpty());
  page.decide(kGrant);
  EXPECT_THAT(page.tracker.link(page.now, "shop.example"), SizeIs(58));
  page.decide(kDeny);
  EXPECT_THAT(page.tracker.link(page.now, "shop.example"), IsEmpty());
}

TEST(Links, EveryPrefixOfOneIsRefused) {
  Granted from;
  const std::string link(from.tracker.link(from.now, "shop.example"));
  for (std::size_t size = 0; size < link.size(); ++size) {
    FakePage to;
    EXPECT_FALSE(to.tracker.adopt(from.now, std::string_view(link).substr(0, size), "shop.example")) << size;
  }
}

TEST(Kept, WhatTheCollectorDidNotTakeIsKeptOnTheDeviceWhenThePageIsLeft) {
  Granted page;
  page.happen(Type::event, "failed");
  page.pass(2s);
  page.answer(Slot{0}, 503);
  EXPECT_THAT(page.host.kept, IsEmpty());
  page.leave();
  ASSERT_THAT(page.host.kept, SizeIs(1));
  EXPECT_EQ(read(page.host.kept[0].second)[0].name, "failed");
}

TEST(Kept, ABatchOnItsFirstWayIsNotUnlessThereIsNoNetwork) {
  for (const Network network : {Network::maybe, Network::none}) {
    Granted page;
    page.happen(Type::event, "first try");
    page.leave(network);
    EXPECT_THAT(page.host.kept, SizeIs(network == Network::none ? 1 : 0));
  }
}

TEST(Kept, ALaterPageSendsItAsItWas) {
  Granted page;
  page.happen(Type::event, "failed");
  page.leave(Network::none);
  ASSERT_THAT(page.host.kept, SizeIs(1));
  const auto first = read(page.host.kept[0].second);

  FakePage later;
  later.now = page.now + 1h;
  EXPECT_FALSE(later.tracker.restore(later.now, page.host.kept[0].second)) << "not without a grant";
  later.tracker.device(later.now, page.host.device);
  EXPECT_TRUE(later.tracker.restore(later.now, page.host.kept[0].second));
  ASSERT_THAT(later.host.sent, SizeIs(1));
  EXPECT_EQ(read(later.host.sent[0].second), first);
  later.answer(Slot{0}, 503);
  later.leave();
  ASSERT_THAT(later.host.kept, SizeIs(1)) << "and keeps it again";
  EXPECT_EQ(read(later.host.kept[0].second), first);
}

TEST(Kept, AWithdrawalDropsWhatAnEarlierPageKept) {
  Granted page;
  page.happen(Type::event, "failed");
  page.leave(Network::none);
  FakePage later;
  later.tracker.device(page.now, page.host.device);
  EXPECT_TRUE(later.tracker.restore(page.now, page.host.kept[0].second));
  later.answer(Slot{0}, 0);
  later.decide(kDeny);
  later.pass(24h);
  later.leave(Network::none);
  EXPECT_THAT(later.host.sent, SizeIs(1));
  EXPECT_THAT(later.host.kept, IsEmpty());
  EXPECT_EQ(later.tracker.drops().of(Drop::withdrawn), 1U);
}

TEST(Kept, WhatIsTooLongForABatchIsRefused) {
  Granted page;
  EXPECT_FALSE(page.tracker.restore(page.now, std::vector<std::byte>(kBatchBytes + 1)));
  EXPECT_FALSE(page.tracker.restore(page.now, {}));
}

}  // namespace
}  // namespace etappe::tracker
