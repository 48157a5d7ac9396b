#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "core/codec/batch.hpp"
#include "core/codec/fields.hpp"
#include "tests/core/wire.hpp"

namespace etappe::codec {
namespace {

using event::EventView;
using event::TimeMs;
using std::chrono::milliseconds;

constexpr TimeMs kBase{milliseconds(1'763'820'000'000)};

event::Uuid filled(std::uint8_t byte) {
  event::Uuid id;
  id.bytes.fill(byte);
  return id;
}

HeaderView some_header() {
  return {.site = "SITE",
          .instance = filled('i'),
          .batch = filled('b'),
          .base = kBase,
          .sent = {},
          .container = 3};
}

EventView some_view(std::string_view url) {
  EventView view;
  view.type = event::Type::view;
  view.time = kBase + milliseconds(250);
  view.url = url;
  return view;
}

std::string copy_of(std::span<const std::byte> bytes) { return std::string(text_of(bytes)); }

void expect_same(const EventView& a, const EventView& b) {
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.consent, b.consent);
  for (const auto member :
       {&EventView::url, &EventView::referrer, &EventView::title, &EventView::visitor, &EventView::session,
        &EventView::name, &EventView::funnel, &EventView::step, &EventView::value, &EventView::currency,
        &EventView::order_id, &EventView::tag, &EventView::person}) {
    EXPECT_EQ(a.*member, b.*member);
  }
  EXPECT_EQ(a.quantity, b.quantity);
  EXPECT_EQ(a.engagement_ms, b.engagement_ms);
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_EQ(a.scroll, b.scroll);
  ASSERT_EQ(a.items.size(), b.items.size());
  for (std::size_t index = 0; index < a.items.size(); ++index) {
    EXPECT_EQ(a.items[index].id, b.items[index].id);
    EXPECT_EQ(a.items[index].name, b.items[index].name);
    EXPECT_EQ(a.items[index].price, b.items[index].price);
    EXPECT_EQ(a.items[index].quantity, b.items[index].quantity);
  }
  ASSERT_EQ(a.props.size(), b.props.size());
  for (std::size_t index = 0; index < a.props.size(); ++index) {
    EXPECT_EQ(a.props[index].key, b.props[index].key);
    EXPECT_EQ(a.props[index].value, b.props[index].value);
    EXPECT_EQ(a.props[index].kind, b.props[index].kind);
  }
}

TEST(Varint, IsShortestAtEveryPowerOfTwoAndItsNeighbours) {
  for (unsigned power = 0; power < 64; ++power) {
    for (const std::uint64_t value : {(std::uint64_t{1} << power) - 1, std::uint64_t{1} << power,
                                      (std::uint64_t{1} << power) + 1, UINT64_MAX - power}) {
      std::array<std::byte, 10> room{};
      FieldWriter writer(room);
      writer.varint(value);
      const std::string written = copy_of(std::span(room).first(writer.used()));
      EXPECT_EQ(written, wire::varint(value)) << value;
      FieldReader reader(wire::as_bytes(written));
      EXPECT_EQ(reader.varint(), value);
      EXPECT_FALSE(reader.more());
      for (std::size_t size = 0; size < written.size(); ++size) {
        FieldReader cut(wire::as_bytes(std::string_view(written).substr(0, size)));
        EXPECT_EQ(cut.varint(), fail(Error::truncated)) << value;
      }
    }
  }
}

TEST(Zigzag, KeepsEverySignedNumber) {
  for (unsigned power = 0; power < 63; ++power) {
    for (const std::int64_t value : {std::int64_t{1} << power, -(std::int64_t{1} << power), INT64_MAX - power,
                                     INT64_MIN + static_cast<std::int64_t>(power)}) {
      EXPECT_EQ(unzigzag(zigzag(value)), value);
    }
  }
  EXPECT_EQ(zigzag(0), 0U);
  EXPECT_EQ(zigzag(-1), 1U);
  EXPECT_EQ(zigzag(1), 2U);
}

TEST(BatchWriter, WritesWhatTheReaderReads) {
  const event::ItemView items[] = {{.id = "sku-1", .name = "Gear motor", .price = "1299.00", .quantity = 2},
                                   {.id = "sku-2", .name = "Gear motor", .price = {}, .quantity = 0}};
  const event::PropView props[] = {{.key = "pages", .value = "12", .kind = event::PropKind::number},
                                   {.key = "b2b", .value = "true", .kind = event::PropKind::boolean},
                                   {.key = "note", .value = {}, .kind = event::PropKind::text}};
  EventView conversion = some_view("https://shop.example/danke");
  conversion.type = event::Type::conversion;
  conversion.id = filled('e');
  conversion.time = kBase - milliseconds(9000);
  conversion.consent = {consent::State::granted, consent::State::denied};
  conversion.referrer = "https://shop.example/kasse";
  conversion.title = "Danke \xE2\x80\x93 Nordwerk";
  conversion.visitor = "v-1";
  conversion.session = "s-1";
  conversion.name = "order";
  conversion.funnel = "checkout";
  conversion.step = "done";
  conversion.value = "2598.00";
  conversion.currency = "EUR";
  conversion.order_id = "A-1001";
  conversion.tag = "Order";
  conversion.quantity = 2;
  conversion.engagement_ms = UINT32_MAX;
  conversion.scroll = 100;
  conversion.person = "p-1";
  conversion.weight = event::Weight::micro;
  conversion.items = items;
  conversion.props = props;
  const EventView view = some_view("https://shop.example/danke");

  std::vector<std::byte> space(4096);
  BatchWriter writer(space);
  writer.begin(some_header());
  ASSERT_TRUE(writer.add(conversion, 1));
  ASSERT_TRUE(writer.add(view, 0x01020304));
  EXPECT_EQ(writer.event_count(), 2U);
  const auto bytes = writer.finish(kBase + milliseconds(700));
  EXPECT_LE(bytes.size(), writer.size_bound());

  auto reader = BatchReader::open(bytes);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().site, "SITE");
  EXPECT_EQ(reader->header().instance, filled('i'));
  EXPECT_EQ(reader->header().batch, filled('b'));
  EXPECT_EQ(reader->header().base, kBase);
  EXPECT_EQ(reader->header().sent, kBase + milliseconds(700));
  EXPECT_EQ(reader->header().container, 3U);
  ASSERT_EQ(reader->event_count(), 2U);
  Lists lists;
  const auto first = reader->next(lists);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, filled('e'));
  expect_same(*first, conversion);
  const auto second = reader->next(lists);
  ASSERT_TRUE(second);
  expect_same(*second, view);
  EXPECT_EQ((std::vector<int>(second->id.bytes.begin() + 11, second->id.bytes.end())),
            (std::vector<int>{'i', 1, 2, 3, 4}));
}

