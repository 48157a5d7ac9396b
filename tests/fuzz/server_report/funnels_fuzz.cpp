// A funnel's text is understood whole or refused with a place.
#include <cstdint>
#include <cstdlib>

#include "server/report/site.hpp"

using namespace etappe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto funnels = report::funnels_from_json({reinterpret_cast<const char*>(data), size});
  if (!funnels) {
    if (funnels.error().message.empty()) std::abort();
    return 0;
  }
  for (const report::Funnel& funnel : *funnels)
    if (funnel.id.empty() || funnel.steps.size() < 2 || funnel.steps.size() > 16 || funnel.window_days < 1 ||
        funnel.window_days > 365)
      std::abort();
  return 0;
}
