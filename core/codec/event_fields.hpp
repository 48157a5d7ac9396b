#pragma once
// The fields of one event, as batch and envelope both have them: the table "Event" of docs/wire-format.md.
//
// The two differ in three things, which are parameters here: where references lead, what the time counts
// from, and whether the id may be a number in a row. Only this room includes it.

#include <optional>

#include "core/codec/fields.hpp"

namespace etappe::codec {

// Numbers of the fields that are not texts; kTextFields has the others.
enum EventField : unsigned {
  kType = 1,
  kSeq = 2,
  kId = 3,
  kTime = 4,
  kQuantity = 13,
  kItem = 15,
  kProp = 18,
  kConsent = 19,
  kEngagement = 20,
  kWeight = 21,
  kScroll = 23,
};
enum ItemField : unsigned { kItemId = 1, kItemName = 2, kItemPrice = 3, kItemQuantity = 4 };
enum PropField : unsigned { kPropKey = 1, kPropValue = 2, kPropKind = 3 };

/// Whether a text is likely to come again in the same batch, and so belongs into the table.
enum class Recurs : std::uint8_t { no, yes };

struct TextField {
  std::uint8_t number;
  Recurs recurs;
  std::string_view event::EventView::*member;
};

inline constexpr TextField kTextFields[] = {
    {5, Recurs::yes, &event::EventView::url},      {6, Recurs::yes, &event::EventView::referrer},
    {7, Recurs::yes, &event::EventView::title},    {8, Recurs::yes, &event::EventView::visitor},
    {9, Recurs::yes, &event::EventView::session},  {10, Recurs::yes, &event::EventView::name},
    {11, Recurs::no, &event::EventView::value},    {12, Recurs::yes, &event::EventView::currency},
    {14, Recurs::no, &event::EventView::order_id}, {16, Recurs::yes, &event::EventView::funnel},
    {17, Recurs::yes, &event::EventView::step},    {22, Recurs::yes, &event::EventView::tag},
    {24, Recurs::no, &event::EventView::person},
};

/// The table of a batch, as references see it. An envelope has none: its default is empty.
struct StringsView {
  std::span<const std::byte> batch;
  std::span<const std::uint16_t> offsets;
};

/// An event whose id and time are still relative.
struct EventDraft {
  event::EventView event;
  std::optional<std::int64_t> time;  ///< milliseconds after what the caller counts from
  std::optional<std::uint32_t> seq;
  std::size_t text_bytes = 0;  ///< of all texts, each reference counted
};

/// Reads the fields of one event. The draft is usable as far as text_bytes even when the event is refused.
[[nodiscard]] Result<void, Refusal> read_event_fields(std::span<const std::byte> bytes, StringsView strings,
                                                      Lists& lists, EventDraft& draft);

/// What index_of() answers for a text that is to be written in place.
inline constexpr std::size_t kNoIndex = SIZE_MAX;

/// `texts.index_of(text)` gives the reference for a text that recurs, or kNoIndex: then it is written in
/// place. The same for every caller: fields that have their default value are left out.
template <class Texts>
class EventFieldsWriter {
 public:
  EventFieldsWriter(FieldWriter& out, Texts& texts) : out_(out), texts_(texts) {}

  /// All but id and time.
  void write(const event::EventView& event) {
    out_.number(kType, static_cast<std::uint64_t>(event.type));
    for (const TextField& field : kTextFields) text(field.number, event.*field.member, field.recurs);
    number(kQuantity, event.quantity, 0);
    for (const event::ItemView& item : event.items) write_item(item);
    for (const event::PropView& prop : event.props) write_prop(prop);
    number(kConsent, consent::pack(event.consent), 0);
    number(kEngagement, event.engagement_ms, 0);
    number(kWeight, static_cast<std::uint64_t>(event.weight), 0);
    number(kScroll, event.scroll, 0);
  }

 private:
  void write_item(const event::ItemView& item) {
    const std::size_t mark = out_.open(kItem);
    text(kItemId, item.id, Recurs::yes);
    text(kItemName, item.name, Recurs::yes);
    text(kItemPrice, item.price, Recurs::no);
    number(kItemQuantity, item.quantity, 1);
    out_.close(mark);
  }

  void write_prop(const event::PropView& prop) {
    const std::size_t mark = out_.open(kProp);
    text(kPropKey, prop.key, Recurs::yes);
    text(kPropValue, prop.value, prop.kind == event::PropKind::text ? Recurs::yes : Recurs::no);
    number(kPropKind, static_cast<std::uint64_t>(prop.kind), 0);
    out_.close(mark);
  }

  void number(unsigned field, std::uint64_t value, std::uint64_t unless) {
    if (value != unless) out_.number(field, value);
  }

  void text(unsigned field, std::string_view text, Recurs recurs) {
    if (text.empty()) return;
    // A reference costs two bytes, and so does a text of one byte.
    if (recurs == Recurs::yes && text.size() > 1) {
      if (const std::size_t index = texts_.index_of(text); index != kNoIndex) {
        out_.reference(field, index);
        return;
      }
    }
    out_.text(field, text);
  }

  FieldWriter& out_;
  Texts& texts_;
};

}  // namespace etappe::codec
