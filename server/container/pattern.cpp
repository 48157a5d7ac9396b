#include "server/container/pattern.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/rules/pattern.hpp"

namespace etappe::container {
namespace {

using rules::PatternOp;
using rules::PatternPlace;

constexpr char32_t kLastCharacter = 0x10FFFF;
constexpr char32_t kFirstBeyondAscii = 0x80;

struct Range {
  char32_t low;
  char32_t high;
};

/// A set of characters.
class Characters {
 public:
  Characters() = default;
  Characters(std::initializer_list<Range> ranges) : ranges_(ranges) {}

  void add(char32_t low, char32_t high) { ranges_.push_back({low, high}); }
  void add(const Characters& others) {
    ranges_.insert(ranges_.end(), others.ranges_.begin(), others.ranges_.end());
  }
  /// In order, without overlaps.
  [[nodiscard]] Characters tidied() const {
    std::vector<Range> sorted = ranges_;
    std::ranges::sort(sorted, {}, &Range::low);
    Characters tidy;
    for (const Range& range : sorted) {
      if (!tidy.ranges_.empty() && range.low <= tidy.ranges_.back().high + 1) {
        tidy.ranges_.back().high = std::max(tidy.ranges_.back().high, range.high);
      } else {
        tidy.ranges_.push_back(range);
      }
    }
    return tidy;
  }
  [[nodiscard]] Characters others() const {
    Characters rest;
    char32_t next = 0;
    for (const Range& range : tidied().ranges_) {
      if (range.low > next) rest.add(next, range.low - 1);
      next = range.high + 1;
    }
    if (next <= kLastCharacter) rest.add(next, kLastCharacter);
    return rest;
  }
  /// With the other case of every ASCII and Latin-1 letter.
  [[nodiscard]] Characters in_both_cases() const {
    constexpr char32_t kDistance = 32;
    Characters both = *this;
    const auto fold = [&](char32_t low, char32_t high) {
      for (const Range& range : ranges_) {
        const auto add_other = [&](char32_t from, char32_t to, bool down) {
          const char32_t begin = std::max(range.low, from);
          const char32_t end = std::min(range.high, to);
          if (begin > end) return;
          both.add(down ? begin + kDistance : begin - kDistance, down ? end + kDistance : end - kDistance);
        };
        add_other(low, high, true);
        add_other(low + kDistance, high + kDistance, false);
      }
    };
    fold('A', 'Z');
    fold(0xC0, 0xD6);  // without the multiplication sign
    fold(0xD8, 0xDE);
    return both;
  }
  [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }

