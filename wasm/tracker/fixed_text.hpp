#pragma once
// Text that the tracker keeps between two calls: a copy of at most N bytes in place, since the tracker never
// allocates. It holds what a view cannot: the page's address, ids, the site key. Not for building text.

#include <array>
#include <cstddef>
#include <string_view>

namespace etappe::tracker {

template <std::size_t N>
class FixedText {
 public:
  /// Keeps what fits, cut in front of the character that does not (UTF-8). Returns whether all of it fit.
  constexpr bool assign(std::string_view text) {
    size_ = text.size() < N ? text.size() : N;
    while (size_ < text.size() && size_ > 0 && (static_cast<unsigned char>(text[size_]) & 0xC0U) == 0x80U) {
      --size_;
    }
    for (std::size_t i = 0; i < size_; ++i) {
      bytes_[i] = text[i];
    }
    return size_ == text.size();
  }
  constexpr void clear() { size_ = 0; }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }

 private:
  std::array<char, N> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace etappe::tracker
