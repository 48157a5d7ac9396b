#pragma once
// What a container would do: pushes to the data layer in, firings out. Nothing is sent; the rule engine is
// the page's own. What only a browser knows (cookies, globals, the document) is empty; elements and details
// of an occasion are read from the keys that Google Tag Manager's own listeners push (`gtm.elementId`,
// `gtm.scrollThreshold`, …).

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/consent/consent.hpp"
#include "server/container/container.hpp"

namespace etappe::container {

class Simulation {
 public:
  struct Page {
    std::string url;
    std::string referrer;
    consent::States consent;
  };

  /// `json` is the author's form. Problems are those of compile(); with an error among them there is nothing
  /// to run.
  Simulation(std::string_view json, Page page, const Templates* templates = nullptr);
  ~Simulation();
  [[nodiscard]] const std::vector<Problem>& problems() const;
  [[nodiscard]] bool ok() const;

  /// One message. {"event": its name or null, "fired": [tag names in order], "held": [{"tag", "reason"}],
  /// "variables": {name: value}}; reasons are consent, exception, schedule, sampling, setup and once. An
  /// event named `gtm.js`, `gtm.dom`, `gtm.load`, `gtm.init`, `gtm.click` and so on is the occasion of that
  /// name; every other is an event.
  [[nodiscard]] nlohmann::ordered_json push(const nlohmann::json& message);

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

}  // namespace etappe::container
