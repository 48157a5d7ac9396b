// Redaction is done once it is done: a second pass changes nothing, and what is UTF-8 stays UTF-8. An address
// that cannot be taken apart is treated as text, and may become one that can; it is not asked twice.

#include <cstdlib>

#include "core/url/url.hpp"
#include "server/collect/redact.hpp"

using namespace etappe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 4096));
  collect::Scratch scratch;
  const std::string_view as_url = collect::redact_url(text, scratch);
  if (url::split(text) && collect::redact_url(as_url, scratch) != as_url) std::abort();
  const std::string_view as_text = collect::redact_text(text, scratch);
  if (collect::redact_text(as_text, scratch) != as_text) std::abort();
  if (event::is_utf8(text) && (!event::is_utf8(as_url) || !event::is_utf8(as_text))) std::abort();
  return 0;
}
