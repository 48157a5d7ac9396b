#pragma once
// Why the admin listener says no: one closed list, one mapping to HTTP. docs/openapi.json names the same
// reasons.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.hpp"
#include "server/report/report.hpp"

namespace etappe::api {

enum class Reason : std::uint8_t {
  bad_json,
  bad_login,
  bad_date,
  bad_range,
  bad_parameter,
  bad_tracker,
  missing_parameter,
  not_signed_in,
  wrong_credentials,
  origin_refused,
  host_refused,
  scope_missing,
  unknown_path,
  unknown_site,
  unknown_report,
  unknown_funnel,
  method_not_allowed,
  too_large,
  too_many_attempts,
  busy,
  engine_unavailable,
  too_slow,
  engine_refused,
  not_published,
  internal,
};
[[nodiscard]] std::string_view name_of(Reason reason);
[[nodiscard]] unsigned status_of(Reason reason);
[[nodiscard]] Reason reason_of(report::Refusal refusal);

struct Refusal {
  Reason reason;
  std::string detail;  ///< English, what to do; empty: the reason's own sentence
  std::optional<std::chrono::seconds> retry_after;
};

/// application/problem+json; 401 carries WWW-Authenticate, 503 always a Retry-After.
[[nodiscard]] http::Reply reply_of(const Refusal& refusal);

}  // namespace etappe::api
