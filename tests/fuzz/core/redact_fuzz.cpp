// Redaction is done once it is done: a second pass changes nothing. What is UTF-8 stays UTF-8, and a room
// that is too small leaves a beginning of what a large one holds. The first line of the input is the site's
// only rule.

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/event/event.hpp"
#include "core/redact/redact.hpp"

using namespace etappe;

namespace {

constexpr std::size_t kMaxInput = 2048;
/// The shortest parameter that grows is "a=b", which becomes "a=[redacted]".
using Room = std::array<char, 4 * kMaxInput + 16>;

template <class Redact>
void check(std::string_view text, Redact redact) {
  static Room once_room, twice_room, small_room;
  const std::string_view once = redact(text, once_room);
  if (redact(once, twice_room) != once) std::abort();
  if (event::is_utf8(text) && !event::is_utf8(once)) std::abort();
  const std::string_view cut = redact(text, std::span(small_room).first(text.size() / 2));
  if (!once.starts_with(cut)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), std::min(size, kMaxInput));
  const std::size_t line = std::min(input.find('\n'), input.size());
  const redact::RulesView rules{input.substr(0, line)};
  const std::string_view text = input.substr(std::min(line + 1, input.size()));
  check(text, [&](std::string_view one, std::span<char> out) { return redact::redact_url(one, rules, out); });
  check(text, [](std::string_view one, std::span<char> out) { return redact::redact_text(one, out); });
  check(text, [&](std::string_view one, std::span<char> out) {
    return redact::redact_value("note", one, rules, out);
  });
  return 0;
}
