#pragma once
// A site written as a JSON file, as `etappe site add --from FILE` reads it. Unknown keys are errors, because
// a misspelt setting that is silently ignored is found months later in the figures.
//
//   {"name": "…", "domains": ["…"], "zone": "Europe/Berlin", "currency": "EUR", "demo": false, "key": "…",
//    "require_origin": false, "allow_null_origin": false, "session_minutes": 30, "container":
//    "container.json", "tracker": {…}, "funnels": […]}
// Only name and domains are required. What stands in tracker is checked by tracker_options.hpp,
// what stands in funnels by server/report.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/admin/file_problem.hpp"
#include "server/admin/sites.hpp"

namespace etappe::admin {

struct SiteFile {
  Site site;
  std::string container;  ///< path of the container's JSON, relative to the file; empty: none
};

[[nodiscard]] Result<SiteFile, FileProblem> parse_site_file(std::string_view text,
                                                            const KnownListeners& known);

}  // namespace etappe::admin
