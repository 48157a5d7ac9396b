#pragma once
// The comparisons of a condition, as docs/container-format.md names them, and the small works on texts that
// values need.

#include <cstddef>
#include <span>
#include <string_view>

#include "core/rules/layout.hpp"

namespace etappe::rules {

/// One of the operators that compare texts, byte by byte; with layout::kIgnoreCase in `flags` ASCII and
/// Latin-1 letters are folded, with layout::kNot the answer is turned round. Both texts are UTF-8.
[[nodiscard]] bool matches(layout::Operator op, unsigned flags, std::string_view text,
                           std::string_view value);

/// One of the operators that compare numbers (number.hpp); false when either is none.
[[nodiscard]] bool compares(layout::Operator op, std::string_view text, std::string_view value);

/// ASCII and Latin-1 letters in lower or upper case, in place. Source: docs/container-format.md, `case`.
void fold_case(std::span<char> text, bool upper);

/// Copies what fits, in whole characters; returns how many bytes.
[[nodiscard]] std::size_t copy_text(std::string_view text, std::span<char> out);
/// The same as encodeURIComponent() writes it: all but letters, digits and -_.!~*'() as %XX.
[[nodiscard]] std::size_t percent_encode(std::string_view text, std::span<char> out);

}  // namespace etappe::rules
