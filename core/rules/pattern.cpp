#include "core/rules/pattern.hpp"

#include <array>

namespace etappe::rules {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(text[at]));
}

/// One program, as it lies.
class Program {
 public:
  explicit Program(std::string_view bytes)
      : bytes_(bytes), count_(byte_at(bytes, 0) | byte_at(bytes, 1) << 8U) {}

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] PatternOp op(std::size_t index) const {
    return static_cast<PatternOp>(byte_at(bytes_, start(index)));
  }
  [[nodiscard]] unsigned a(std::size_t index) const { return byte_at(bytes_, start(index) + 1); }
  [[nodiscard]] unsigned b(std::size_t index) const {
    return byte_at(bytes_, start(index) + 2) | byte_at(bytes_, start(index) + 3) << 8U;
  }
  [[nodiscard]] bool takes(std::size_t index, unsigned byte) const {
    if (op(index) == PatternOp::bytes) return byte >= a(index) && byte <= b(index);
    const std::size_t set = start(count_) + b(index) * kSetSize;
    return (byte_at(bytes_, set + byte / 8) >> (byte % 8) & 1U) != 0;
  }
  [[nodiscard]] bool is_sound() const {
    if (count_ == 0 || count_ > kMaxInstructions || bytes_.size() < start(count_)) return false;
    const std::size_t sets = (bytes_.size() - start(count_)) / kSetSize;
    if (bytes_.size() != start(count_) + sets * kSetSize) return false;
    for (std::size_t index = 0; index < count_; ++index)
      if (!is_sound(index, sets)) return false;
    return true;
  }

 private:
  static std::size_t start(std::size_t index) { return 2 + index * kInstructionSize; }

  /// Whoever goes on behind must not be the last.
  [[nodiscard]] bool is_sound(std::size_t index, std::size_t sets) const {
    const bool has_next = index + 1 < count_;
    switch (op(index)) {
      case PatternOp::found: return true;
      case PatternOp::bytes: return has_next && b(index) <= 0xFF;
      case PatternOp::set: return has_next && b(index) < sets;
      case PatternOp::either: return has_next && b(index) < count_;
      case PatternOp::jump: return b(index) < count_;
      case PatternOp::at: return has_next && a(index) <= static_cast<unsigned>(PatternPlace::no_word_edge);
    }
    return false;
  }

  std::string_view bytes_;
  std::size_t count_;
};

bool is_word(unsigned byte) {
  const unsigned lower = byte | 0x20U;
  return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
}

bool holds(PatternPlace place, std::string_view text, std::size_t at) {
  if (place == PatternPlace::begin) return at == 0;
  if (place == PatternPlace::end) return at == text.size();
  const bool before = at > 0 && is_word(byte_at(text, at - 1));
  const bool behind = at < text.size() && is_word(byte_at(text, at));
  return (before != behind) == (place == PatternPlace::word_edge);
}

/// Where a program can be at one byte of the text: each instruction at most once.
class Places {
 public:
  void clear() {
    size_ = 0;
    marks_ = {};
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t operator[](std::size_t at) const { return list_[at]; }
  void add(std::size_t index) {
    std::uint32_t& word = marks_[index / 32];
    const std::uint32_t bit = 1U << (index % 32);
    if ((word & bit) != 0) return;
    word |= bit;
    list_[size_++] = static_cast<std::uint16_t>(index);
  }

 private:
  std::array<std::uint32_t, kMaxInstructions / 32> marks_{};
  std::array<std::uint16_t, kMaxInstructions> list_;
  std::size_t size_ = 0;
};

/// Follows what takes no byte; the list grows while it is walked. Returns whether the pattern is found here.
bool follow(const Program& program, Places& places, std::string_view text, std::size_t at, bool whole) {
  for (std::size_t next = 0; next < places.size(); ++next) {
    const std::size_t index = places[next];
    switch (program.op(index)) {
      case PatternOp::found:
        if (!whole || at == text.size()) return true;
        break;
      case PatternOp::either:
        places.add(index + 1);
        places.add(program.b(index));
        break;
      case PatternOp::jump: places.add(program.b(index)); break;
      case PatternOp::at:
        if (holds(static_cast<PatternPlace>(program.a(index)), text, at)) places.add(index + 1);
        break;
      case PatternOp::bytes:
      case PatternOp::set: break;
    }
  }
  return false;
}

}  // namespace

bool is_pattern(std::string_view program) { return program.size() >= 2 && Program(program).is_sound(); }

bool pattern_found(std::string_view bytes, std::string_view text, bool whole) {
  const Program program(bytes);
  std::array<Places, 2> places;
  for (std::size_t at = 0;; ++at) {
    Places& here = places[at % 2];
    Places& there = places[(at + 1) % 2];
    if (at == 0 || !whole) here.add(0);
    if (follow(program, here, text, at, whole)) return true;
    if (at == text.size()) return false;
    const unsigned byte = byte_at(text, at);
    there.clear();
    for (std::size_t next = 0; next < here.size(); ++next) {
      const PatternOp op = program.op(here[next]);
      if ((op == PatternOp::bytes || op == PatternOp::set) && program.takes(here[next], byte))
        there.add(here[next] + 1);
    }
  }
}

}  // namespace etappe::rules
