#pragma once
// Text of bounded length that needs no memory of its own: what a ring of fixed size is made of.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace etappe::live {

/// At most `Size` bytes; longer text is cut at the last whole UTF-8 character that fits.
template <std::size_t Size>
class ShortText {
  static_assert(Size <= 255);

 public:
  ShortText() = default;
  explicit ShortText(std::string_view text) {
    std::size_t size = std::min(text.size(), Size);
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
      --size;
    std::copy_n(text.begin(), size, bytes_.begin());
    size_ = static_cast<std::uint8_t>(size);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
  friend bool operator==(const ShortText& a, const ShortText& b) { return a.view() == b.view(); }

 private:
  std::array<char, Size> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace etappe::live
