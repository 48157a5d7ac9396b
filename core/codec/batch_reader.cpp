#include "core/codec/batch.hpp"
#include "core/codec/event_fields.hpp"
#include "core/codec/header_fields.hpp"

namespace etappe::codec {
namespace {

using std::chrono::milliseconds;

/// The sum, or nothing when it leaves the range of times that events may have.
std::optional<event::TimeMs> after(event::TimeMs base, std::int64_t ms) {
  constexpr std::int64_t kMost = event::kMaxTime.time_since_epoch().count();
  if (ms < -kMost || ms > kMost) return std::nullopt;
  const event::TimeMs time = base + milliseconds(ms);
  if (time < event::kMinTime || time > event::kMaxTime) return std::nullopt;
  return time;
}

event::Uuid numbered(event::Uuid instance, std::uint32_t seq) {
  if (instance.is_nil()) return instance;
  for (unsigned byte = 0; byte < 4; ++byte) {
    instance.bytes[12 + byte] = static_cast<std::uint8_t>(seq >> (24 - 8 * byte));
  }
  return instance;
}

}  // namespace

Result<void, Error> BatchReader::read_header(std::span<const std::byte> bytes) {
  constexpr auto kMost = static_cast<std::uint64_t>(event::kMaxTime.time_since_epoch().count());
  bool has_base = false;
  bool has_events = false;
  std::int64_t sent = 0;
  FieldReader reader(bytes);
  FieldView field;
  while (reader.more()) {
    if (const auto read = reader.field(field); !read) return fail(read.error());
    Result<void, Error> applied;
    switch (field.number) {
      case kSite:
        applied = bytes_of(field).map([&](std::span<const std::byte> site) { header_.site = text_of(site); });
        break;
      case kInstance:
        applied = uuid_of(field).map([&](const event::Uuid& id) { header_.instance = id; });
        break;
      case kBase:
        applied = number_of(field, kMost).map([&](std::uint64_t ms) {
          header_.base = event::TimeMs(milliseconds(static_cast<std::int64_t>(ms)));
          has_base = true;
        });
        break;
      case kSent: applied = signed_of(field).map([&](std::int64_t ms) { sent = ms; }); break;
      case kBatch: applied = uuid_of(field).map([&](const event::Uuid& id) { header_.batch = id; }); break;
      case kContainer:
        applied = number_of(field).map([&](std::uint64_t version) { header_.container = version; });
        break;
      case kEvents:
        applied = number_of(field).map([&](std::uint64_t count) {
          event_count_ = count > kMaxEvents ? kMaxEvents + 1 : static_cast<std::size_t>(count);
          has_events = true;
        });
        break;
      default: break;
    }
    if (!applied) return applied;
  }
  if (header_.site.empty()) return fail(Error::missing_site);
  if (header_.site.size() > kMaxSiteBytes || !event::is_utf8(header_.site)) return fail(Error::bad_field);
  if (!has_base) return fail(Error::missing_base);
  if (!has_events) return fail(Error::missing_events);
  if (event_count_ > kMaxEvents) return fail(Error::too_many_events);
  const auto sent_at = after(header_.base, sent);
  if (!sent_at) return fail(Error::bad_field);
  header_.sent = *sent_at;
  return {};
}

Result<BatchReader, Error> BatchReader::open(std::span<const std::byte> bytes) {
  if (bytes.size() > kMaxBatchBytes) return fail(Error::batch_too_large);
  if (bytes.empty()) return fail(Error::truncated);
  if (bytes[0] != std::byte{kMagic}) return fail(Error::bad_magic);
  if (bytes.size() < 2) return fail(Error::truncated);
  if (bytes[1] != std::byte{kVersion}) return fail(Error::bad_version);

  BatchReader batch;
  batch.batch_ = bytes;
  FieldReader reader(bytes.subspan(2));
  const auto header = reader.sized();
  if (!header) return fail(header.error());
  if (const auto read = batch.read_header(*header); !read) return fail(read.error());

  const auto string_count = reader.varint();
  if (!string_count) return fail(string_count.error());
  if (*string_count > kMaxStrings) return fail(Error::too_many_strings);
  batch.string_count_ = static_cast<std::size_t>(*string_count);
  for (std::size_t index = 0; index < batch.string_count_; ++index) {
    batch.string_offsets_[index] = static_cast<std::uint16_t>(bytes.size() - reader.rest().size());
    if (const auto text = reader.sized(); !text) return fail(text.error());
  }

  batch.events_ = reader.rest();
  for (std::size_t index = 0; index < batch.event_count_; ++index) {
    if (const auto event = reader.sized(); !event) return fail(event.error());
  }
  if (reader.more()) return fail(Error::trailing_bytes);
  return batch;
}

Result<event::EventView, Refusal> BatchReader::next(Lists& lists) {
  FieldReader reader(events_);
  const auto bytes = reader.sized();  // open() has walked here: it cannot fail
  events_ = reader.rest();

  EventDraft draft;
  const StringsView strings{batch_, std::span(string_offsets_).first(string_count_)};
  const auto read = read_event_fields(*bytes, strings, lists, draft);
  text_bytes_ += draft.text_bytes;
  if (!read) return fail(read.error());
  if (text_bytes_ > kMaxTextBytes) {
    return fail(Refusal{.kind = Refusal::Kind::bytes, .error = Error::too_much_text, .defect = {}});
  }
  event::EventView& event = draft.event;
  if (event.id.is_nil() && draft.seq) event.id = numbered(header_.instance, *draft.seq);
  // Without a time, or with one out of range, it stays at zero, which event::check refuses.
  if (draft.time) event.time = after(header_.base, *draft.time).value_or(event::TimeMs{});
  if (const auto checked = event::check(event); !checked) {
    return fail(Refusal{.kind = Refusal::Kind::content, .error = {}, .defect = checked.error()});
  }
  return event;
}

}  // namespace etappe::codec
