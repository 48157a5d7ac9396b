// What a page reports of itself is of its form or is no report.

#include <array>
#include <cstdlib>

#include "server/live/seen.hpp"

using namespace etappe::live;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto report = check_report(text)) {
    if (report->token.view().size() < 16) std::abort();
    if (report->violated.view().find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != std::string_view::npos)
      std::abort();
  }
  std::array<char, 64> space;
  const std::string_view host = host_in(text, space);
  if (host.find_first_of("<>\"'&/ %ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos) std::abort();
  return 0;
}
