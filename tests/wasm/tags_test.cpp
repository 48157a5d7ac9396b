// Conversions that a container's tags record: when they fire, how often, and with what.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/wasm/fake_page.hpp"

namespace etappe::tracker {
namespace {

using event::Type;
using testing::ElementsAre;
using testing::IsEmpty;

struct Tag {
  std::string name;
  rules::Occasion occasion;
  std::string event;  ///< for Occasion::event
  rules::Repeat repeat = rules::Repeat::every_time;
  bool needs_marketing = false;
  bool order = false;  ///< value and order number from the data layer
  bool step = false;   ///< a step in place of a conversion: funnel and step from the same two paths
};

/// A compiled container by docs/container-format.md: one trigger per tag, without conditions. The data layer
/// paths are `value` and `order`, in this order.
class Container {
 public:
  explicit Container(const std::vector<Tag>& tags) {
    std::string tables;
    std::string texts;
    const auto u16 = [](std::size_t value) {
      return std::string{static_cast<char>(value & 0xFFU), static_cast<char>(value >> 8U)};
    };
    const auto text = [&](std::string_view value) {
      texts += value;
      return u16(texts.size() - value.size()) + u16(value.size());
    };
    const std::string none = u16(0xFFFF);
    for (const char* path : {"value", "order"}) {
      tables += std::string{3, 0} + text(path);
    }
    for (const Tag& tag : tags) {
      tables += std::string{static_cast<char>(tag.occasion), 0} + text(tag.event) + u16(0);
    }
    for (const Tag& tag : tags) {
      const std::string parameters = tag.step    ? u16(0) + u16(1) + none + none
                                     : tag.order ? u16(0) + none + none + u16(1)
                                                 : none + none + none + none;
      tables += text(tag.name) + text(tag.step ? "" : tag.name) + parameters;
      tables += std::string{0, static_cast<char>(tag.repeat), static_cast<char>(tag.needs_marketing ? 3 : 1),
                            static_cast<char>(tag.step)};
      tables += u16(1) + u16(0);
    }
    for (std::size_t i = 0; i < tags.size(); ++i) {
      tables += u16(i);
    }
    const std::string head{'\xE7', '\xC7', 1, 0, 7, 0, 0, 0};
    bytes_ = head + u16(2) + u16(tags.size()) + u16(0) + u16(tags.size()) + u16(tags.size()) +
             u16(texts.size()) + tables + texts;
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::as_bytes(std::span(bytes_)); }

