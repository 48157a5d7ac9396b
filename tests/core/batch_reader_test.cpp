#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/codec/batch.hpp"
#include "tests/core/wire.hpp"

namespace etappe::codec {
namespace {

using namespace etappe::wire;
using event::Defect;
using event::TimeMs;
using std::chrono::milliseconds;

std::optional<Error> frame_error(const std::string& batch_bytes) {
  const auto reader = BatchReader::open(as_bytes(batch_bytes));
  if (reader) return std::nullopt;
  return reader.error();
}

/// What became of every event: "" for an accepted one, otherwise the name of its refusal.
std::vector<std::string> outcomes(const std::string& batch_bytes) {
  auto reader = BatchReader::open(as_bytes(batch_bytes));
  if (!reader) return {"frame: " + std::string(name_of(reader.error()))};
  std::vector<std::string> results;
  Lists lists;
  while (reader->more()) {
    const auto event = reader->next(lists);
    if (event) {
      results.emplace_back();
    } else if (event.error().kind == Refusal::Kind::bytes) {
      results.emplace_back(name_of(event.error().error));
    } else {
      results.emplace_back(name_of(event.error().defect));
    }
  }
  EXPECT_EQ(results.size(), reader->event_count());
  return results;
}

std::string outcome(std::string_view event_fields) {
  const auto all = outcomes(batch_of(event_fields));
  return all.size() == 1 ? all[0] : "not one event";
}

TEST(BatchFrame, TakesTheLeastThereIs) {
  EXPECT_EQ(frame_error(batch(header(0) + table())), std::nullopt);
  EXPECT_EQ(outcomes(batch_of(least())), std::vector<std::string>{""});
}

TEST(BatchFrame, ReadsEveryFieldOfTheHeader) {
  const std::string bytes =
      batch(header(0, signed_number(4, 1500) + sixteen(5, 'b') + number(6, 7)) + table());
  const auto reader = BatchReader::open(as_bytes(bytes));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().site, "SITE");
  EXPECT_EQ(reader->header().instance.bytes[15], 'i');
  EXPECT_EQ(reader->header().batch.bytes[15], 'b');
  EXPECT_EQ(reader->header().base, TimeMs(milliseconds(kBase)));
  EXPECT_EQ(reader->header().sent, TimeMs(milliseconds(kBase + 1500)));
  EXPECT_EQ(reader->header().container, 7U);
}

TEST(BatchFrame, WasSentAtItsBaseUnlessItSaysOtherwise) {
  const std::string bytes = batch(header(0) + table());
  const auto reader = BatchReader::open(as_bytes(bytes));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().sent, reader->header().base);
}

