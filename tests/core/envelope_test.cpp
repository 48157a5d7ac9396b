#include "core/codec/envelope.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/wire.hpp"

namespace etappe::codec {
namespace {

using namespace etappe::wire;
using event::TimeMs;
using std::chrono::milliseconds;

constexpr TimeMs kReceived{milliseconds(1'763'820'000'000)};

EnvelopeView some_envelope() {
  EnvelopeView envelope;
  envelope.received_at = kReceived;
  envelope.client_time = kReceived + std::chrono::hours(5);
  envelope.site = "SITE";
  envelope.link = Link::linked;
  envelope.user_agent = "Mozilla/5.0";
  envelope.event.id.bytes.fill('e');
  envelope.event.type = event::Type::view;
  envelope.event.time = kReceived - milliseconds(40);
  envelope.event.url = "https://shop.example/";
  envelope.event.visitor = "v";
  envelope.event.consent.analytics = consent::State::granted;
  return envelope;
}

std::string written(const EnvelopeView& envelope) {
  std::string bytes(kMaxEnvelopeBytes, '\0');
  const auto size = write_envelope(envelope, std::as_writable_bytes(std::span(bytes)));
  EXPECT_TRUE(size);
  bytes.resize(size.value_or(0));
  return bytes;
}

TEST(Envelope, ReadsWhatWasWritten) {
  const event::ItemView items[] = {{.id = "sku", .name = "Gear", .price = "9.50", .quantity = 3}};
  const event::PropView props[] = {{.key = "k", .value = "v", .kind = event::PropKind::text}};
  EnvelopeView envelope = some_envelope();
  envelope.event.scroll = 80;
  envelope.page.bytes.fill('p');
  envelope.region = "DE-BY";
  envelope.event.person = "p";
  envelope.event.items = items;
  envelope.event.props = props;
  const std::string bytes = written(envelope);
  Lists lists;
  const auto read = read_envelope(as_bytes(bytes), lists);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->received_at, envelope.received_at);
  EXPECT_EQ(read->client_time, envelope.client_time);
  EXPECT_EQ(read->site, "SITE");
  EXPECT_EQ(read->link, Link::linked);
  EXPECT_EQ(read->user_agent, "Mozilla/5.0");
  EXPECT_EQ(read->page, envelope.page);
  EXPECT_EQ(read->region, "DE-BY");
  EXPECT_EQ(read->event.id, envelope.event.id);
  EXPECT_EQ(read->event.type, event::Type::view);
  EXPECT_EQ(read->event.time, envelope.event.time);
  EXPECT_EQ(read->event.url, "https://shop.example/");
  EXPECT_EQ(read->event.visitor, "v");
  EXPECT_EQ(read->event.scroll, 80);
  EXPECT_EQ(read->event.person, "p");
  EXPECT_EQ(read->event.consent, envelope.event.consent);
  ASSERT_EQ(read->event.items.size(), 1U);
  EXPECT_EQ(read->event.items[0].price, "9.50");
  ASSERT_EQ(read->event.props.size(), 1U);
  EXPECT_EQ(read->event.props[0].value, "v");
}

TEST(Envelope, RefusesEveryBeginning) {
  const std::string bytes = written(some_envelope());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<char> prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    Lists lists;
    const auto read = read_envelope(std::as_bytes(std::span(prefix)), lists);
    ASSERT_FALSE(read) << size;
    EXPECT_TRUE(read.error() == Error::truncated || read.error() == Error::missing_field) << size;
  }
}

TEST(Envelope, IsNotWrittenWhereItDoesNotFit) {
  const std::string bytes = written(some_envelope());
  for (std::size_t room = 0; room < bytes.size(); ++room) {
    std::vector<std::byte> out(room);
    EXPECT_EQ(write_envelope(some_envelope(), out), fail(Error::no_space)) << room;
  }
  std::vector<std::byte> out(bytes.size());
  EXPECT_EQ(write_envelope(some_envelope(), out), bytes.size());
}

TEST(Envelope, HoldsTheLargestEventThatTheCheckLetsPass) {
  const std::string value(663, 'v');
  const std::string key(100, 'k');
  const std::vector<event::PropView> props(event::kMaxProps, {.key = key, .value = value});
  const std::vector<event::ItemView> items(event::kMaxItems,
                                           {.id = "1", .name = {}, .price = "1", .quantity = 2});
  const std::string agent(8192, 'a');
  EnvelopeView envelope = some_envelope();
  envelope.event.props = props;
  envelope.event.items = items;
  envelope.user_agent = agent;
  ASSERT_TRUE(event::check(envelope.event));
  EXPECT_GT(written(envelope).size(), event::kMaxEventTextBytes);
}

std::string spelled(std::string_view event_fields, std::string_view more = {}) {
  return "\x01" + signed_number(1, 5) + signed_number(2, 6) + bytes(3, "S") + number(4, 0) +
         std::string(more) + bytes(6, event_fields);
}

std::string result_of(const std::string& bytes_of_envelope) {
  Lists lists;
  const auto read = read_envelope(as_bytes(bytes_of_envelope), lists);
  return read ? "" : std::string(name_of(read.error()));
}

TEST(Envelope, PassesOverFieldsThatItDoesNotKnow) {
  EXPECT_EQ(result_of(spelled(least())), "");
  EXPECT_EQ(result_of(spelled(least() + number(99, 1), number(99, 1) + bytes(9, "x") + sixteen(1000, 'x'))),
            "");
}

TEST(Envelope, SaysWhatIsWrongWithIt) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "truncated"},
      {std::string("\0", 1), "bad_version"},
      {"\x02" + spelled(least()).substr(1), "bad_version"},
      {"\x01", "missing_field"},
      {spelled(number(1, 8) + signed_number(4, 1)), "missing_field"},
      {spelled(number(1, 8) + sixteen(3, 'x')), "missing_field"},
      {spelled(sixteen(3, 'x') + signed_number(4, 1)), "bad_field"},
      {spelled(least() + number(1, 12)), "bad_field"},
      {spelled(least() + reference(7, 0)), "bad_reference"},
      {spelled(least(), number(4, 3)), "bad_field"},
      {spelled(least(), number(3, 2)), "bad_field"},
      {spelled(least(), bytes(1, "")), "bad_field"},
      {spelled(least(), number(6, 2)), "bad_field"},
      {spelled(least() + std::string(11, '\xFF')), "bad_varint"},
      {spelled(least()) + "x", "truncated"},
  };
  for (const auto& [bytes, reason] : cases)
    EXPECT_EQ(result_of(bytes), reason) << testing::PrintToString(bytes);
}

}  // namespace
}  // namespace etappe::codec
