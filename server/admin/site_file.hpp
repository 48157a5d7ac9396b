#pragma once
// A site written as a JSON file, as `etappe site add --from FILE` reads it. Unknown keys are errors, because
// a misspelt setting that is silently ignored is found months later in the figures.
//
//   {"name": "…", "domains": ["…"], "zone": "Europe/Berlin", "currency": "EUR", "demo": false, "key": "…",
//    "require_origin": false, "allow_null_origin": false, "session_minutes": 30, "container":
//    "container.json", "funnels": […]}
// Only name and domains are required. What stands in funnels is checked by server/report.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/admin/sites.hpp"

namespace etappe::admin {

struct SiteFile {
  Site site;
  std::string container;  ///< path of the container's JSON, relative to the file; empty: none
};

/// What is wrong with a file a person wrote, and where ("domains[2]").
struct FileProblem {
  enum class Reason : std::uint8_t { not_json, unknown_key, missing_key, wrong_type, bad_value };
  Reason reason = Reason::not_json;
  std::string where;
};
[[nodiscard]] std::string_view name_of(FileProblem::Reason reason);

[[nodiscard]] Result<SiteFile, FileProblem> parse_site_file(std::string_view text);

}  // namespace etappe::admin
