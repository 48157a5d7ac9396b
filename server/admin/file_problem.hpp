#pragma once
// What is wrong with JSON that a person wrote: which rule, at which place, and what would be right. One form
// for site files and tracker options, so that the command line and the API say the same.

#include <cstdint>
#include <string>
#include <string_view>

namespace etappe::admin {

struct FileProblem {
  enum class Reason : std::uint8_t {
    not_json,
    unknown_key,
    missing_key,
    wrong_type,
    bad_value,         ///< none of the words that are known there
    out_of_range,      ///< a number, a length or a count
    unknown_listener,  ///< this build's tracker has no listener module of that name
    bad_host,          ///< not a host name; scheme, port and path do not belong there
    bad_rule,          ///< not a redaction rule
  };
  Reason reason = Reason::not_json;
  std::string where;        ///< "domains[2]", "tracker.impression.percent"
  std::string wanted = {};  ///< English, what would be right; empty where the reason says it
};
[[nodiscard]] std::string_view name_of(FileProblem::Reason reason);

/// "tracker.url: write \"actual\" or \"canonical\"".
[[nodiscard]] std::string message(const FileProblem& problem);

}  // namespace etappe::admin