TEST(BatchFrame, RefusesWhatItCannotWalk) {
  const std::string site = bytes(1, "SITE");
  const std::string base = number(3, kBase);
  const std::string events = number(7, 0);
  const auto with_header = [](const std::string& fields) { return batch(sized(fields) + table()); };
  const std::pair<std::string, Error> cases[] = {
      {"", Error::truncated},
      {"\xE7", Error::truncated},
      {"{\"site\":1}", Error::bad_magic},
      {std::string("\xE7\x00\x00", 3), Error::bad_version},
      {"\xE7\x02" + header(0) + table(), Error::bad_version},
      {"\xE7\xFF", Error::bad_version},
      {with_header(base + events), Error::missing_site},
      {with_header(bytes(1, "") + base + events), Error::missing_site},
      {with_header(site + events), Error::missing_base},
      {with_header(site + base), Error::missing_events},
      {with_header(number(1, 5) + base + events), Error::bad_field},
      {with_header(reference(1, 0) + base + events), Error::bad_field},
      {with_header(bytes(1, std::string(65, 's')) + base + events), Error::bad_field},
      {with_header(bytes(1, "\xFF") + base + events), Error::bad_field},
      {with_header(site + bytes(3, "x") + events), Error::bad_field},
      {with_header(site + number(3, UINT64_MAX) + events), Error::bad_field},
      {with_header(site + number(3, 0) + events), Error::bad_field},
      {with_header(site + base + sixteen(7, 'x')), Error::bad_field},
      {with_header(site + base + events + number(2, 1)), Error::bad_field},
      {with_header(site + base + events + number(5, 1)), Error::bad_field},
      {with_header(site + base + events + bytes(6, "1")), Error::bad_field},
      {with_header(site + base + events + bytes(4, "1")), Error::bad_field},
      {with_header(site + base + events + signed_number(4, INT64_MIN)), Error::bad_field},
      {with_header(site + base + events + signed_number(4, INT64_MAX)), Error::bad_field},
      {batch(header(0) + table() + "x"), Error::trailing_bytes},
      {batch(header(1) + table() + sized(least()) + '\0'), Error::trailing_bytes},
      {batch(header(2) + table() + sized(least())), Error::truncated},
      {batch(header(1) + table() + sized(least()).substr(0, 5)), Error::truncated},
      {batch(header(0) + varint(1)), Error::truncated},
      {batch(header(0) + varint(2) + sized("a")), Error::truncated},
      {batch(header(0) + std::string(10, '\xFF') + '\1'), Error::bad_varint},
      {batch(std::string(10, '\xFF') + '\1'), Error::bad_varint},
      {batch(varint(UINT64_MAX)), Error::truncated},
      {batch(header(0) + varint(1) + varint(UINT64_MAX)), Error::truncated},
      {batch(header(1) + table() + varint(UINT64_MAX)), Error::truncated},
  };
  for (const auto& [bytes, error] : cases) {
    const auto found = frame_error(bytes);
    ASSERT_TRUE(found) << testing::PrintToString(bytes);
    EXPECT_EQ(name_of(*found), name_of(error)) << testing::PrintToString(bytes);
  }
}

TEST(BatchFrame, PassesOverHeaderFieldsThatItDoesNotKnow) {
  for (const std::string& unknown : {number(99, 1), bytes(99, "x"), reference(99, 5), sixteen(99, 'x'),
                                     number(0, 0), number(1U << 30U, 0)}) {
    EXPECT_EQ(frame_error(batch(header(0, unknown) + table())), std::nullopt);
  }
}

TEST(BatchFrame, TheLastOfARepeatedHeaderFieldWins) {
  const std::string bytes_twice = batch(header(0, bytes(1, "OTHER") + number(6, 1) + number(6, 2)) + table());
  const auto reader = BatchReader::open(as_bytes(bytes_twice));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().site, "OTHER");
  EXPECT_EQ(reader->header().container, 2U);
}

TEST(BatchFrame, HoldsAtMostFiveHundredEvents) {
  for (const std::size_t count : {499U, 500U, 501U}) {
    std::string bytes = batch(header(count) + table());
    for (std::size_t event = 0; event < count; ++event) bytes += sized(least());
    EXPECT_EQ(frame_error(bytes), count > 500 ? std::optional(Error::too_many_events) : std::nullopt)
        << count;
  }
  EXPECT_EQ(frame_error(batch(header(UINT64_MAX) + table())), Error::too_many_events);
}

TEST(BatchFrame, HoldsAtMost1024Texts) {
  for (const std::size_t count : {1023U, 1024U, 1025U}) {
    std::string bytes = batch(header(1) + varint(count));
    for (std::size_t text = 0; text < count; ++text) bytes += sized("t" + std::to_string(text));
    bytes += sized(least() + reference(7, count - 1));
    auto reader = BatchReader::open(as_bytes(bytes));
    if (count > 1024) {
      ASSERT_FALSE(reader);
      EXPECT_EQ(reader.error(), Error::too_many_strings);
    } else {
      ASSERT_TRUE(reader);
      Lists lists;
      EXPECT_EQ(reader->next(lists)->title, "t" + std::to_string(count - 1));
    }
  }
  EXPECT_EQ(frame_error(batch(header(0) + varint(UINT64_MAX))), Error::too_many_strings);
}

