#include "server/store/row_binary.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace etappe::store {

template <class Number>
void RowBinary::little_endian(Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    bytes_ += static_cast<char>(static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

void RowBinary::count(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(static_cast<unsigned char>(value | 0x80U));
  bytes_ += static_cast<char>(value);
}

void RowBinary::text(std::string_view value) {
  count(value.size());
  bytes_ += value;
}

void RowBinary::u8(std::uint8_t value) { little_endian(value); }
void RowBinary::u16(std::uint16_t value) { little_endian(value); }
void RowBinary::u32(std::uint32_t value) { little_endian(value); }

void RowBinary::uuid(const event::Uuid& value) {
  // Two 64-bit halves, each little-endian.
  bytes_.append(value.bytes.rbegin() + 8, value.bytes.rend());
  bytes_.append(value.bytes.rbegin(), value.bytes.rbegin() + 8);
}

void RowBinary::time(event::TimeMs value) {
  using namespace std::chrono;
  constexpr event::TimeMs kFirst{}, kLast = sys_days{2148y / December / 31};
  little_endian(std::clamp(value, kFirst, kLast).time_since_epoch().count());
}

void RowBinary::day(std::chrono::sys_days value) {
  const auto days = std::clamp<std::int64_t>(value.time_since_epoch().count(), 0,
                                             std::numeric_limits<std::uint16_t>::max());
  u16(static_cast<std::uint16_t>(days));
}

void RowBinary::nullable_money(std::string_view decimal) {
  const bool known = event::is_decimal(decimal);
  u8(known ? 0 : 1);
  if (known) little_endian(micros_of(decimal));
}

std::int64_t micros_of(std::string_view decimal) {
  assert(event::is_decimal(decimal));
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  std::int64_t value = 0;
  int decimals = -1;
  for (const char c : decimal) {
    if (c == '.') {
      decimals = 0;
      continue;
    }
    value = value * 10 + (c - '0');
    if (decimals >= 0) ++decimals;
  }
  for (int i = std::max(decimals, 0); i < 6; ++i) value *= 10;
  return negative ? -value : value;
}

}  // namespace etappe::store
