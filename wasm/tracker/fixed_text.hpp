#pragma once
// Text that the tracker keeps between two calls: a copy of at most N bytes in place, since the tracker never
// allocates. It holds what a view cannot: the page's address, ids, the site key. Not for building text.

#include <array>
#include <cstddef>
#include <string_view>

namespace etappe::tracker {

/// The longest beginning of `text` that has at most `limit` bytes and ends with a whole character (UTF-8).
[[nodiscard]] constexpr std::string_view beginning(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) {
    return text;
  }
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) {
    --limit;
  }
  return {text.data(), limit};
}

template <std::size_t N>
class FixedText {
 public:
  /// Keeps the beginning that fits.
  constexpr void assign(std::string_view text) {
    const std::string_view kept = beginning(text, N);
    size_ = kept.size();
    for (std::size_t i = 0; i < size_; ++i) {
      bytes_[i] = kept[i];
    }
  }
  constexpr void clear() { size_ = 0; }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }

 private:
  std::array<char, N> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace etappe::tracker
