#pragma once
// The rights of the people whose data is stored, as requests: POST …/subject, GET and POST …/erasures.
// docs/openapi.json is the contract. Pure.
//
// An id never stands in an address: addresses end in logs and histories.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/api/ports.hpp"
#include "server/api/refusal.hpp"

namespace etappe::api {

struct SubjectRequest {
  std::string site_key;
  SubjectName name;
  std::string purpose;  ///< as the person typed it, for the audit log
};

/// Whether a path has the form of …/sites/{site}/subject or …/erasures, whatever the site's key says.
[[nodiscard]] bool is_subject_path(std::string_view path);
[[nodiscard]] bool is_erasures_path(std::string_view path);

/// The site's key of either path; unknown_site.
[[nodiscard]] Result<std::string, Refusal> rights_site(std::string_view path);
/// unknown_site, bad_json, missing_parameter or bad_parameter.
[[nodiscard]] Result<SubjectRequest, Refusal> subject_request(std::string_view path, std::string_view body);

[[nodiscard]] Refusal refusal_of(RightsError error);

}  // namespace etappe::api
