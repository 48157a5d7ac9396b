// Calls of the loader as they lie in the scratch buffer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <string>

#include "wasm/abi/call.hpp"

namespace etappe::abi {
namespace {

std::string field(Field number, std::string_view text) {
  std::string bytes{static_cast<char>(number), static_cast<char>(text.size() & 0xFFU),
                    static_cast<char>(text.size() >> 8U)};
  return bytes.append(text);
}

bool read(CallReader& reader, std::string_view bytes) {
  return reader.read(std::as_bytes(std::span(bytes)), event::Type::event);
}

TEST(Call, HoldsAnEventWithItsLists) {
  CallReader reader;
  const std::string bytes =
      field(Field::name, "order") + field(Field::value, "129.90") + field(Field::quantity, "3") +
      field(Field::prop_key, "place") + field(Field::prop_text, "hero") + field(Field::prop_key, "n") +
      field(Field::prop_number, "3.5") + field(Field::prop_key, "b") + field(Field::prop_boolean, "true") +
      field(Field::item_id, "nx") + field(Field::item_quantity, "2") + field(Field::item_id, "mc") +
      field(Field::item_price, "9.5") + field(Field::data_layer, "a") + field(Field::data_layer, "");
  ASSERT_TRUE(read(reader, bytes));
  const auto call = reader.call();
  EXPECT_EQ(call.event.type, event::Type::event);
  EXPECT_EQ(call.event.name, "order");
  EXPECT_EQ(call.event.value, "129.90");
  EXPECT_EQ(call.event.quantity, 3U);
  ASSERT_EQ(call.props.size(), 3U);
  EXPECT_EQ(call.props[0].value, "hero");
  EXPECT_EQ(call.props[1].kind, event::PropKind::number);
  EXPECT_EQ(call.props[2].kind, event::PropKind::boolean);
  ASSERT_EQ(call.items.size(), 2U);
  EXPECT_EQ(call.items[0].quantity, 2U);
  EXPECT_EQ(call.items[1].price, "9.5");
  ASSERT_EQ(call.data_layer.size(), 2U);
  EXPECT_EQ(call.data_layer[0], "a");
}

TEST(Call, NothingOfTheCallBeforeIsLeftBehind) {
  CallReader reader;
  ASSERT_TRUE(read(reader, field(Field::name, "order") + field(Field::prop_key, "k") +
                               field(Field::prop_text, "v") + field(Field::item_id, "i") +
                               field(Field::data_layer, "d")));
  ASSERT_TRUE(read(reader, ""));
  const auto call = reader.call();
  EXPECT_EQ(call.event.name, "");
  EXPECT_TRUE(call.props.empty());
  EXPECT_TRUE(call.items.empty());
  EXPECT_TRUE(call.data_layer.empty());
}

TEST(Call, IsRefusedWhereverItIsCut) {
  CallReader reader;
  const std::string bytes = field(Field::name, "order");
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(read(reader, std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_TRUE(read(reader, bytes));
}

TEST(Call, UnknownFieldsArePassedOver) {
  CallReader reader;
  const std::string bytes = field(static_cast<Field>(200), "later") + field(Field::name, "order");
  ASSERT_TRUE(read(reader, bytes));
  EXPECT_EQ(reader.call().event.name, "order");
}

TEST(Call, ATextLongerThanTheWireAllowsIsCutBehindAWholeCharacter) {
  CallReader reader;
  const std::string name = std::string(127, 'n') + "ä";
  const std::string value = std::string(1023, 'v') + "ä";
  const std::string bytes = field(Field::name, name) + field(Field::prop_key, name) +
                            field(Field::prop_text, value) + field(Field::item_id, name) +
                            field(Field::item_name, name) + field(Field::funnel, name) +
                            field(Field::step, name);
  ASSERT_TRUE(read(reader, bytes));
  const auto call = reader.call();
  for (const std::string_view text : {call.event.name, call.props[0].key, call.items[0].id,
                                      call.items[0].name, call.event.funnel, call.event.step}) {
    EXPECT_EQ(text, std::string(127, 'n'));
  }
  EXPECT_EQ(call.props[0].value, std::string(1023, 'v'));
}

TEST(Call, HoldsAsManyAsTheEventMayHaveAndSaysThatTheRestWasCut) {
  struct {
    Field begins;
    std::size_t limit;
  } const kLists[] = {{Field::prop_key, event::kMaxProps},
                      {Field::item_id, event::kMaxItems},
                      {Field::data_layer, kMaxPaths}};
  for (const auto& [begins, limit] : kLists) {
    CallReader reader;
    std::string bytes;
    for (std::size_t i = 0; i < limit; ++i) {
      bytes += field(begins, "x");
    }
    EXPECT_TRUE(read(reader, bytes));
    EXPECT_FALSE(reader.cut());
    EXPECT_TRUE(read(reader, bytes + field(begins, "one more") + field(Field::name, "order")));
    EXPECT_TRUE(reader.cut());
    const auto call = reader.call();
    EXPECT_EQ(std::max({call.props.size(), call.items.size(), call.data_layer.size()}), limit);
    EXPECT_EQ(call.event.name, "order");
  }
}

TEST(Call, AValueWithoutItsPropertyOrItemIsRefused) {
  for (const Field value : {Field::prop_text, Field::prop_number, Field::prop_boolean, Field::item_name,
                            Field::item_price, Field::item_quantity}) {
    CallReader reader;
    EXPECT_FALSE(read(reader, field(value, "x")));
  }
}

TEST(Call, ACountIsAtMostNineDigits) {
  EXPECT_EQ(tracker::read_count("0"), 0U);
  EXPECT_EQ(tracker::read_count("999999999"), 999'999'999U);
  for (const char* bad : {"", "1000000000", "-1", "1.5", "x", " 1"}) {
    EXPECT_EQ(tracker::read_count(bad), 0U) << bad;
  }
}

}  // namespace
}  // namespace etappe::abi
