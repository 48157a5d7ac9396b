// The small texts with a grammar of their own: UUIDs, UTF-8, decimal numbers.
#include <cstring>

#include "core/event/event.hpp"

namespace etappe::event {
namespace {

constexpr std::size_t kUuidChars = 36;

constexpr bool is_dash_at(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

/// The value of a hexadecimal digit, or 16.
constexpr unsigned hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return 16;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The length of the well-formed character at the start of `text`, or 0.
/// The second byte's range depends on the first: The Unicode Standard 15, table 3-7.
std::size_t utf8_char(std::string_view text) {
  const auto byte = [text](std::size_t at) {
    return at < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[at])) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  std::size_t length = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t at = 2; at < length; ++at) {
    if ((byte(at) & 0xC0U) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kUuidChars) return std::nullopt;
  Uuid uuid;
  std::size_t nibble = 0;
  for (std::size_t at = 0; at < kUuidChars; ++at) {
    if (is_dash_at(at)) {
      if (text[at] != '-') return std::nullopt;
      continue;
    }
    const unsigned digit = hex_value(text[at]);
    if (digit > 15) return std::nullopt;
    std::uint8_t& byte = uuid.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>((static_cast<unsigned>(byte) << 4U) | digit);
    ++nibble;
  }
  return uuid;
}

void write_uuid(const Uuid& uuid, std::span<char, 36> out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::size_t nibble = 0;
  for (std::size_t at = 0; at < kUuidChars; ++at) {
    if (is_dash_at(at)) {
      out[at] = '-';
      continue;
    }
    const unsigned byte = uuid.bytes[nibble / 2];
    out[at] = kHex[nibble % 2 == 0 ? byte >> 4U : byte & 15U];
    ++nibble;
  }
}

bool is_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t at = 0; at < a.size(); ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  while (!text.empty()) {
    std::uint64_t eight = 0;
    if (text.size() >= sizeof(eight)) {
      std::memcpy(&eight, text.data(), sizeof(eight));
      if ((eight & kHighBits) == 0) {
        text.remove_prefix(sizeof(eight));
        continue;
      }
    }
    const std::size_t length = utf8_char(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_decimal(std::string_view text) {
  constexpr unsigned kMaxWhole = 12;
  constexpr unsigned kMaxFraction = 6;
  if (text.starts_with('-')) text.remove_prefix(1);
  unsigned digits = 0;
  unsigned most = kMaxWhole;
  for (const char c : text) {
    if (c == '.' && digits != 0 && most == kMaxWhole) {
      digits = 0;
      most = kMaxFraction;
    } else if (!is_digit(c) || ++digits > most) {
      return false;
    }
  }
  return digits != 0;
}

}  // namespace etappe::event
