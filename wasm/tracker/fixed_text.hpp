#pragma once
// Text that the tracker keeps between two calls: a copy of at most N bytes in place, since the tracker never
// allocates. It holds what a view cannot: the page's address, ids, the site key. Not for building text.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace etappe::tracker {

/// How long the longest beginning of `text` is that has at most `limit` bytes and ends with a whole character
/// (UTF-8).
[[nodiscard]] constexpr std::size_t beginning_size(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) {
    return text.size();
  }
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) {
    --limit;
  }
  return limit;
}

[[nodiscard]] constexpr std::string_view beginning(std::string_view text, std::size_t limit) {
  return {text.data(), beginning_size(text, limit)};
}

template <std::size_t N>
class FixedText {
 public:
  /// Keeps the beginning that fits.
  constexpr void assign(std::string_view text) {
    size_ = beginning_size(text, N);
    std::copy_n(text.data(), size_, bytes_.data());
  }
  constexpr void clear() { size_ = 0; }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }

 private:
  std::array<char, N> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace etappe::tracker
