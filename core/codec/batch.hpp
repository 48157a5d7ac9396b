#pragma once
// The binary batch of docs/wire-format.md: the one place where its bytes are written and read in C++.
//
// Guarantees: neither class allocates or throws; the reader never looks beyond the bytes it was given, takes
// time linear in them, and fails cleanly on every prefix of a valid batch. Views returned by the reader
// point into those bytes. Objects belong to one thread.

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
inline constexpr std::size_t kMaxStrings = 1024;

enum class Error : std::uint8_t {
  truncated,
  bad_magic,
  bad_version,
  bad_varint,
  bad_field,
  bad_reference,
  missing_site,
  missing_base,
  trailing_bytes,
  batch_too_large,
  too_many_events,
  too_many_strings,
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
  [[nodiscard]] bool more() const;
  /// The next event, checked by event::check. A refused event has been passed over; go on.
  [[nodiscard]] Result<event::EventView, Refusal> next(Lists& lists);

 private:
  BatchReader() = default;
  HeaderView header_;
  std::array<std::string_view, kMaxStrings> strings_{};
  std::size_t string_count_ = 0;
  std::size_t event_count_ = 0;
  std::span<const std::byte> rest_;
};

/// Builds one batch in memory that the caller owns. The same text is stored once, however often it occurs.
class BatchWriter {
 public:
  /// `space` bounds the batch; half of it at least is for events. 2 × the wanted batch size is enough.
  explicit BatchWriter(std::span<std::byte> space);

  void begin(const HeaderView& header);
  /// Error::no_space or Error::too_many_events leaves the batch as it was: finish it, begin another.
  /// `seq` is written instead of event.id when event.id is nil.
  [[nodiscard]] Result<void, Error> add(const event::EventView& event, std::uint32_t seq);
  [[nodiscard]] std::size_t event_count() const;
  /// Upper bound of finish().size() as things stand.
  [[nodiscard]] std::size_t size_bound() const;
  /// The batch as contiguous bytes inside `space`; valid until the next begin(). May be called again with a
  /// later `sent` (a retry), giving the same events.
  [[nodiscard]] std::span<const std::byte> finish(event::TimeMs sent);
};

}  // namespace etappe::codec
