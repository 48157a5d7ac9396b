#include "core/rules/match.hpp"

#include <algorithm>

#include "core/rules/number.hpp"

namespace etappe::rules {
namespace {

/// One byte of UTF-8 with the case taken out. Ä to Þ are C3 84 to C3 9E, their small letters 32 further; C3
/// 97 is the multiplication sign.
unsigned folded(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte >= 'A' && byte <= 'Z') return byte + 32U;
  const bool latin = at > 0 && text[at - 1] == '\xC3' && byte >= 0x80 && byte <= 0x9E && byte != 0x97;
  return latin ? byte + 32U : byte;
}

bool stands_at(std::string_view text, std::size_t at, std::string_view value, bool fold) {
  for (std::size_t index = 0; index < value.size(); ++index) {
    const bool same =
        fold ? folded(text, at + index) == folded(value, index) : text[at + index] == value[index];
    if (!same) return false;
  }
  return true;
}

bool found(layout::Operator op, std::string_view text, std::string_view value, bool fold) {
  if (value.size() > text.size()) return false;
  const std::size_t end = text.size() - value.size();
  if (op == layout::Operator::equals && end != 0) return false;
  // Where it may stand: at the beginning, at the end, or anywhere between.
  std::size_t at = op == layout::Operator::ends_with ? end : 0;
  const std::size_t last = op == layout::Operator::contains ? end : at;
  while (!stands_at(text, at, value, fold)) {
    if (at++ == last) return false;
  }
  return true;
}

}  // namespace

bool matches(layout::Operator op, unsigned flags, std::string_view text, std::string_view value) {
  return found(op, text, value, (flags & layout::kIgnoreCase) != 0) != ((flags & layout::kNot) != 0);
}

bool compares(layout::Operator op, std::string_view text, std::string_view value) {
  const auto left = read_number(text);
  const auto right = read_number(value);
  if (!left || !right) return false;
  switch (op) {
    case layout::Operator::less: return *left < *right;
    case layout::Operator::less_or_equal: return *left <= *right;
    case layout::Operator::greater: return *left > *right;
    default: return *left >= *right;
  }
}

void fold_case(std::span<char> text, bool upper) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const unsigned low = upper ? byte - 32U : byte;
    const bool ascii = low >= 'A' && low <= 'Z';
    const bool latin = at > 0 && text[at - 1] == '\xC3' && low >= 0x80 && low <= 0x9E && low != 0x97;
    if (ascii || latin) text[at] = static_cast<char>(upper ? byte - 32U : byte + 32U);
  }
}

std::size_t copy_text(std::string_view text, std::span<char> out) {
  std::size_t size = std::min(text.size(), out.size());
  if (size < text.size()) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) --size;
  }
  std::copy_n(text.begin(), size, out.begin());
  return size;
}

std::size_t percent_encode(std::string_view text, std::span<char> out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-_.!~*'()";
  std::size_t size = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const unsigned lower = byte | 0x20U;
    const bool plain = (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (size + (plain ? 1 : 3) > out.size()) break;
    if (plain) {
      out[size++] = c;
    } else {
      out[size++] = '%';
      out[size++] = kHex[byte >> 4U];
      out[size++] = kHex[byte & 15U];
    }
  }
  return size;
}

}  // namespace etappe::rules
