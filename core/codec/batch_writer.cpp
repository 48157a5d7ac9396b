#include <algorithm>
#include <cstring>

#include "core/codec/batch.hpp"
#include "core/codec/event_fields.hpp"
#include "core/codec/header_fields.hpp"

namespace etappe::codec {
/// The table while an event is being written behind it. A new text goes to the table's end, which moves the
/// events; undo() takes the texts of an event out again that turned out not to fit.
class BatchWriter::Table {
 public:
  Table(BatchWriter& batch, FieldWriter& events)
      : batch_(batch), events_(events), end_before_(batch.table_end_), count_before_(batch.string_count_) {}

  /// The place of a text that recurs; kNoIndex when the table, or the memory, has no room for it.
  std::size_t index_of(std::string_view text) {
    const std::size_t end = batch_.table_end_;
    // The table is this writer's own, so its lengths need no checks.
    const auto* at = reinterpret_cast<const std::uint8_t*>(batch_.space_.data()) + kHeaderRoom;
    for (std::size_t index = 0; index < batch_.string_count_; ++index) {
      std::size_t length = 0;
      unsigned shift = 0;
      std::size_t byte = 0;
      do {
        byte = *at++;
        length |= (byte & 0x7FU) << shift;
        shift += 7;
      } while (byte >= 0x80);
      if (event::is_same(std::string_view(reinterpret_cast<const char*>(at), length), text)) return index;
      at += length;
    }
    const std::size_t size = varint_size(text.size()) + text.size();
    if (batch_.string_count_ == kMaxStrings || size > batch_.space_.size() - end - events_.used()) {
      return kNoIndex;
    }
    move_events_to(end + size);
    FieldWriter({batch_.space_.data() + end, size}).sized(text);
    return batch_.string_count_++;
  }

  void undo() {
    move_events_to(end_before_);
    batch_.string_count_ = count_before_;
  }

 private:
  void move_events_to(std::size_t table_end) {
    std::byte* const space = batch_.space_.data();
    std::memmove(space + table_end, space + batch_.table_end_, events_.used());
    batch_.table_end_ = table_end;
    events_.move_to(batch_.space_.subspan(table_end));
  }

  BatchWriter& batch_;
  FieldWriter& events_;
  std::size_t end_before_;
  std::size_t count_before_;
};

BatchWriter::BatchWriter(std::span<std::byte> space)
    : space_(space.first(std::min(space.size(), kMaxBatchBytes))) {}

void BatchWriter::begin(const HeaderView& header) {
  header_ = header;
  const std::size_t site_size = std::min(header.site.size(), site_.size());
  std::copy_n(header.site.data(), site_size, site_.data());
  header_.site = {site_.data(), site_size};
  table_end_ = kHeaderRoom;
  string_count_ = 0;
  events_size_ = 0;
  event_count_ = 0;
}

Result<void, Error> BatchWriter::add(const event::EventView& event, std::uint32_t seq) {
  if (event_count_ == kMaxEvents) return fail(Error::too_many_events);
  if (space_.size() < kHeaderRoom) return fail(Error::no_space);
  FieldWriter out(space_.subspan(table_end_), events_size_);
  Table table(*this, out);
  const std::size_t mark = out.open();
  if (event.id.is_nil()) {
    out.number(kSeq, seq);
  } else {
    out.uuid(kId, event.id);
  }
  out.number(kTime, zigzag((event.time - header_.base).count()));
  EventFieldsWriter(out, table).write(event);
  out.close(mark);
  if (out.full()) {
    table.undo();
    return fail(Error::no_space);
  }
  events_size_ = out.used();
  ++event_count_;
  return {};
}

std::span<const std::byte> BatchWriter::finish(event::TimeMs sent) {
  if (space_.size() < kHeaderRoom) return {};
  std::array<std::byte, kHeaderRoom> front{};
  FieldWriter out(front);
  out.byte(kMagic);
  out.byte(kVersion);
  const std::size_t mark = out.open();
  out.text(kSite, header_.site);
  if (!header_.instance.is_nil()) out.uuid(kInstance, header_.instance);
  out.number(kBase, static_cast<std::uint64_t>(header_.base.time_since_epoch().count()));
  if (sent != header_.base) out.number(kSent, zigzag((sent - header_.base).count()));
  if (!header_.batch.is_nil()) out.uuid(kBatch, header_.batch);
  if (header_.container != 0) out.number(kContainer, header_.container);
  out.number(kEvents, event_count_);
  out.close(mark);
  out.varint(string_count_);
  const std::size_t begin = kHeaderRoom - out.used();
  std::copy_n(front.data(), out.used(), space_.data() + begin);
  return {space_.data() + begin, table_end_ + events_size_ - begin};
}

}  // namespace etappe::codec
