#pragma once
// Patterns (regular expressions) as server/container has compiled them: a program that is run over a text in
// time linear in both, whatever the two are. The method is Thompson's: all places where the program can be at
// one byte are followed at once (K. Thompson, "Regular Expression Search Algorithm", CACM 11/6, 1968).
//
//   program     = count:u16  instruction*count  set*
//   instruction = op:u8  a:u8  b:u16                  4 bytes, little-endian
//   set         = 32 bytes, a bit for every byte

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace etappe::rules {

enum class PatternOp : std::uint8_t {
  found = 0,
  bytes = 1,   ///< one byte from a to b
  set = 2,     ///< one byte of set number b
  either = 3,  ///< goes on behind, and at b
  jump = 4,    ///< goes on at b
  at = 5,      ///< holds where `a`, a PatternPlace, says
};

enum class PatternPlace : std::uint8_t { begin = 0, end = 1, word_edge = 2, no_word_edge = 3 };

inline constexpr std::size_t kMaxInstructions = 512;
inline constexpr std::size_t kInstructionSize = 4;
inline constexpr std::size_t kSetSize = 32;

/// Whether every instruction of a program leads to one of its own, so that pattern_found() can run it.
[[nodiscard]] bool is_pattern(std::string_view program);

/// Whether the pattern is found in `text`; with `whole`, whether it is all of it. For programs that
/// is_pattern() has accepted. Uses about 2 KB of stack.
[[nodiscard]] bool pattern_found(std::string_view program, std::string_view text, bool whole = false);

}  // namespace etappe::rules
