#include "core/codec/envelope.hpp"

#include "core/codec/event_fields.hpp"

namespace etappe::codec {
namespace {

using std::chrono::milliseconds;

// docs/spool-format.md, part 2.
enum EnvelopeField : unsigned {
  kReceivedAt = 1,
  kClientTime = 2,
  kSiteKey = 3,
  kLink = 4,
  kUserAgent = 5,
  kEvent = 6,
  kPage = 7,
  kRegion = 8,
};

struct NoTexts {
  static std::size_t index_of(std::string_view) { return kNoIndex; }
};

std::int64_t count(event::TimeMs time) { return time.time_since_epoch().count(); }

Result<void, Error> read_event(std::span<const std::byte> bytes, Lists& lists, event::EventView& event) {
  EventDraft draft;
  if (const auto read = read_event_fields(bytes, {}, lists, draft); !read) {
    const bool bytes_at_fault = read.error().kind == Refusal::Kind::bytes;
    return fail(bytes_at_fault ? read.error().error : Error::bad_field);
  }
  event = draft.event;
  if (event::name_of(event.type).empty()) return fail(Error::bad_field);
  if (event.id.is_nil() || !draft.time) return fail(Error::missing_field);
  event.time = event::TimeMs(milliseconds(*draft.time));
  return {};
}

}  // namespace

Result<std::size_t, Error> write_envelope(const EnvelopeView& envelope, std::span<std::byte> out) {
  FieldWriter fields(out);
  fields.byte(kEnvelopeVersion);
  fields.number(kReceivedAt, zigzag(count(envelope.received_at)));
  fields.number(kClientTime, zigzag(count(envelope.client_time)));
  fields.text(kSiteKey, envelope.site);
  fields.number(kLink, static_cast<std::uint64_t>(envelope.link));
  if (!envelope.user_agent.empty()) fields.text(kUserAgent, envelope.user_agent);
  if (!envelope.page.is_nil()) fields.uuid(kPage, envelope.page);
  if (!envelope.region.empty()) fields.text(kRegion, envelope.region);
  // The event stands last, so that no beginning of an envelope is an envelope.
  const std::size_t mark = fields.open(kEvent);
  fields.uuid(kId, envelope.event.id);
  fields.number(kTime, zigzag(count(envelope.event.time)));
  NoTexts texts;
  EventFieldsWriter(fields, texts).write(envelope.event);
  fields.close(mark);
  if (fields.full()) return fail(Error::no_space);
  return fields.used();
}

Result<EnvelopeView, Error> read_envelope(std::span<const std::byte> bytes, Lists& lists) {
  if (bytes.empty()) return fail(Error::truncated);
  if (bytes[0] != std::byte{kEnvelopeVersion}) return fail(Error::bad_version);
  EnvelopeView envelope;
  unsigned seen = 0;
  FieldReader reader(bytes.subspan(1));
  FieldView field;
  while (reader.more()) {
    if (const auto read = reader.field(field); !read) return fail(read.error());
    const auto time_into = [&](event::TimeMs& time) {
      return signed_of(field).map([&](std::int64_t ms) { time = event::TimeMs(milliseconds(ms)); });
    };
    const auto text_into = [&](std::string_view& text) {
      return bytes_of(field).map([&](std::span<const std::byte> content) { text = text_of(content); });
    };
    Result<void, Error> applied;
    switch (field.number) {
      case kReceivedAt: applied = time_into(envelope.received_at); break;
      case kClientTime: applied = time_into(envelope.client_time); break;
      case kSiteKey: applied = text_into(envelope.site); break;
      case kLink:
        applied =
            number_of(field, 2).map([&](std::uint64_t link) { envelope.link = static_cast<Link>(link); });
        break;
      case kUserAgent: applied = text_into(envelope.user_agent); break;
      case kPage: applied = uuid_of(field).map([&](const event::Uuid& page) { envelope.page = page; }); break;
      case kRegion: applied = text_into(envelope.region); break;
      case kEvent:
        applied = bytes_of(field).and_then(
            [&](std::span<const std::byte> content) { return read_event(content, lists, envelope.event); });
        break;
      default: continue;
    }
    if (!applied) return fail(applied.error());
    seen |= 1U << field.number;
  }
  constexpr unsigned kRequired =
      1U << kReceivedAt | 1U << kClientTime | 1U << kSiteKey | 1U << kLink | 1U << kEvent;
  if ((seen & kRequired) != kRequired) return fail(Error::missing_field);
  return envelope;
}

}  // namespace etappe::codec
