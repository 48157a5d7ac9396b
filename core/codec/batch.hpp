#pragma once
// The binary batch of docs/wire-format.md: the one place where its bytes are written and read in C++.
//
// Guarantees: neither class allocates or throws; the reader never looks beyond the bytes it was given, takes
// time linear in them and in the texts they refer to, and fails cleanly on every prefix of a valid batch.
// Views returned by the reader point into those bytes. Objects belong to one thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/event/event.hpp"
#include "core/result.hpp"

namespace etappe::codec {

inline constexpr std::uint8_t kMagic = 0xE7;
inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kMaxBatchBytes = 65536;
inline constexpr std::size_t kMaxEvents = 500;
inline constexpr std::size_t kMaxSiteBytes = 64;
inline constexpr std::size_t kMaxStrings = 1024;
/// All texts of a batch, each reference counted: a few kilobytes must not unfold into many megabytes.
inline constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20U;

enum class Error : std::uint8_t {
  truncated,
  bad_magic,
  bad_version,
  bad_varint,
  bad_field,
  bad_reference,
  missing_site,
  missing_base,
  missing_events,
  missing_field,  ///< of an envelope
  trailing_bytes,
  batch_too_large,
  too_many_events,
  too_many_strings,
  too_much_text,
  no_space,  ///< the writer's memory is full; nothing was changed
};
[[nodiscard]] std::string_view name_of(Error error);

struct HeaderView {
  std::string_view site;
  event::Uuid instance;
  event::Uuid batch;
  event::TimeMs base;
  event::TimeMs sent;  ///< equals base when the batch does not say
  std::uint64_t container = 0;
};

/// Why one event of a readable batch was refused: its bytes, or its content.
struct Refusal {
  enum class Kind : std::uint8_t { bytes, content } kind;
  Error error{};           ///< when kind is bytes
  event::Defect defect{};  ///< when kind is content
};

/// Memory for the lists of the event that was read last; reuse it from event to event.
struct Lists {
  std::array<event::ItemView, event::kMaxItems> items;
  std::array<event::PropView, event::kMaxProps> props;
};

/// Reads a batch front to back.
///     auto reader = BatchReader::open(bytes);
///     while (reader->more()) { auto event = reader->next(lists); … }
class BatchReader {
 public:
  /// Walks the whole frame (header, table, event lengths) before it returns, so that next() can only refuse
  /// single events.
  [[nodiscard]] static Result<BatchReader, Error> open(std::span<const std::byte> bytes);

  [[nodiscard]] const HeaderView& header() const { return header_; }
  [[nodiscard]] std::size_t event_count() const { return event_count_; }
  [[nodiscard]] bool more() const { return !events_.empty(); }
  /// The next event, checked by event::check. A refused event has been passed over; go on.
  /// Call it only while more(). What it returns lives until the next call with the same lists.
  [[nodiscard]] Result<event::EventView, Refusal> next(Lists& lists);

 private:
  BatchReader() = default;
  [[nodiscard]] Result<void, Error> read_header(std::span<const std::byte> bytes);

  HeaderView header_;
  std::size_t event_count_ = 0;
  std::size_t text_bytes_ = 0;         ///< of the events read so far
  std::span<const std::byte> events_;  ///< those not read yet
  std::span<const std::byte> batch_;
  std::size_t string_count_ = 0;
  /// Where in the batch each text of the table has its length. Two bytes are enough for 65,536 of them, and
  /// keep the reader at 2 KB.
  std::array<std::uint16_t, kMaxStrings> string_offsets_{};
};

/// Builds one batch in memory that the caller owns. The same text is stored once, however often it occurs.
///
///     space: │ room for the header │ table │ events │ free │
///
/// The header is written last and against the table, so that a batch can be finished again with another time
/// of sending, and more events can be added after that.
class BatchWriter {
 public:
  /// The longest header with everything in front of the table's first text.
  static constexpr std::size_t kHeaderRoom = 2 + 2 + (2 + kMaxSiteBytes) + 17 + 11 + 11 + 17 + 11 + 3 + 2;

  /// A batch is never longer than `space` or kMaxBatchBytes. `space` holds at least kHeaderRoom bytes, or
  /// every add() is refused and finish() is empty.
  explicit BatchWriter(std::span<std::byte> space);
  constexpr BatchWriter() = default;  ///< no space: to be assigned another one

  /// Forgets what was there. `header.sent` is not used; a site longer than kMaxSiteBytes is cut.
  void begin(const HeaderView& header);
  /// The event is not checked: event::check is the caller's to ask. Error::no_space or Error::too_many_events
  /// leaves the batch as it was: finish it, begin another. `seq` is written instead of event.id when event.id
  /// is nil.
  [[nodiscard]] Result<void, Error> add(const event::EventView& event, std::uint32_t seq);
  [[nodiscard]] std::size_t event_count() const { return event_count_; }
  /// Upper bound of finish().size() as things stand.
  [[nodiscard]] std::size_t size_bound() const { return table_end_ + events_size_; }
  /// The batch as contiguous bytes inside `space`; valid until the next call of add() or begin(). May be
  /// called again with a later `sent` (a retry), giving the same events.
  [[nodiscard]] std::span<const std::byte> finish(event::TimeMs sent);

 private:
  class Table;

  std::span<std::byte> space_;
  std::size_t table_end_ = kHeaderRoom;
  std::size_t string_count_ = 0;
  std::size_t events_size_ = 0;
  std::size_t event_count_ = 0;
  HeaderView header_;  ///< its site points into site_
  std::array<char, kMaxSiteBytes> site_{};
};

}  // namespace etappe::codec