TEST(BatchWriter, StoresATextOnceHoweverOftenItOccurs) {
  const std::string url = "https://shop.example/" + std::string(200, 'p');
  std::vector<std::byte> space(16384);
  BatchWriter writer(space);
  writer.begin(some_header());
  ASSERT_TRUE(writer.add(some_view(url), 0));
  const std::size_t one = writer.finish(kBase).size();
  for (std::uint32_t seq = 1; seq < 50; ++seq) ASSERT_TRUE(writer.add(some_view(url), seq));
  const std::string bytes = copy_of(writer.finish(kBase));
  EXPECT_LE(bytes.size(), one + 49 * 12);
  EXPECT_EQ(bytes.find(url), bytes.rfind(url));
}

TEST(BatchWriter, CanBeFinishedAgainLaterAndAddedTo) {
  std::vector<std::byte> space(4096);
  BatchWriter writer(space);
  writer.begin(some_header());
  ASSERT_TRUE(writer.add(some_view("https://a/1"), 1));
  const std::string first = copy_of(writer.finish(kBase));
  const std::string later = copy_of(writer.finish(kBase + std::chrono::hours(1)));
  EXPECT_NE(first, later);
  EXPECT_EQ(copy_of(writer.finish(kBase)), first);
  ASSERT_TRUE(writer.add(some_view("https://a/2"), 2));
  auto reader = BatchReader::open(writer.finish(kBase));
  ASSERT_TRUE(reader);
  Lists lists;
  EXPECT_EQ(reader->next(lists)->url, "https://a/1");
  EXPECT_EQ(reader->next(lists)->url, "https://a/2");
  EXPECT_FALSE(reader->more());
}

TEST(BatchWriter, BeginsAnewWithNothingOfTheBatchBefore) {
  std::vector<std::byte> space(4096);
  BatchWriter writer(space);
  writer.begin(some_header());
  ASSERT_TRUE(writer.add(some_view("https://a/secret"), 1));
  writer.begin({.site = "OTHER", .instance = {}, .batch = {}, .base = kBase, .sent = {}});
  const std::string bytes = copy_of(writer.finish(kBase));
  EXPECT_EQ(bytes.find("secret"), std::string::npos);
  const auto reader = BatchReader::open(wire::as_bytes(bytes));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().site, "OTHER");
  EXPECT_EQ(reader->event_count(), 0U);
}

/// Events that differ in everything, so that each brings texts into the table.
EventView different(std::uint32_t number, std::deque<std::string>& texts) {
  EventView view = some_view(texts.emplace_back("https://shop.example/page/" + std::to_string(number)));
  view.title = texts.emplace_back("Title " + std::to_string(number));
  view.referrer = texts.emplace_back("https://shop.example/page/" + std::to_string(number / 2));
  return view;
}

