#pragma once
// What a report must know about a site: where its days begin, which money it counts in, which funnels it has.
// Not how a site is stored (server/admin) nor what the collecting side knows of it (server/artefact).

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/consent/consent.hpp"
#include "core/result.hpp"

namespace etappe::report {

/// What makes an event a step of a funnel. Texts are compared byte for byte; a path carries no query.
struct ViewMatch {
  std::string path_prefix;
};
struct StepMatch {
  std::string funnel;
  std::string step;
};
struct ConversionMatch {
  std::string name;
};
struct EventMatch {
  std::string name;
};
struct ClickMatch {
  std::string name;
};
using Match = std::variant<ViewMatch, StepMatch, ConversionMatch, EventMatch, ClickMatch>;

struct FunnelStep {
  std::string name;
  Match match;
};

struct Funnel {
  std::string id;
  std::string name;
  int window_days = 7;
  std::vector<FunnelStep> steps;
};

struct Site {
  std::string id;   ///< what its rows carry; never changes
  std::string key;  ///< what people and addresses carry
  std::string name;
  std::vector<std::string> domains;
  std::string zone;                          ///< IANA name, known to exist
  std::string currency;                      ///< ISO 4217, upper-case
  bool demo = false;                         ///< the rows are generated
  std::chrono::minutes session_silence{30};  ///< ends a session
  consent::Policy policy = consent::Policy::block;
  std::vector<Funnel> funnels;  ///< the first one is the main funnel
};

/// What is wrong with a funnel's text, in words for the person who wrote it: "funnels[0].steps[1].match.type:
/// …".
struct FunnelFault {
  std::string message;
};

/// Reads `[{"id","name","window_days","steps":[{"name","match":{"type":"view","path_prefix"} |
/// {"type":"step","funnel","step"} | {"type":"conversion"|"event"|"click","name"}}]}]`. A funnel has 2 to 16
/// steps and a window of 1 to 365 days; ids are unique; an unknown key is a fault.
[[nodiscard]] Result<std::vector<Funnel>, FunnelFault> funnels_from_json(std::string_view json);

}  // namespace etappe::report