TEST(BatchFrame, HoldsAtMost65536Bytes) {
  const std::string front = batch(header(0));
  for (const std::size_t size : {65535U, 65536U, 65537U}) {
    const std::string text(size - front.size() - 1 - 3, 'x');
    const std::string bytes = front + varint(1) + sized(text);
    ASSERT_EQ(bytes.size(), size);
    EXPECT_EQ(frame_error(bytes), size > 65536 ? std::optional(Error::batch_too_large) : std::nullopt);
  }
}

TEST(BatchFrame, SiteKeysHaveAtMost64Bytes) {
  const std::string site(64, 's');
  EXPECT_EQ(frame_error(batch(header(0, bytes(1, site)) + table())), std::nullopt);
}

std::string rich_batch() {
  const std::string view = number(1, 1) + number(2, 300) + signed_number(4, -5) + reference(5, 0) +
                           bytes(6, "r") + reference(7, 1) + bytes(8, "v") + bytes(9, "s") + number(19, 6) +
                           number(20, 70000);
  const std::string conversion =
      number(1, 5) + sixteen(3, 'e') + signed_number(4, 1000) + reference(10, 2) + bytes(11, "129.90") +
      bytes(12, "EUR") + number(13, 3) + bytes(14, "A-1001") +
      bytes(15, bytes(1, "sku") + reference(2, 1) + bytes(3, "9.5") + number(4, 2)) +
      bytes(18, bytes(1, "key") + bytes(2, "12") + number(3, 1)) + number(21, 1) + bytes(22, "tag") +
      number(77, 1);
  const std::string step =
      number(1, 4) + number(2, 301) + signed_number(4, 2000) + bytes(16, "f") + bytes(17, "s");
  return batch(header(3, signed_number(4, 3000) + sixteen(5, 'b') + number(6, 1)) +
               table("https://shop.example/", "A title", "order") + sized(view) + sized(conversion) +
               sized(step));
}

TEST(BatchReader, ReadsEveryFieldOfAnEvent) {
  const std::string bytes = rich_batch();
  auto reader = BatchReader::open(as_bytes(bytes));
  ASSERT_TRUE(reader);
  ASSERT_EQ(reader->event_count(), 3U);
  Lists lists;

  const auto view = reader->next(lists);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type, event::Type::view);
  EXPECT_EQ(view->time, TimeMs(milliseconds(kBase - 5)));
  EXPECT_EQ(view->url, "https://shop.example/");
  EXPECT_EQ(view->referrer, "r");
  EXPECT_EQ(view->title, "A title");
  EXPECT_EQ(view->visitor, "v");
  EXPECT_EQ(view->session, "s");
  EXPECT_EQ(view->consent, (consent::States{consent::State::granted, consent::State::denied}));
  EXPECT_EQ(view->engagement_ms, 70000U);
  // 300 is 0x012C, in the last four bytes of the instance.
  EXPECT_EQ((std::vector<int>(view->id.bytes.begin() + 11, view->id.bytes.end())),
            (std::vector<int>{'i', 0, 0, 1, 0x2C}));

  const auto conversion = reader->next(lists);
  ASSERT_TRUE(conversion);
  EXPECT_EQ(conversion->type, event::Type::conversion);
  EXPECT_EQ(conversion->id.bytes[0], 'e');
  EXPECT_EQ(conversion->name, "order");
  EXPECT_EQ(conversion->value, "129.90");
  EXPECT_EQ(conversion->currency, "EUR");
  EXPECT_EQ(conversion->quantity, 3U);
  EXPECT_EQ(conversion->order_id, "A-1001");
  EXPECT_EQ(conversion->weight, event::Weight::micro);
  EXPECT_EQ(conversion->tag, "tag");
  ASSERT_EQ(conversion->items.size(), 1U);
  EXPECT_EQ(conversion->items[0].id, "sku");
  EXPECT_EQ(conversion->items[0].name, "A title");
  EXPECT_EQ(conversion->items[0].price, "9.5");
  EXPECT_EQ(conversion->items[0].quantity, 2U);
  ASSERT_EQ(conversion->props.size(), 1U);
  EXPECT_EQ(conversion->props[0].key, "key");
  EXPECT_EQ(conversion->props[0].value, "12");
  EXPECT_EQ(conversion->props[0].kind, event::PropKind::number);

  const auto step = reader->next(lists);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->funnel, "f");
  EXPECT_EQ(step->step, "s");
  EXPECT_TRUE(step->items.empty());
  EXPECT_TRUE(step->props.empty());
  EXPECT_FALSE(reader->more());
}

