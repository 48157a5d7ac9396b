#include "server/container/listening.hpp"

#include <nlohmann/json.hpp>

namespace etappe::container {

using nlohmann::json;
using rules::Occasion;

std::string listening_of(const std::vector<const Trigger*>& triggers) {
  json all = json::object();
  unsigned occasions = 0;
  for (std::size_t index = 0; index < triggers.size(); ++index) {
    const Listening& listening = triggers[index]->listening;
    switch (triggers[index]->occasion) {
      case Occasion::scroll_depth:
        all["scroll"].push_back(
            {index, listening.thresholds, listening.pixels, listening.horizontal ? 1 : 0});
        break;
      case Occasion::visibility:
        all["visible"].push_back(
            {index, listening.selector, listening.percent, listening.milliseconds, listening.once});
        break;
      case Occasion::timer: all["timer"].push_back({index, listening.milliseconds, listening.limit}); break;
      case Occasion::engagement: all["engaged"].push_back({index, listening.thresholds}); break;
      default: occasions |= 1U << static_cast<unsigned>(triggers[index]->occasion); break;
    }
  }
  all["on"] = occasions;
  return all.dump();
}

}  // namespace etappe::container
