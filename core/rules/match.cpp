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

}  // namespace etappe::rules