TEST(BatchReader, RefusesEveryBeginningOfABatch) {
  const std::string bytes = rich_batch();
  ASSERT_EQ(frame_error(bytes), std::nullopt);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of exactly that size, so that a sanitizer sees a read beyond it.
    const std::vector<char> prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto reader = BatchReader::open(std::as_bytes(std::span(prefix)));
    ASSERT_FALSE(reader) << size;
    EXPECT_EQ(name_of(reader.error()), "truncated") << size;
  }
}

TEST(BatchReader, RefusesEveryBeginningOfAnEventThatItsLengthMakesWhole) {
  const std::string event = number(1, 5) + sixteen(3, 'e') + signed_number(4, 1000) + bytes(10, "order") +
                            bytes(15, bytes(1, "sku") + number(4, 2)) + number(13, 300);
  ASSERT_EQ(outcome(event), "");
  std::size_t cut_inside_a_field = 0;
  for (std::size_t size = 0; size < event.size(); ++size) {
    const std::string result = outcome(event.substr(0, size));
    if (result == "truncated") ++cut_inside_a_field;
    // Between two fields a beginning is a smaller event, which lacks something or is fine without a quantity.
    EXPECT_TRUE(result == "truncated" || result == "bad_type" || result == "missing_id" ||
                result == "bad_time" || result == "missing_name" || result.empty())
        << size << ": " << result;
  }
  EXPECT_EQ(cut_inside_a_field, event.size() - 6);
}

TEST(BatchReader, RefusesOnlyTheEventThatIsAtFault) {
  const std::string bad[] = {std::string(11, '\xFF'), bytes(1, "view"), reference(7, 9),
                             number(13, 1).substr(0, 1)};
  const std::string_view reasons[] = {"bad_varint", "bad_field", "bad_reference", "truncated"};
  for (std::size_t which = 0; which < std::size(bad); ++which) {
    const std::string bytes =
        batch(header(3) + table() + sized(least()) + sized(least() + bad[which]) + sized(least()));
    EXPECT_EQ(outcomes(bytes), (std::vector<std::string>{"", std::string(reasons[which]), ""}));
  }
}

TEST(BatchReader, RefusesAKnownFieldOfAWrongKind) {
  const auto of_kind = [](unsigned field, unsigned kind) {
    switch (kind) {
      case 0: return number(field, 1);
      case 1: return bytes(field, "");
      case 2: return reference(field, 0);
      default: return sixteen(field, 'x');
    }
  };
  const auto right_kinds = [](unsigned field) -> std::string_view {
    switch (field) {
      case 3: return "3";
      case 1:
      case 2:
      case 4:
      case 13:
      case 19:
      case 20:
      case 21:
      case 23: return "0";
      case 15:
      case 18: return "1";
      default: return "12";
    }
  };
  for (unsigned field = 1; field <= 24; ++field) {
    for (unsigned kind = 0; kind < 4; ++kind) {
      const std::string event = least() + of_kind(field, kind);
      const auto all = outcomes(batch(header(1) + table("text") + sized(event)));
      const bool right = right_kinds(field).find(static_cast<char>('0' + kind)) != std::string_view::npos;
      EXPECT_EQ(all[0] == "bad_field", !right) << field << " as kind " << kind << ": " << all[0];
    }
  }
}

