#include "core/event/event.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace etappe::event {
namespace {

using std::chrono::milliseconds;

Uuid some_id() {
  Uuid id;
  id.bytes.fill(0x42);
  return id;
}

/// The least an event of that type needs.
EventView least(Type type) {
  EventView event;
  event.id = some_id();
  event.type = type;
  event.time = TimeMs(milliseconds(1'763'820'000'000));
  switch (type) {
    case Type::view: event.url = "https://shop.example/"; break;
    case Type::click:
    case Type::impression:
    case Type::conversion:
    case Type::event: event.name = "n"; break;
    case Type::step: event.funnel = "checkout", event.step = "cart"; break;
    case Type::identify: event.person = "p"; break;
    default: break;
  }
  return event;
}

constexpr Type kTypes[] = {Type::view,  Type::click,    Type::impression, Type::step,       Type::conversion,
                           Type::event, Type::identify, Type::consent,    Type::engagement, Type::error};

/// The defect of an event, or nothing.
std::optional<Defect> defect_of(const EventView& event) {
  const auto result = check(event);
  if (result) return std::nullopt;
  return result.error();
}

TEST(EventType, HasANameThatLeadsBackToIt) {
  for (const Type type : kTypes) {
    EXPECT_FALSE(name_of(type).empty());
    EXPECT_EQ(type_named(name_of(type)), type);
  }
  EXPECT_EQ(name_of(Type::view), "view");
  EXPECT_EQ(name_of(Type::tag), "tag");
}

TEST(EventType, OutsideTheEnumerationThereIsNoName) {
  for (const int number : {0, 12, 255}) EXPECT_EQ(name_of(static_cast<Type>(number)), "");
  EXPECT_EQ(type_named(""), std::nullopt);
  EXPECT_EQ(type_named("View"), std::nullopt);
  EXPECT_EQ(type_named("pageview"), std::nullopt);
}

TEST(EventCheck, TakesTheLeastThatEveryTypeNeeds) {
  for (const Type type : kTypes) EXPECT_EQ(defect_of(least(type)), std::nullopt) << name_of(type);
}

struct DefectCase {
  std::string_view what;
  Type type;
  std::function<void(EventView&)> spoil;
  std::optional<Defect> defect;
};

TEST(EventCheck, NamesWhatATypeIsMissing) {
  const DefectCase cases[] = {
      {"view without url", Type::view, [](EventView& e) { e.url = {}; }, Defect::missing_url},
      {"click without name", Type::click, [](EventView& e) { e.name = {}; }, Defect::missing_name},
      {"impression without name", Type::impression, [](EventView& e) { e.name = {}; }, Defect::missing_name},
      {"conversion without name", Type::conversion, [](EventView& e) { e.name = {}; }, Defect::missing_name},
      {"event without name", Type::event, [](EventView& e) { e.name = {}; }, Defect::missing_name},
      {"step without funnel", Type::step, [](EventView& e) { e.funnel = {}; }, Defect::missing_step},
      {"step without step", Type::step, [](EventView& e) { e.step = {}; }, Defect::missing_step},
      {"identify without person", Type::identify, [](EventView& e) { e.person = {}; },
       Defect::missing_person},
      {"nil id", Type::view, [](EventView& e) { e.id = {}; }, Defect::missing_id},
      {"type 0", Type::view, [](EventView& e) { e.type = static_cast<Type>(0); }, Defect::bad_type},
      {"type 12", Type::view, [](EventView& e) { e.type = static_cast<Type>(12); }, Defect::bad_type},
  };
  for (const DefectCase& c : cases) {
    EventView event = least(c.type);
    c.spoil(event);
    EXPECT_EQ(defect_of(event), c.defect) << c.what;
  }
}

TEST(EventCheck, AcceptsTimesFrom1970ToTheEndOf2199) {
  EventView event = least(Type::view);
  for (const auto& [time, good] : {std::pair{kMinTime, true},
                                   {kMinTime - milliseconds(1), false},
                                   {kMaxTime, true},
                                   {kMaxTime + milliseconds(1), false},
                                   {TimeMs::min(), false},
                                   {TimeMs::max(), false}}) {
    event.time = time;
    EXPECT_EQ(defect_of(event), good ? std::nullopt : std::optional(Defect::bad_time));
  }
}

TEST(EventCheck, WantsAbsoluteHttpAddresses) {
  EventView event = least(Type::view);
  for (const std::string_view good : {"http://a", "https://a/b?c#d", "HTTPS://A", "hTTp://[::1]:80/"}) {
    event.url = good;
    EXPECT_EQ(defect_of(event), std::nullopt) << good;
  }
  for (const std::string_view bad :
       {"/path", "h", "http", "https", "http:", "http://", "https://", "httpss://a", "ftp://a",
        "javascript:alert(1)", "data:text/html,x", " https://a"}) {
    event.url = bad;
    EXPECT_EQ(defect_of(event), Defect::bad_url) << bad;
  }
}

TEST(EventCheck, LetsAReferrerBeWhateverThePageSaw) {
  EventView event = least(Type::view);
  event.referrer = "android-app://com.google.android.gm/";
  EXPECT_EQ(defect_of(event), std::nullopt);
}

TEST(EventCheck, WantsMoneyAsDecimalTextAndCurrenciesAsThreeCapitals) {
  EventView event = least(Type::conversion);
  event.value = "1e5";
  EXPECT_EQ(defect_of(event), Defect::bad_value);
  event.value = "129.90";
  for (const std::string_view bad : {"eur", "EU", "EURO", "E R", "EU1"}) {
    event.currency = bad;
    EXPECT_EQ(defect_of(event), Defect::bad_currency) << bad;
  }
  event.currency = "EUR";
  const ItemView bad_price[] = {{.id = "a", .name = {}, .price = "1,50"}};
  event.items = bad_price;
  EXPECT_EQ(defect_of(event), Defect::bad_value);
  const ItemView good_price[] = {{.id = "a", .name = {}, .price = "1.50"}};
  event.items = good_price;
  EXPECT_EQ(defect_of(event), std::nullopt);
}

struct TextField {
  std::string_view what;
  std::size_t limit;
  std::function<void(EventView&, std::string_view)> set;
};

class EventTexts : public testing::Test {
 protected:
  ItemView item_{.id = "i", .name = {}, .price = {}};
  PropView prop_{.key = "k", .value = "v"};
  const TextField fields_[15] = {
      {"url", 4096, [](EventView& e, std::string_view t) { e.url = t; }},
      {"referrer", 4096, [](EventView& e, std::string_view t) { e.referrer = t; }},
      {"title", 512, [](EventView& e, std::string_view t) { e.title = t; }},
      {"visitor", 64, [](EventView& e, std::string_view t) { e.visitor = t; }},
      {"session", 64, [](EventView& e, std::string_view t) { e.session = t; }},
      {"person", 64, [](EventView& e, std::string_view t) { e.person = t; }},
      {"name", 128, [](EventView& e, std::string_view t) { e.name = t; }},
      {"funnel", 128, [](EventView& e, std::string_view t) { e.funnel = t; }},
      {"step", 128, [](EventView& e, std::string_view t) { e.step = t; }},
      {"order_id", 64, [](EventView& e, std::string_view t) { e.order_id = t; }},
      {"tag", 128, [](EventView& e, std::string_view t) { e.tag = t; }},
      {"item id", 128,
       [this](EventView& e, std::string_view t) {
         item_.id = t, e.items = {&item_, 1};
       }},
      {"item name", 128,
       [this](EventView& e, std::string_view t) {
         item_.name = t, e.items = {&item_, 1};
       }},
      {"prop key", 128,
       [this](EventView& e, std::string_view t) {
         prop_.key = t, e.props = {&prop_, 1};
       }},
      {"prop value", 1024,
       [this](EventView& e, std::string_view t) {
         prop_.value = t, e.props = {&prop_, 1};
       }},
  };
};

TEST_F(EventTexts, MayBeAsLongAsTheirLimitAndNotOneByteLonger) {
  for (const TextField& field : fields_) {
    for (const std::size_t length : {field.limit - 1, field.limit, field.limit + 1}) {
      const std::string text = "https://a/" + std::string(length - 10, 'x');
      EventView event = least(Type::consent);
      item_ = {.id = "i", .name = {}, .price = {}};
      prop_ = {.key = "k", .value = "v"};
      field.set(event, text);
      EXPECT_EQ(defect_of(event), length > field.limit ? std::optional(Defect::text_too_long) : std::nullopt)
          << field.what << ' ' << length;
    }
  }
}

TEST_F(EventTexts, AreUtf8InEveryField) {
  for (const TextField& field : fields_) {
    EventView event = least(Type::consent);
    item_ = {.id = "i", .name = {}, .price = {}};
    prop_ = {.key = "k", .value = "v"};
    field.set(event, "https://a/\xC3");
    EXPECT_EQ(defect_of(event), Defect::bad_utf8) << field.what;
  }
}

TEST(EventCheck, CountsPropertiesAndItems) {
  EventView event = least(Type::event);
  const std::vector<PropView> props(kMaxProps + 1, PropView{.key = "k", .value = "v"});
  const std::vector<ItemView> items(kMaxItems + 1, ItemView{.id = "i", .name = {}, .price = {}});
  event.props = std::span(props).first(kMaxProps);
  event.items = std::span(items).first(kMaxItems);
  EXPECT_EQ(defect_of(event), std::nullopt);
  event.props = props;
  EXPECT_EQ(defect_of(event), Defect::too_many_props);
  event.props = {};
  event.items = items;
  EXPECT_EQ(defect_of(event), Defect::too_many_items);
}

TEST(EventCheck, BoundsAllTextsOfAnEventTogether) {
  const std::string value(kMaxPropBytes, 'v');
  std::vector<PropView> props(kMaxEventTextBytes / kMaxPropBytes, PropView{.key = {}, .value = value});
  EventView event = least(Type::consent);
  event.props = props;
  EXPECT_EQ(defect_of(event), std::nullopt);
  props.push_back({.key = {}, .value = "v"});
  event.props = props;
  EXPECT_EQ(defect_of(event), Defect::event_too_large);
}

TEST(Defects, HaveNamesOfTheirOwn) {
  std::vector<std::string_view> names;
  for (int number = 0; number <= static_cast<int>(Defect::event_too_large); ++number) {
    names.push_back(name_of(static_cast<Defect>(number)));
    EXPECT_FALSE(names.back().empty()) << number;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace etappe::event
