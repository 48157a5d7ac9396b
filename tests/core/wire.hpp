#pragma once
// Bytes by hand: a batch spelled out field by field, also wrongly. Written from docs/wire-format.md, not with
// the codec that it tests.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace etappe::wire {

inline std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 128; value /= 128) out += static_cast<char>(value % 128 + 128);
  return out + static_cast<char>(value);
}
inline std::string zigzag(std::int64_t value) {
  return varint(value < 0 ? 2 * static_cast<std::uint64_t>(-(value + 1)) + 1
                          : 2 * static_cast<std::uint64_t>(value));
}
inline std::string sized(std::string_view bytes) { return varint(bytes.size()) + std::string(bytes); }

inline std::string number(std::uint64_t field, std::uint64_t value) {
  return varint(field * 4) + varint(value);
}
inline std::string signed_number(std::uint64_t field, std::int64_t value) {
  return varint(field * 4) + zigzag(value);
}
inline std::string bytes(std::uint64_t field, std::string_view content) {
  return varint(field * 4 + 1) + sized(content);
}
inline std::string reference(std::uint64_t field, std::uint64_t index) {
  return varint(field * 4 + 2) + varint(index);
}
inline std::string sixteen(std::uint64_t field, char fill) {
  return varint(field * 4 + 3) + std::string(16, fill);
}

constexpr std::uint64_t kBase = 1'763'820'000'000;

/// A header with what is required, and `more` fields after it.
inline std::string header(std::uint64_t events, std::string_view more = {}) {
  return sized(bytes(1, "SITE") + sixteen(2, 'i') + number(3, kBase) + number(7, events) + std::string(more));
}

/// A consent event with an id and a time: the least there is.
inline std::string least() { return number(1, 8) + sixteen(3, 'e') + signed_number(4, 0); }

inline std::string table() { return varint(0); }
template <class... Texts>
std::string table(const Texts&... texts) {
  return varint(sizeof...(texts)) + (sized(texts) + ...);
}

inline std::string batch(std::string_view rest) { return "\xE7\x01" + std::string(rest); }
/// A batch of one event and no table.
inline std::string batch_of(std::string_view event) { return batch(header(1) + table() + sized(event)); }

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace etappe::wire