TEST(BatchReader, RefusesWrongKindsInsideItemsAndProperties) {
  for (const unsigned list : {15U, 18U}) {
    EXPECT_EQ(outcome(least() + bytes(list, number(1, 1))), "bad_field");
    EXPECT_EQ(outcome(least() + bytes(list, sixteen(2, 'x'))), "bad_field");
    EXPECT_EQ(outcome(least() + bytes(list, reference(1, 0))), "bad_reference");
    EXPECT_EQ(outcome(least() + bytes(list, bytes(1, "abc").substr(0, 4))), "truncated");
    EXPECT_EQ(outcome(least() + bytes(list, number(99, 1) + bytes(98, "x"))), "");
  }
  EXPECT_EQ(outcome(least() + bytes(15, number(3, 1))), "bad_field");
  EXPECT_EQ(outcome(least() + bytes(15, bytes(4, "1"))), "bad_field");
  EXPECT_EQ(outcome(least() + bytes(18, number(3, 2))), "");
  EXPECT_EQ(outcome(least() + bytes(18, number(3, 3))), "bad_field");
}

TEST(BatchReader, PassesOverFieldsThatItDoesNotKnow) {
  for (const std::string& unknown : {number(60, 1), bytes(1000, "x"), reference(60, 99), sixteen(0, 'x'),
                                     number((UINT64_MAX >> 2U), UINT64_MAX)}) {
    EXPECT_EQ(outcome(unknown + least()), "");
  }
}

TEST(BatchReader, TheLastOfARepeatedFieldWins) {
  const std::string event = number(1, 6) + bytes(10, "first") + least() + number(1, 6) + bytes(10, "second") +
                            bytes(18, bytes(1, "a") + bytes(1, "b"));
  const std::string bytes = batch_of(event);
  auto reader = BatchReader::open(as_bytes(bytes));
  ASSERT_TRUE(reader);
  Lists lists;
  const auto read = reader->next(lists);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, "second");
  EXPECT_EQ(read->props[0].key, "b");
}

TEST(BatchReader, NumbersOf32BitsEndThere) {
  for (const unsigned field : {2U, 13U, 20U}) {
    EXPECT_EQ(outcome(least() + number(field, UINT32_MAX)), "") << field;
    EXPECT_EQ(outcome(least() + number(field, std::uint64_t{UINT32_MAX} + 1)), "bad_field") << field;
  }
  EXPECT_EQ(outcome(least() + bytes(15, number(4, UINT32_MAX))), "");
  EXPECT_EQ(outcome(least() + bytes(15, number(4, std::uint64_t{UINT32_MAX} + 1))), "bad_field");
}

TEST(BatchReader, EnumerationsEndWhereTheyEnd) {
  for (const std::uint64_t type : {std::uint64_t{0}, std::uint64_t{12}, std::uint64_t{256 + 8}, UINT64_MAX}) {
    EXPECT_EQ(outcome(least() + number(1, type)), "bad_type") << type;
  }
  EXPECT_EQ(outcome(least() + number(21, 1)), "");
  EXPECT_EQ(outcome(least() + number(21, 2)), "bad_field");
  EXPECT_EQ(outcome(least() + number(23, 100)), "");
  EXPECT_EQ(outcome(least() + number(23, 101)), "bad_field");
  EXPECT_EQ(outcome(least() + number(23, 256)), "bad_field");
  EXPECT_EQ(outcome(least() + number(19, UINT64_MAX)), "");
}