 private:
  std::string bytes_;
};

/// A page whose container is loaded.
struct Tagged {
  explicit Tagged(const std::vector<Tag>& tags) : container(tags) {
    EXPECT_TRUE(rules::ContainerView::open(container.bytes()));
    page.tracker.load_container(container.bytes());
  }
  /// Pushes `{event: name}` with values of the two paths.
  void push(std::string_view name, std::string_view value = {}, std::string_view order = {}) {
    const std::array<std::string_view, 2> values{value, order};
    CallView call;
    call.event.name = name;
    call.data_layer = values;
    page.tracker.push(page.now, call);
  }
  std::vector<std::string> conversions() {
    std::vector<std::string> names;
    for (const SentEvent& event : page.delivered()) {
      if (event.type == Type::conversion) {
        names.push_back(event.name);
      }
    }
    return names;
  }
  Container container;
  FakePage page;
};

constexpr auto kView = rules::Occasion::page_view;
constexpr auto kEvent = rules::Occasion::event;

TEST(Tags, APageViewTagFiresWithTheViewThatAGrantCounts) {
  Tagged site({{"visit", kView, ""}});
  site.page.view();
  EXPECT_THAT(site.conversions(), IsEmpty());
  site.page.decide(kGrant);
  EXPECT_THAT(site.page.types(), ElementsAre(Type::view, Type::conversion, Type::consent));
}

TEST(Tags, ADataLayerEventFiresAndIsNotRecordedItself) {
  Tagged site({{"order", kEvent, "purchase", {}, false, true}});
  site.page.view();
  site.page.decide(kGrant);
  site.page.delivered();
  site.push("add_to_cart", "1");
  site.push("purchase", "129.90", "A-1001");
  const auto events = site.page.delivered();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, Type::conversion);
  EXPECT_EQ(events[0].value, "129.90");
  EXPECT_EQ(events[0].order_id, "A-1001");
  EXPECT_EQ(events[0].tag, "order");
  EXPECT_EQ(events[0].url, "https://nordwerk.example/");
}

TEST(Tags, AnEventOfThePageFiresAndIsRecordedToo) {
  Tagged site({{"lead", kEvent, "sent"}});
  site.page.view();
  site.page.decide(kGrant);
  site.page.delivered();
  site.page.happen(Type::event, "sent");
  EXPECT_THAT(site.page.types(), ElementsAre(Type::event, Type::conversion));
}

TEST(Tags, AClickOrConversionOfThePageOfThatNameDoesNotFire) {
  Tagged site({{"lead", kEvent, "sent"}});
  site.page.view();
  site.page.decide(kGrant);
  site.page.happen(Type::click, "sent");
  site.page.happen(Type::conversion, "sent");
  EXPECT_THAT(site.conversions(), ElementsAre("sent"));
}

TEST(Tags, BeforeAGrantNothingFiresThenOrLater) {
  Tagged site({{"order", kEvent, "purchase"}});
  site.page.view();
  site.push("purchase");
  site.page.decide(kGrant);
  EXPECT_THAT(site.conversions(), IsEmpty());
}

TEST(Tags, ATagThatNeedsMarketingWaitsForItOnThePageAndFiresOnce) {
  Tagged site({{"visit", kView, ""}, {"ad", kView, "", rules::Repeat::every_time, true}});
  site.page.view();
  site.page.decide(kGrant);
  EXPECT_THAT(site.conversions(), ElementsAre("visit"));
  site.page.decide(kGrantAll);
  EXPECT_THAT(site.conversions(), ElementsAre("ad"));
  site.page.decide({consent::State::granted, consent::State::denied});
  site.page.decide(kGrantAll);
  EXPECT_THAT(site.conversions(), ElementsAre("ad")) << "a tag held anew fires anew";
}

TEST(Tags, OncePerPageIsForgottenWithThePage) {
  Tagged site({{"order", kEvent, "purchase", rules::Repeat::once_per_page}});
  site.page.view();
  site.page.decide(kGrant);
  site.push("purchase");
  site.push("purchase");
  EXPECT_THAT(site.conversions(), ElementsAre("order"));
  site.page.view("https://nordwerk.example/b");
  site.push("purchase");
  EXPECT_THAT(site.conversions(), ElementsAre("order"));
}

TEST(Tags, OncePerSessionOutlivesThePageAndEndsWithTheSession) {
  const std::vector<Tag> tags{{"visit", kView, "", rules::Repeat::once_per_session}};
  Tagged first(tags);
  first.page.view();
  first.page.decide(kGrant);
  first.page.view("https://nordwerk.example/b");
  EXPECT_THAT(first.conversions(), ElementsAre("visit"));

  Tagged second(tags);
  second.page.now = first.page.now + 10min;
  second.page.tracker.device(second.page.now, first.page.host.device);
  second.page.view();
  EXPECT_THAT(second.conversions(), IsEmpty());
  second.page.now += 31min;
  second.page.view();
  EXPECT_THAT(second.conversions(), ElementsAre("visit"));
}

TEST(Tags, OncePerSessionIsRememberedForTheLastThirtyTwoTags) {
  std::vector<Tag> tags;
  for (int i = 0; i < 33; ++i) {
    tags.push_back(
        {"tag " + std::to_string(i), kEvent, "e" + std::to_string(i), rules::Repeat::once_per_session});
  }
  Tagged site(tags);
  site.page.view();
  site.page.decide(kGrant);
  for (int i = 0; i < 33; ++i) {
    site.push("e" + std::to_string(i));
  }
  EXPECT_EQ(site.conversions().size(), 33U);
  site.push("e32");
  site.push("e1");
  EXPECT_THAT(site.conversions(), IsEmpty());
  site.push("e0");
  EXPECT_THAT(site.conversions(), ElementsAre("tag 0"));

  FakePage reader;
  reader.tracker.device(site.page.now, site.page.host.device);
  EXPECT_EQ(reader.tracker.consent(), kGrant) << "the longest text of the device can be read back";
}

TEST(Tags, AValueThatIsNoNumberIsLeftOutAndCounted) {
  Tagged site({{"order", kEvent, "purchase", {}, false, true}});
  site.page.view();
  site.page.decide(kGrant);
  site.page.delivered();
  site.push("purchase", "1.299,00 €", "A-1");
  const auto events = site.page.delivered();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].value, "");
  EXPECT_EQ(events[0].order_id, "A-1");
  EXPECT_EQ(site.page.tracker.drops().of(Drop::bad_value), 1U);
}

TEST(Tags, AStepTagRecordsAStepWithTheTagsName) {
  Tagged site({{.name = "Cart", .occasion = kEvent, .event = "cart", .step = true}});
  site.page.view();
  site.page.decide(kGrant);
  site.page.delivered();
  site.push("cart", "checkout", "Warenkorb");
  site.push("cart", "", "Warenkorb");
  site.push("cart", "checkout", "");
  site.push("cart", "checkout", std::string(127, 's') + "ä");
  const auto events = site.page.delivered();
  ASSERT_EQ(events.size(), 2U) << "a step without its funnel or name is not recorded";
  EXPECT_EQ(events[0].type, Type::step);
  EXPECT_EQ(events[0].funnel, "checkout");
  EXPECT_EQ(events[0].step, "Warenkorb");
  EXPECT_EQ(events[0].tag, "Cart");
  EXPECT_EQ(events[0].name, "");
  EXPECT_EQ(events[1].step, std::string(127, 's')) << "cut at a whole character";
}

TEST(Tags, TheLoaderLearnsThePathsOfTheContainer) {
  Tagged site({{"order", kEvent, "purchase", {}, false, true}});
  EXPECT_EQ(site.page.tracker.data_layer_path(0), "value");
  EXPECT_EQ(site.page.tracker.data_layer_path(1), "order");
  EXPECT_EQ(site.page.tracker.data_layer_path(2), "");
}

}  // namespace
}  // namespace etappe::tracker
