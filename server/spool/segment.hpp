#pragma once
// The bytes of a segment (docs/spool-format.md, part 1): how records are written into memory and found again
// in whatever a crash left. Pure functions over bytes; no file, no clock. tests/fuzz runs scan().

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace etappe::spool {

inline constexpr std::size_t kHeaderBytes = 32;
inline constexpr std::size_t kRecordHeadBytes = 8;
inline constexpr std::size_t kMaxRecordBytes = 1u << 20;
/// Every so many records their offset is remembered, so that reading need not begin at the front.
inline constexpr std::uint32_t kMarkEvery = 256;

using SegmentId = std::array<std::uint8_t, 16>;

/// A UUIDv7 of RFC 9562 from a time and ten random bytes.
[[nodiscard]] SegmentId make_id(std::uint64_t unix_ms, std::span<const std::uint8_t, 10> random);
[[nodiscard]] std::uint64_t unix_ms_of(const SegmentId& id);
/// Lower-case text, 36 characters; parse_id takes nothing else.
[[nodiscard]] std::string text_of(const SegmentId& id);
[[nodiscard]] std::optional<SegmentId> parse_id(std::string_view text);

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), continued from `crc`, which is 0 at the beginning.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, std::span<const std::byte> bytes);

void append_header(std::vector<std::byte>& out, const SegmentId& id);
/// 1 to kMaxRecordBytes bytes; `index` is the record's number in its segment, from 0.
void append_record(std::vector<std::byte>& out, const SegmentId& id, std::uint32_t index,
                   std::span<const std::byte> bytes);

/// The id in a valid header.
[[nodiscard]] std::optional<SegmentId> read_header(std::span<const std::byte> segment);
/// The record that begins at `offset`, if it is whole and its CRC fits segment, number and bytes.
[[nodiscard]] std::optional<std::span<const std::byte>> read_record(std::span<const std::byte> segment,
                                                                    std::size_t offset, const SegmentId& id,
                                                                    std::uint32_t index);

struct Scan {
  std::uint32_t records = 0;         ///< whole ones, from the front
  std::size_t end = kHeaderBytes;    ///< the offset behind the last of them
  std::vector<std::uint32_t> marks;  ///< offsets of the records 0, kMarkEvery, 2·kMarkEvery, …
};
/// Finds the whole records in front of the first one that is not.
[[nodiscard]] Scan scan(std::span<const std::byte> segment, const SegmentId& id);

}  // namespace etappe::spool
