#include "server/spool/segment.hpp"

#include <algorithm>
#include <cstring>

namespace etappe::spool {

namespace {

constexpr std::array<std::uint8_t, 4> kMagic = {'E', 'T', 'S', 'P'};
constexpr std::uint8_t kVersion = 1;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = crc;
  }
  return table;
}
constexpr auto kTable = make_table();

std::uint32_t crc_by_table(std::uint32_t crc, std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) {
    crc = (crc >> 8) ^ kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF];
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc_by_instruction(std::uint32_t crc,
                                                                   std::span<const std::byte> bytes) {
  std::uint64_t wide = crc;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    wide = __builtin_ia32_crc32di(wide, word);
    bytes = bytes.subspan(8);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (const std::byte byte : bytes) crc = __builtin_ia32_crc32qi(crc, std::to_integer<unsigned char>(byte));
  return crc;
}
const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
#endif

void put_u32(std::vector<std::byte>& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::byte>(value >> shift));
}

std::uint32_t get_u32(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

/// Bound to its place: a record of another segment, or of another number, does not pass.
std::uint32_t record_crc(const SegmentId& id, std::uint32_t index, std::span<const std::byte> bytes) {
  std::array<std::byte, 24> place{};
  std::memcpy(place.data(), id.data(), id.size());
  const auto length = static_cast<std::uint32_t>(bytes.size());
  for (std::size_t i = 0; i < 4; ++i) {
    place[16 + i] = static_cast<std::byte>(index >> (8 * i));
    place[20 + i] = static_cast<std::byte>(length >> (8 * i));
  }
  return crc32c(crc32c(0, place), bytes);
}

}  // namespace

std::uint32_t crc32c(std::uint32_t crc, std::span<const std::byte> bytes) {
#if defined(__x86_64__)
  if (kHasInstruction) return ~crc_by_instruction(~crc, bytes);
#endif
  return ~crc_by_table(~crc, bytes);
}

SegmentId make_id(std::uint64_t unix_ms, std::span<const std::uint8_t, 10> random) {
  SegmentId id{};
  for (std::size_t i = 0; i < 6; ++i) id[i] = static_cast<std::uint8_t>(unix_ms >> (8 * (5 - i)));
  std::copy(random.begin(), random.end(), id.begin() + 6);
  id[6] = static_cast<std::uint8_t>(0x70 | (id[6] & 0x0F));
  id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3F));
  return id;
}

std::uint64_t unix_ms_of(const SegmentId& id) {
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | id[i];
  return ms;
}

std::string text_of(const SegmentId& id) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[id[i] >> 4];
    text += kHex[id[i] & 15];
  }
  return text;
}

std::optional<SegmentId> parse_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  SegmentId id{};
  std::size_t digit = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash != (text[i] == '-')) return std::nullopt;
    if (is_dash) continue;
    const std::size_t value = std::string_view("0123456789abcdef").find(text[i]);
    if (value == std::string_view::npos) return std::nullopt;
    id[digit / 2] = static_cast<std::uint8_t>(std::size_t{id[digit / 2]} << 4 | value);
    ++digit;
  }
  return id;
}

void append_header(std::vector<std::byte>& out, const SegmentId& id) {
  const std::size_t begin = out.size();
  for (const std::uint8_t byte : kMagic) out.push_back(static_cast<std::byte>(byte));
  out.push_back(static_cast<std::byte>(kVersion));
  out.insert(out.end(), 3, std::byte{0});
  for (const std::uint8_t byte : id) out.push_back(static_cast<std::byte>(byte));
  put_u32(out, 0);
  put_u32(out, crc32c(0, std::span(out).subspan(begin)));
}

void append_record(std::vector<std::byte>& out, const SegmentId& id, std::uint32_t index,
                   std::span<const std::byte> bytes) {
  put_u32(out, static_cast<std::uint32_t>(bytes.size()));
  put_u32(out, record_crc(id, index, bytes));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::optional<SegmentId> read_header(std::span<const std::byte> segment) {
  if (segment.size() < kHeaderBytes) return std::nullopt;
  const auto crc_at = kHeaderBytes - 4;
  if (std::memcmp(segment.data(), kMagic.data(), kMagic.size()) != 0) return std::nullopt;
  if (segment[4] != static_cast<std::byte>(kVersion)) return std::nullopt;
  if (get_u32(segment, crc_at) != crc32c(0, segment.first(crc_at))) return std::nullopt;
  SegmentId id{};
  std::memcpy(id.data(), segment.data() + 8, id.size());
  return id;
}

std::optional<std::span<const std::byte>> read_record(std::span<const std::byte> segment, std::size_t offset,
                                                      const SegmentId& id, std::uint32_t index) {
  if (offset > segment.size() || segment.size() - offset < kRecordHeadBytes) return std::nullopt;
  const std::uint32_t length = get_u32(segment, offset);
  if (length == 0 || length > kMaxRecordBytes) return std::nullopt;
  if (segment.size() - offset - kRecordHeadBytes < length) return std::nullopt;
  const auto bytes = segment.subspan(offset + kRecordHeadBytes, length);
  if (get_u32(segment, offset + 4) != record_crc(id, index, bytes)) return std::nullopt;
  return bytes;
}

Scan scan(std::span<const std::byte> segment, const SegmentId& id) {
  Scan found;
  while (const auto record = read_record(segment, found.end, id, found.records)) {
    if (found.records % kMarkEvery == 0) found.marks.push_back(static_cast<std::uint32_t>(found.end));
    found.end += kRecordHeadBytes + record->size();
    ++found.records;
  }
  return found;
}

}  // namespace etappe::spool