 private:
  std::vector<Range> ranges_;
};

const Characters kDigits{{'0', '9'}};
const Characters kWord{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
const Characters kBlank{{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
const Characters kLineEnd{{'\n', '\n'}};

struct NamedClass {
  std::string_view name;
  Characters characters;
};
const std::array<NamedClass, 9> kNamedClasses{{{"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
                                               {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
                                               {"digit", kDigits},
                                               {"lower", {{'a', 'z'}}},
                                               {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
                                               {"space", {{'\t', '\r'}, {' ', ' '}}},
                                               {"upper", {{'A', 'Z'}}},
                                               {"word", kWord},
                                               {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}}}};

struct Node {
  enum class Kind : std::uint8_t {
    nothing,
    characters,
    place,
    sequence,
    choice,
    repeated
  } kind = Kind::nothing;
  Characters characters = {};
  PatternPlace place = PatternPlace::begin;
  std::vector<Node> parts = {};
  unsigned least = 0;
  unsigned most = 0;
};
constexpr unsigned kNoLimit = std::numeric_limits<unsigned>::max();

/// What RE2 has accepted, read once more. The first thing that is not among ours ends it.
class PatternReader {
 public:
  PatternReader(std::string_view text, bool ignore_case) : text_(text), ignore_case_(ignore_case) {}

  Result<Node, std::string> read() {
    if (text_.substr(at_).starts_with("(?i)")) {
      ignore_case_ = true;
      at_ += 4;
    }
    Node node = choice();
    if (problem_) return fail(*problem_);
    return node;
  }

 private:
  [[nodiscard]] bool more() const { return !problem_ && at_ < text_.size(); }
  [[nodiscard]] char next() const { return text_[at_]; }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  void refuse(std::string problem) {
    if (!problem_) problem_ = std::move(problem);
    at_ = text_.size();
  }

  Node choice() {
    Node node{.kind = Node::Kind::choice};
    do node.parts.push_back(sequence());
    while (take("|"));
    return node.parts.size() == 1 ? std::move(node.parts.front()) : node;
  }

  Node sequence() {
    Node node{.kind = Node::Kind::sequence};
    while (more() && next() != '|' && next() != ')') node.parts.push_back(repeated());
    return node;
  }

  Node repeated() {
    Node node = atom();
    while (more()) {
      std::optional<std::pair<unsigned, unsigned>> times;
      if (take("*")) {
        times = {0, kNoLimit};
      } else if (take("+")) {
        times = {1, kNoLimit};
      } else if (take("?")) {
        times = {0, 1};
      } else if (next() == '{') {
        times = counted();
      }
      if (!times) break;
      take("?");  // whether it is found does not depend on what is tried first
      Node outer{.kind = Node::Kind::repeated};
      outer.least = times->first;
      outer.most = times->second;
      outer.parts.push_back(std::move(node));
      node = std::move(outer);
    }
    return node;
  }

  /// {2}, {2,} or {2,5}; any other brace is a character.
  std::optional<std::pair<unsigned, unsigned>> counted() {
    std::size_t at = at_ + 1;
    const auto number = [&]() -> std::optional<unsigned> {
      std::optional<unsigned> value;
      while (at < text_.size() && text_[at] >= '0' && text_[at] <= '9') {
        value = std::min(value.value_or(0) * 10 + static_cast<unsigned>(text_[at] - '0'), 1'000'000U);
        ++at;
      }
      return value;
    };
    const auto least = number();
    if (!least || at >= text_.size()) return std::nullopt;
    unsigned most = *least;
    if (text_[at] == ',') {
      ++at;
      most = number().value_or(kNoLimit);
    }
    if (at >= text_.size() || text_[at] != '}') return std::nullopt;
    at_ = at + 1;
    return std::pair(*least, most);
  }

  Node atom() {
    if (take("(")) return group();
    if (take("[")) return of(characters_in_brackets());
    if (take(".")) return of(kLineEnd.others());
    if (take("^")) return at_place(PatternPlace::begin);
    if (take("$")) return at_place(PatternPlace::end);
    if (take("\\")) return escape();
    return one(character());
  }

  Node group() {
    if (take("?:")) {
      // without a number
    } else if (take("?P<") || take("?<")) {
      while (more() && next() != '>') ++at_;
      take(">");
    } else if (take("?")) {
      refuse("has a group that begins with \"(?\" other than \"(?:\"; leave the flags out");
    }
    Node node = choice();
    take(")");
    return node;
  }

  Node escape() {
    const char name = next();
    ++at_;
    switch (name) {
      case 'b': return at_place(PatternPlace::word_edge);
      case 'B': return at_place(PatternPlace::no_word_edge);
      case 'A': return at_place(PatternPlace::begin);
      case 'z': return at_place(PatternPlace::end);
      default: break;
    }
    if (const auto named = class_of(name)) return of(*named);
    return one(escaped_character(name));
  }

  static std::optional<Characters> class_of(char name) {
    switch (name) {
      case 'd': return kDigits;
      case 'D': return kDigits.others();
      case 'w': return kWord;
      case 'W': return kWord.others();
      case 's': return kBlank;
      case 'S': return kBlank.others();
      default: return std::nullopt;
    }
  }

  char32_t escaped_character(char name) {
    switch (name) {
      case 'n': return '\n';
      case 'r': return '\r';
      case 't': return '\t';
      case 'f': return '\f';
      case 'v': return '\v';
      case 'a': return '\a';
      case 'x': return hexadecimal();
      default: break;
    }
    const bool is_letter = (name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z');
    if (is_letter || (name >= '0' && name <= '9')) {
      refuse(std::string("has \\") + name + ", which is not among the escapes of patterns here");
    }
    return static_cast<unsigned char>(name);
  }

  char32_t hexadecimal() {
    const auto digit = [this]() -> std::optional<char32_t> {
      const char c = more() ? static_cast<char>(next() | 0x20) : '\0';
      if (more() && next() >= '0' && next() <= '9') return static_cast<char32_t>(next() - '0');
      if (c >= 'a' && c <= 'f') return static_cast<char32_t>(c - 'a' + 10);
      return std::nullopt;
    };
    const bool braces = take("{");
    char32_t value = 0;
    for (unsigned count = 0; braces || count < 2; ++count) {
      const auto found = digit();
      if (!found) break;
      value = value * 16 + *found;
      ++at_;
    }
    if (braces) take("}");
    return value;
  }

  /// One character as it stands, out of its UTF-8, which RE2 has checked.
  char32_t character() {
    const auto lead = static_cast<unsigned char>(next());
    ++at_;
    if (lead < 0x80) return lead;
    char32_t value = lead >= 0xF0 ? lead & 0x07U : lead >= 0xE0 ? lead & 0x0FU : lead & 0x1FU;
    while (at_ < text_.size() && (static_cast<unsigned char>(next()) & 0xC0U) == 0x80) {
      value = value << 6U | (static_cast<unsigned char>(next()) & 0x3FU);
      ++at_;
    }
    return value;
  }

  Characters characters_in_brackets() {
    Characters found;
    const bool negated = take("^");
    bool first = true;
    while (more() && (first || next() != ']')) {
      first = false;
      if (take("[:")) {
        found.add(posix_class());
        continue;
      }
      if (next() == '\\' && at_ + 1 < text_.size()) {
        if (const auto named = class_of(text_[at_ + 1])) {
          at_ += 2;
          found.add(*named);
          continue;
        }
      }
      const char32_t low = character_in_brackets();
      char32_t high = low;
      if (more() && next() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        high = character_in_brackets();
      }
      found.add(low, high);
    }
    take("]");
    // Folded before it is turned round, as everybody does it: [^a] is neither a nor A.
    if (ignore_case_) found = found.in_both_cases();
    return negated ? found.others() : found;
  }

  char32_t character_in_brackets() {
    if (!take("\\")) return character();
    const char name = next();
    ++at_;
    return escaped_character(name);
  }

  Characters posix_class() {
    const bool negated = take("^");
    const std::size_t end = text_.find(":]", at_);
    const std::string_view name = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    const auto found = std::ranges::find(kNamedClasses, name, &NamedClass::name);
    if (end == std::string_view::npos || found == kNamedClasses.end()) {
      refuse("has the class [:" + std::string(name) + ":], which is not among the classes of patterns here");
      return {};
    }
    at_ = end + 2;
    return negated ? found->characters.others() : found->characters;
  }

  [[nodiscard]] Node one(char32_t character) const {
    const Characters alone{{character, character}};
    return of(ignore_case_ ? alone.in_both_cases() : alone);
  }
  static Node of(const Characters& characters) {
    return {.kind = Node::Kind::characters, .characters = characters.tidied()};
  }
  static Node at_place(PatternPlace place) { return {.kind = Node::Kind::place, .place = place}; }

  std::string_view text_;
  std::size_t at_ = 0;
  bool ignore_case_;
  std::optional<std::string> problem_;
};

using Bytes = std::bitset<256>;
struct ByteRange {
  unsigned low;
  unsigned high;
};

/// The program of a pattern. It stops growing at its limit, which too_big() tells.
class Emitter {
 public:
  void emit(const Node& node) {
    if (too_big()) return;
    switch (node.kind) {
      case Node::Kind::nothing: break;
      case Node::Kind::characters: emit_characters(node.characters); break;
      case Node::Kind::place: add(PatternOp::at, static_cast<unsigned>(node.place), 0); break;
      case Node::Kind::sequence:
        for (const Node& part : node.parts) emit(part);
        break;
      case Node::Kind::choice:
        emit_choice(node.parts.size(), [&](std::size_t part) { emit(node.parts[part]); });
        break;
      case Node::Kind::repeated: emit_repeated(node); break;
    }
  }
  void finish() { add(PatternOp::found, 0, 0); }
  [[nodiscard]] bool too_big() const { return code_.size() > rules::kMaxInstructions; }

  [[nodiscard]] std::string bytes() const {
    std::string out;
    const auto u16 = [&](std::size_t value) {
      out += static_cast<char>(value & 0xFFU);
      out += static_cast<char>(value >> 8U);
    };
    u16(code_.size());
    for (const Instruction& one : code_) {
      out += static_cast<char>(one.op);
      out += static_cast<char>(one.a);
      u16(one.b);
    }
    for (const Bytes& set : sets_) {
      for (std::size_t byte = 0; byte < set.size(); byte += 8) {
        unsigned eight = 0;
        for (std::size_t bit = 0; bit < 8; ++bit) eight |= static_cast<unsigned>(set[byte + bit]) << bit;
        out += static_cast<char>(eight);
      }
    }
    return out;
  }

 private:
  struct Instruction {
    PatternOp op;
    unsigned a;
    std::size_t b;
  };

  std::size_t add(PatternOp op, unsigned a, std::size_t b) {
    code_.push_back({op, a, b});
    return code_.size() - 1;
  }

  template <class EmitPart>
  void emit_choice(std::size_t count, EmitPart emit_part) {
    std::vector<std::size_t> jumps;
    for (std::size_t part = 0; part < count; ++part) {
      const bool last = part + 1 == count;
      const std::size_t either = last ? 0 : add(PatternOp::either, 0, 0);
      emit_part(part);
      if (last) break;
      jumps.push_back(add(PatternOp::jump, 0, 0));
      code_[either].b = code_.size();
    }
    for (const std::size_t jump : jumps) code_[jump].b = code_.size();
  }

  void emit_repeated(const Node& node) {
    const Node& part = node.parts.front();
    for (unsigned count = 0; count < node.least && !too_big(); ++count) emit(part);
    if (node.most == kNoLimit) {
      const std::size_t either = add(PatternOp::either, 0, 0);
      emit(part);
      add(PatternOp::jump, 0, either);
      code_[either].b = code_.size();
      return;
    }
    std::vector<std::size_t> ways_out;
    for (unsigned count = node.least; count < node.most && !too_big(); ++count) {
      ways_out.push_back(add(PatternOp::either, 0, 0));
      emit(part);
    }
    for (const std::size_t way : ways_out) code_[way].b = code_.size();
  }

  void emit_characters(const Characters& characters) {
    Bytes single;
    std::vector<Range> beyond;
    for (Range range : characters.ranges()) {
      for (; range.low <= range.high && range.low < kFirstBeyondAscii; ++range.low) single.set(range.low);
      if (range.low <= range.high) beyond.push_back(range);
    }
    if (beyond.size() == 1 && beyond[0].low == kFirstBeyondAscii && beyond[0].high == kLastCharacter) {
      return emit_all_beyond_ascii(single);
    }
    std::vector<std::vector<ByteRange>> sequences;
    for (const Range& range : beyond) split(range.low, range.high, sequences);
    const std::size_t ways = sequences.size() + (single.any() ? 1 : 0);
    if (ways == 0) return emit_set(single);  // nothing can stand here
    emit_choice(ways, [&](std::size_t way) {
      if (way == sequences.size()) return emit_set(single);
      for (const ByteRange& byte : sequences[way]) add(PatternOp::bytes, byte.low, byte.high);
    });
  }

  /// Texts are UTF-8, so that what follows a first byte up to the next one belongs to it.
  void emit_all_beyond_ascii(Bytes first) {
    for (std::size_t lead = 0xC2; lead <= 0xF4; ++lead) first.set(lead);
    emit_set(first);
    const std::size_t either = add(PatternOp::either, 0, 0);
    add(PatternOp::bytes, 0x80, 0xBF);
    add(PatternOp::jump, 0, either);
    code_[either].b = code_.size();
  }

  void emit_set(const Bytes& set) {
    std::size_t low = 0;
    while (low < set.size() && !set[low]) ++low;
    std::size_t high = set.size();
    while (high > low && !set[high - 1]) --high;
    if (low < high && set.count() == high - low) {
      add(PatternOp::bytes, static_cast<unsigned>(low), high - 1);
      return;
    }
    const auto known = std::ranges::find(sets_, set);
    const auto number = static_cast<std::size_t>(known - sets_.begin());
    if (known == sets_.end()) sets_.push_back(set);
    add(PatternOp::set, 0, number);
  }

  /// A range of characters as ranges of the bytes of their UTF-8.
  static void split(char32_t low, char32_t high, std::vector<std::vector<ByteRange>>& out) {
    for (const char32_t last : {char32_t{0x7FF}, char32_t{0xFFFF}}) {
      if (low <= last && high > last) {
        split(low, last, out);
        split(last + 1, high, out);
        return;
      }
    }
    const unsigned followers = low > 0xFFFF ? 3 : low > 0x7FF ? 2 : 1;
    for (unsigned count = 1; count <= followers; ++count) {
      const char32_t tail = (char32_t{1} << (6 * count)) - 1;
      if ((low & ~tail) == (high & ~tail)) continue;
      if ((low & tail) != 0) {
        split(low, low | tail, out);
        split((low | tail) + 1, high, out);
        return;
      }
      if ((high & tail) != tail) {
        split(low, (high & ~tail) - 1, out);
        split(high & ~tail, high, out);
        return;
      }
    }
    std::vector<ByteRange> bytes;
    const unsigned lead = followers == 3 ? 0xF0 : followers == 2 ? 0xE0 : 0xC0;
    for (unsigned left = followers + 1; left-- > 0;) {
      const unsigned base = left == followers ? lead : 0x80;
      const char32_t mask = left == followers ? ~char32_t{0} : 0x3F;
      bytes.push_back({base | static_cast<unsigned>(low >> (6 * left) & mask),
                       base | static_cast<unsigned>(high >> (6 * left) & mask)});
    }
    out.push_back(std::move(bytes));
  }

  std::vector<Instruction> code_;
  std::vector<Bytes> sets_;
};

}  // namespace

Result<std::string, std::string> compile_pattern(std::string_view pattern, bool ignore_case) {
  if (pattern.size() > kMaxPatternBytes) {
    return fail("has " + std::to_string(pattern.size()) + " bytes; " + std::to_string(kMaxPatternBytes) +
                " are allowed");
  }
  const re2::RE2 checked(re2::StringPiece(pattern.data(), pattern.size()), re2::RE2::Quiet);
  if (!checked.ok())
    return fail("is not a pattern: " + checked.error() + "; look-around and back-references do not exist");
  const auto node = PatternReader(pattern, ignore_case).read();
  if (!node) return fail(node.error());
  Emitter emitter;
  emitter.emit(*node);
  emitter.finish();
  if (emitter.too_big()) {
    return fail("needs more than " + std::to_string(rules::kMaxInstructions) +
                " instructions; use smaller repetition counts or fewer alternatives");
  }
  return emitter.bytes();
}

}  // namespace etappe::container
