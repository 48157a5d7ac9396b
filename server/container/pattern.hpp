#pragma once
// Patterns as people write them, RE2's syntax, into the programs that core/rules runs. Only this room
// includes it.

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace etappe::container {

inline constexpr std::size_t kMaxPatternBytes = 256;

/// The program (core/rules/pattern.hpp), or what is wrong with the pattern and what to do, for a person. RE2
/// is asked first, so that nothing is accepted which it refuses; what it accepts beyond
/// docs/container-format.md, "Patterns", is refused by name. With `ignore_case` ASCII and Latin-1 letters are
/// folded.
[[nodiscard]] Result<std::string, std::string> compile_pattern(std::string_view pattern, bool ignore_case);

}  // namespace etappe::container
