#pragma once
// The comparisons of a condition, as docs/container-format.md names them.

#include <string_view>

#include "core/rules/layout.hpp"

namespace etappe::rules {

/// Byte by byte; with layout::kIgnoreCase in `flags` ASCII and Latin-1 letters are folded, with layout::kNot
/// the answer is turned round. Both texts are UTF-8.
[[nodiscard]] bool matches(layout::Operator op, unsigned flags, std::string_view text,
                           std::string_view value);

}  // namespace etappe::rules
