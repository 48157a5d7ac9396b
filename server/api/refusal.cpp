#include "server/api/refusal.hpp"

namespace etappe::api {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  unsigned status;
  std::string_view detail;
};

constexpr Row kRows[] = {
    {Reason::bad_json, "bad_json", 400, "Send a JSON object."},
    {Reason::bad_login, "bad_login", 400, "Send {\"login\":\"…\",\"password\":\"…\"} and nothing else."},
    {Reason::bad_date, "bad_date", 400, "Write a day as YYYY-MM-DD, of the years 2000 to 2100."},
    {Reason::bad_range, "bad_range", 400,
     "Let `from` be no later than `to`, and the period no longer than 1096 days."},
    {Reason::bad_parameter, "bad_parameter", 400, "See /api/openapi.json for the parameters of this path."},
    {Reason::bad_tracker, "bad_tracker", 400, "See docs/tracker.md, \"Options of a site\"."},
    {Reason::missing_parameter, "missing_parameter", 400, "Add the parameters `from` and `to`."},
    {Reason::not_signed_in, "not_signed_in", 401, "Sign in with POST /api/v1/login or send a bearer token."},
    {Reason::wrong_credentials, "wrong_credentials", 401, "Check login and password."},
    {Reason::origin_refused, "origin_refused", 403, "Send this request from the dashboard's own address."},
    {Reason::host_refused, "host_refused", 403, "Without TLS the dashboard answers to localhost only."},
    {Reason::scope_missing, "scope_missing", 403, "This account or token may not do this."},
    {Reason::unknown_path, "unknown_path", 404, "See /api/openapi.json for what there is."},
    {Reason::unknown_site, "unknown_site", 404, "No site that you may see has this key."},
    {Reason::unknown_report, "unknown_report", 404, "Ask for overview, channels, conversions or funnel."},
    {Reason::unknown_funnel, "unknown_funnel", 404,
     "The site has no such funnel; GET /api/v1/sites lists them."},
    {Reason::method_not_allowed, "method_not_allowed", 405,
     "See /api/openapi.json for the methods of this path."},
    {Reason::too_large, "too_large", 413, "A request to this interface is at most 4096 bytes."},
    {Reason::too_many_attempts, "too_many_attempts", 429, "Wait before the next attempt."},
    {Reason::busy, "busy", 503, "Too many requests are waiting; try again."},
    {Reason::engine_unavailable, "engine_unavailable", 503,
     "Recording goes on; reports are back as soon as the store answers."},
    {Reason::too_slow, "too_slow", 503, "The report took too long; ask for a shorter period."},
    {Reason::engine_refused, "engine_refused", 500, "The store did not accept our question; see the log."},
    {Reason::not_published, "not_published", 500,
     "It is stored, but pages get what they got before; `etappe doctor` says why."},
    {Reason::internal, "internal", 500, "This is our mistake; see the log."},
};

const Row& row_of(Reason reason) { return kRows[static_cast<std::size_t>(reason)]; }

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i)
    if (static_cast<std::size_t>(kRows[i].reason) != i) return false;
  return std::size(kRows) == static_cast<std::size_t>(Reason::internal) + 1;
}
static_assert(rows_are_in_order());

constexpr std::chrono::seconds kRetry{2};

}  // namespace

std::string_view name_of(Reason reason) { return row_of(reason).name; }
unsigned status_of(Reason reason) { return row_of(reason).status; }

Reason reason_of(report::Refusal refusal) {
  switch (refusal) {
    case report::Refusal::unknown_report: return Reason::unknown_report;
    case report::Refusal::unknown_funnel: return Reason::unknown_funnel;
    case report::Refusal::engine_unavailable: return Reason::engine_unavailable;
    case report::Refusal::too_slow: return Reason::too_slow;
    case report::Refusal::engine_refused: return Reason::engine_refused;
    case report::Refusal::bad_answer: return Reason::internal;
  }
  return Reason::internal;
}

http::Reply reply_of(const Refusal& refusal) {
  const Row& row = row_of(refusal.reason);
  http::Reply reply = http::problem(row.status, row.name,
                                    refusal.detail.empty() ? row.detail : std::string_view(refusal.detail));
  if (row.status == 401) reply.headers.push_back({"WWW-Authenticate", "Bearer realm=\"etappe\""});
  if (refusal.retry_after || row.status == 503)
    reply.headers.push_back({"Retry-After", std::to_string(refusal.retry_after.value_or(kRetry).count())});
  return reply;
}

}  // namespace etappe::api
