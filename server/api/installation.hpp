#pragma once
// The live view and the installation check as requests and as JSON: what GET …/live and POST …/check may say,
// and how what was seen, found and concluded is written down. docs/openapi.json is the contract. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "core/event/event.hpp"
#include "core/result.hpp"
#include "server/api/refusal.hpp"
#include "server/diagnosis/diagnosis.hpp"
#include "server/live/seen.hpp"
#include "server/probe/look.hpp"

namespace etappe::api {

struct LiveRequest {
  std::string site_key;
  event::TimeMs since;  ///< 1970 when not given
  std::string token;    ///< of the check whose verdict is asked for; empty: of none
};

struct CheckRequest {
  std::string site_key;
  std::string url;
  std::string token;                   ///< of the page that was opened; empty: none was
  std::optional<event::TimeMs> since;  ///< when the check began
};

/// Whether a path has the form of …/sites/{site}/live or …/check, whatever the site's key says.
[[nodiscard]] bool is_live_path(std::string_view path);
[[nodiscard]] bool is_check_path(std::string_view path);

/// unknown_site or bad_parameter; a parameter that is unknown or given twice is bad.
[[nodiscard]] Result<LiveRequest, Refusal> live_request(std::string_view path, std::string_view query);
/// unknown_site, bad_json, missing_parameter or bad_parameter.
[[nodiscard]] Result<CheckRequest, Refusal> check_request(std::string_view path, std::string_view body);

/// The answer of GET …/live; the reports are those with `token`.
[[nodiscard]] std::string live_json(std::string_view site_key, const live::Seen& seen,
                                    live::Published published, std::string_view token,
                                    const std::optional<diagnosis::Verdict>& verdict);
/// The answer of POST …/check.
[[nodiscard]] std::string check_json(std::string_view site_key, const probe::Page& page,
                                     const probe::Wanted& wanted, const diagnosis::Verdict& verdict);

}  // namespace etappe::api
