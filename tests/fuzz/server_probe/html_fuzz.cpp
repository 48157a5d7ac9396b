// Whatever a page holds, its elements come out within their bounds, and every part of it was in the page.

#include <cstdlib>

#include "server/probe/html.hpp"

using namespace etappe::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  const Elements found = elements_of(html);
  if (found.scripts.size() > kMaxScripts) std::abort();
  for (const ScriptElement& script : found.scripts) {
    if (script.text.size() > kMaxInlineBytes || script.src.size() > size) std::abort();
    if (html.find(script.text) == std::string_view::npos) std::abort();
  }
  // A comment around a page leaves nothing of it.
  if (html.find("-->") == std::string_view::npos && !html.starts_with('>') && !html.starts_with("->") &&
      !elements_of("<!--" + std::string(html) + "-->").scripts.empty())
    std::abort();
  return 0;
}