TEST(BatchWriter, LeavesTheBatchAsItWasWhenAnEventDoesNotFit) {
  for (std::size_t size = BatchWriter::kHeaderRoom; size < BatchWriter::kHeaderRoom + 700; ++size) {
    std::deque<std::string> texts;
    std::vector<std::byte> space(size);
    BatchWriter writer(space);
    writer.begin(some_header());
    std::uint32_t added = 0;
    std::string before = copy_of(writer.finish(kBase));
    while (writer.add(different(added, texts), added)) {
      ++added;
      before = copy_of(writer.finish(kBase));
      ASSERT_LT(added, 100U);
    }
    EXPECT_EQ(writer.event_count(), added);
    EXPECT_EQ(copy_of(writer.finish(kBase)), before) << size;
    EXPECT_LE(writer.size_bound(), size);
    auto reader = BatchReader::open(wire::as_bytes(before));
    ASSERT_TRUE(reader) << size;
    Lists lists;
    for (std::uint32_t number = 0; number < added; ++number) {
      const auto event = reader->next(lists);
      ASSERT_TRUE(event);
      expect_same(*event, different(number, texts));
    }
    EXPECT_FALSE(reader->more());
  }
}

TEST(BatchWriter, RefusesWhereNotEvenAHeaderFits) {
  std::vector<std::byte> space(BatchWriter::kHeaderRoom - 1);
  BatchWriter writer(space);
  writer.begin(some_header());
  EXPECT_EQ(writer.add(some_view("https://a/"), 1), fail(Error::no_space));
  EXPECT_TRUE(writer.finish(kBase).empty());
}

TEST(BatchWriter, HoldsAtMostFiveHundredEvents) {
  std::vector<std::byte> space(kMaxBatchBytes);
  BatchWriter writer(space);
  writer.begin(some_header());
  for (std::uint32_t seq = 0; seq < 500; ++seq) ASSERT_TRUE(writer.add(some_view("https://a/"), seq));
  EXPECT_EQ(writer.add(some_view("https://a/"), 500), fail(Error::too_many_events));
  const auto reader = BatchReader::open(writer.finish(kBase));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->event_count(), 500U);
}

TEST(BatchWriter, GoesOnWithoutTheTableWhenItIsFull) {
  std::vector<std::byte> space(kMaxBatchBytes);
  BatchWriter writer(space);
  writer.begin(some_header());
  std::deque<std::string> texts;
  for (std::uint32_t number = 0; number < 400; ++number) {
    EventView view = some_view(texts.emplace_back("https://a/" + std::to_string(number)));
    view.title = texts.emplace_back("t" + std::to_string(number));
    view.name = texts.emplace_back("n" + std::to_string(number));
    ASSERT_TRUE(writer.add(view, number));
  }
  auto reader = BatchReader::open(writer.finish(kBase));
  ASSERT_TRUE(reader);
  Lists lists;
  for (std::uint32_t number = 0; number < 400; ++number) {
    const auto event = reader->next(lists);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->name, "n" + std::to_string(number));
    EXPECT_EQ(event->url, "https://a/" + std::to_string(number));
  }
}

TEST(BatchWriter, NeverMakesABatchThatIsTooLarge) {
  std::vector<std::byte> space(4 * kMaxBatchBytes);
  BatchWriter writer(space);
  writer.begin(some_header());
  std::string text(900, 'x');
  std::uint32_t added = 0;
  for (;; ++added) {
    text.replace(0, 3, std::to_string(100 + added));
    const event::PropView props[] = {{.key = "k", .value = text}};
    EventView view = some_view("https://a/");
    view.props = props;
    if (!writer.add(view, added)) break;
  }
  const auto bytes = writer.finish(kBase);
  EXPECT_LE(bytes.size(), kMaxBatchBytes);
  EXPECT_GT(bytes.size(), kMaxBatchBytes - 1200);
  EXPECT_TRUE(BatchReader::open(bytes));
}

TEST(BatchWriter, TheLongestHeaderFillsItsRoomAndNoMore) {
  std::vector<std::byte> space(kMaxBatchBytes);
  BatchWriter writer(space);
  writer.begin(
      {.site = std::string_view("0123456789012345678901234567890123456789012345678901234567890123456789"),
       .instance = filled(255),
       .batch = filled(255),
       .base = event::kMaxTime,
       .sent = {},
       .container = UINT64_MAX});
  const auto bytes = writer.finish(event::kMinTime);
  ASSERT_LE(bytes.size(), BatchWriter::kHeaderRoom);
  const auto reader = BatchReader::open(bytes);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().site.size(), kMaxSiteBytes);
  EXPECT_EQ(reader->header().sent, event::kMinTime);
  EXPECT_EQ(reader->header().container, UINT64_MAX);
}

}  // namespace
}  // namespace etappe::codec