TEST(BatchReader, TimesOutOfRangeAreADefectAndNoOverflow) {
  EXPECT_EQ(outcome(least() + signed_number(4, -static_cast<std::int64_t>(kBase) + 1)), "");
  for (const std::int64_t time : {-static_cast<std::int64_t>(kBase), INT64_MIN, INT64_MAX, INT64_MIN + 1}) {
    EXPECT_EQ(outcome(least() + signed_number(4, time)), "bad_time") << time;
  }
  EXPECT_EQ(outcome(number(1, 8) + sixteen(3, 'e')), "bad_time");
}

TEST(BatchReader, AnEventNeedsAnIdOrANumberWithinAnInstance) {
  const std::string no_id = number(1, 8) + signed_number(4, 0);
  EXPECT_EQ(outcome(no_id), "missing_id");
  EXPECT_EQ(outcome(no_id + number(2, 0)), "");
  EXPECT_EQ(outcome(no_id + sixteen(3, '\0')), "missing_id");
  const std::string no_instance = sized(bytes(1, "S") + number(3, kBase) + number(7, 1));
  EXPECT_EQ(outcomes(batch(no_instance + table() + sized(no_id + number(2, 5)))),
            std::vector<std::string>{"missing_id"});
}

TEST(BatchReader, ReferencesEndWithTheTable) {
  for (const auto& [index, result] : {std::pair<std::uint64_t, std::string>{1, ""},
                                      {2, "bad_reference"},
                                      {1024, "bad_reference"},
                                      {std::uint64_t{1} << 32U, "bad_reference"},
                                      {UINT64_MAX, "bad_reference"}}) {
    const std::string bytes = batch(header(1) + table("a", "b") + sized(least() + reference(7, index)));
    EXPECT_EQ(outcomes(bytes), std::vector<std::string>{result}) << index;
  }
}

TEST(BatchReader, VarintsHaveAtMostTenBytesAnd64Bits) {
  const auto key = varint(60 * 4);
  EXPECT_EQ(outcome(least() + key + std::string(9, '\xFF') + '\x01'), "");
  EXPECT_EQ(outcome(least() + key + std::string(9, '\xFF') + '\x02'), "bad_varint");
  EXPECT_EQ(outcome(least() + key + std::string(9, '\x80') + std::string(1, '\0')), "");
  EXPECT_EQ(outcome(least() + key + std::string(10, '\x80') + std::string(1, '\0')), "bad_varint");
  EXPECT_EQ(outcome(least() + key + std::string(9, '\xFF')), "truncated");
}

TEST(BatchReader, CountsItemsAndProperties) {
  for (const auto& [list, reason] : {std::pair{15U, "too_many_items"}, {18U, "too_many_props"}}) {
    std::string event = least();
    for (int part = 0; part < 64; ++part) event += bytes(list, bytes(1, "x"));
    EXPECT_EQ(outcome(event), "");
    EXPECT_EQ(outcome(event + bytes(list, "")), reason);
  }
}

TEST(BatchReader, BoundsWhatReferencesUnfoldTo) {
  const std::string url = "https://a/" + std::string(4086, 'u');
  const std::string event = least() + reference(5, 0) + reference(6, 0);  // 8,192 bytes each
  std::string bytes = batch(header(130) + table(url));
  for (int count = 0; count < 130; ++count) bytes += sized(event);
  const auto all = outcomes(bytes);
  ASSERT_EQ(all.size(), 130U);
  for (std::size_t index = 0; index < all.size(); ++index) {
    EXPECT_EQ(all[index], index < 128 ? "" : "too_much_text") << index;
  }
}

TEST(BatchReader, GivesTheContentsDefectByName) {
  EXPECT_EQ(outcome(least() + number(1, 1)), "missing_url");
  EXPECT_EQ(outcome(least() + bytes(7, "\xFF")), "bad_utf8");
  EXPECT_EQ(outcome(least() + bytes(8, std::string(65, 'v'))), "text_too_long");
}

}  // namespace
}  // namespace etappe::codec
