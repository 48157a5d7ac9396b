#include "core/codec/event_fields.hpp"

namespace etappe::codec {
namespace {

using event::EventView;

Refusal refusal(Error error) { return {.kind = Refusal::Kind::bytes, .error = error, .defect = {}}; }

Refusal refusal(event::Defect defect) {
  return {.kind = Refusal::Kind::content, .error = {}, .defect = defect};
}

class EventFieldsReader {
 public:
  EventFieldsReader(StringsView strings, Lists& lists, EventDraft& draft)
      : strings_(strings), lists_(lists), draft_(draft) {}

  Result<void, Refusal> read(std::span<const std::byte> bytes) {
    FieldReader reader(bytes);
    FieldView field;
    while (reader.more()) {
      if (const auto read = reader.field(field); !read) return fail(refusal(read.error()));
      if (field.number == kItem && item_count_ == lists_.items.size()) {
        return fail(refusal(event::Defect::too_many_items));
      }
      if (field.number == kProp && prop_count_ == lists_.props.size()) {
        return fail(refusal(event::Defect::too_many_props));
      }
      if (const auto applied = apply(field); !applied) return fail(refusal(applied.error()));
    }
    draft_.event.items = std::span(lists_.items).first(item_count_);
    draft_.event.props = std::span(lists_.props).first(prop_count_);
    return {};
  }

 private:
  Result<void, Error> apply(const FieldView& field) {
    EventView& event = draft_.event;
    for (const TextField& known : kTextFields) {
      if (field.number == known.number) return text(field, event.*known.member);
    }
    switch (field.number) {
      case kType:
        // A type that this version does not know is a defect of the content: event::check names it.
        return number_of(field).map([&](std::uint64_t number) {
          event.type = static_cast<event::Type>(number <= UINT8_MAX ? number : 0);
        });
      case kSeq: return number32_of(field).map([&](std::uint32_t seq) { draft_.seq = seq; });
      case kId: return uuid_of(field).map([&](const event::Uuid& id) { event.id = id; });
      case kTime: return signed_of(field).map([&](std::int64_t time) { draft_.time = time; });
      case kQuantity: return number32_of(field).map([&](std::uint32_t count) { event.quantity = count; });
      case kItem: return nested(field, lists_.items[item_count_++] = {});
      case kProp: return nested(field, lists_.props[prop_count_++] = {});
      case kConsent:
        return number_of(field).map([&](std::uint64_t bits) { event.consent = consent::unpack(bits); });
      case kEngagement:
        return number32_of(field).map([&](std::uint32_t time) { event.engagement_ms = time; });
      case kWeight:
        return number_of(field, 1).map(
            [&](std::uint64_t weight) { event.weight = static_cast<event::Weight>(weight); });
      case kScroll:
        return number_of(field, event::kMaxScroll).map([&](std::uint64_t percent) {
          event.scroll = static_cast<std::uint8_t>(percent);
        });
      default: return {};
    }
  }

  template <class Part>
  Result<void, Error> nested(const FieldView& field, Part& part) {
    const auto bytes = bytes_of(field);
    if (!bytes) return fail(bytes.error());
    FieldReader reader(*bytes);
    FieldView inner;
    while (reader.more()) {
      if (const auto read = reader.field(inner); !read) return read;
      if (const auto applied = apply(inner, part); !applied) return applied;
    }
    return {};
  }

  Result<void, Error> apply(const FieldView& field, event::ItemView& item) {
    switch (field.number) {
      case kItemId: return text(field, item.id);
      case kItemName: return text(field, item.name);
      case kItemPrice: return text(field, item.price);
      case kItemQuantity: return number32_of(field).map([&](std::uint32_t count) { item.quantity = count; });
      default: return {};
    }
  }

  Result<void, Error> apply(const FieldView& field, event::PropView& prop) {
    switch (field.number) {
      case kPropKey: return text(field, prop.key);
      case kPropValue: return text(field, prop.value);
      case kPropKind:
        return number_of(field, 2).map(
            [&](std::uint64_t kind) { prop.kind = static_cast<event::PropKind>(kind); });
      default: return {};
    }
  }

  Result<void, Error> text(const FieldView& field, std::string_view& out) {
    const auto bytes = field.kind == Kind::reference ? referred(field.value) : bytes_of(field);
    if (!bytes) return fail(bytes.error());
    out = text_of(*bytes);
    draft_.text_bytes += out.size();
    return {};
  }

  Result<std::span<const std::byte>, Error> referred(std::uint64_t index) const {
    if (index >= strings_.offsets.size()) return fail(Error::bad_reference);
    return FieldReader(strings_.batch.subspan(strings_.offsets[static_cast<std::size_t>(index)])).sized();
  }

  StringsView strings_;
  Lists& lists_;
  EventDraft& draft_;
  std::size_t item_count_ = 0;
  std::size_t prop_count_ = 0;
};

}  // namespace

Result<void, Refusal> read_event_fields(std::span<const std::byte> bytes, StringsView strings, Lists& lists,
                                        EventDraft& draft) {
  draft.event.type = static_cast<event::Type>(0);
  return EventFieldsReader(strings, lists, draft).read(bytes);
}

}  // namespace etappe::codec
