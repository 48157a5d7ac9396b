#include "core/rules/match.hpp"

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
  const std::size_t last = text.size() - value.size();
  switch (op) {
    case layout::Operator::equals: return last == 0 && stands_at(text, 0, value, fold);
    case layout::Operator::starts_with: return stands_at(text, 0, value, fold);
    case layout::Operator::ends_with: return stands_at(text, last, value, fold);
    case layout::Operator::contains:
      for (std::size_t at = 0; at <= last; ++at) {
        if (stands_at(text, at, value, fold)) return true;
      }
      return false;
  }
  return false;
}

}  // namespace

bool matches(layout::Operator op, unsigned flags, std::string_view text, std::string_view value) {
  return found(op, text, value, (flags & layout::kIgnoreCase) != 0) != ((flags & layout::kNot) != 0);
}

}  // namespace etappe::rules
