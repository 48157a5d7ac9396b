// Redaction is done once it is done: a second pass changes nothing, and what is UTF-8 stays UTF-8.

#include <cstdlib>

#include "server/collect/redact.hpp"

using namespace etappe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 4096));
  collect::Scratch scratch;
  for (const auto redact : {&collect::redact_url, &collect::redact_text}) {
    const std::string_view once = redact(text, scratch);
    if (redact(once, scratch) != once) std::abort();
    if (event::is_utf8(text) && !event::is_utf8(once)) std::abort();
  }
  return 0;
}
