#pragma once
// From the path and query of GET /api/v1/sites/{site}/reports/{name} to a question. Pure.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/api/refusal.hpp"
#include "server/report/render.hpp"
#include "server/report/report.hpp"

namespace etappe::api {

enum class Form : std::uint8_t { json, csv };

struct ReportRequest {
  std::string site_key;
  report::Ask ask;  ///< as_of is not set: it is the time of answering
  report::Statements statements = report::Statements::hidden;
  Form form = Form::json;
};

/// Whether a path has the form of a report's path, whatever its parts say.
[[nodiscard]] bool is_report_path(std::string_view path);

/// unknown_report, missing_parameter, bad_date, bad_range or bad_parameter; a parameter that is unknown or
/// given twice is bad: a filter that is silently ignored gives a wrong figure.
[[nodiscard]] Result<ReportRequest, Refusal> report_request(std::string_view path, std::string_view query);

}  // namespace etappe::api
