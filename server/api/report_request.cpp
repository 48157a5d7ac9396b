#include "server/api/report_request.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "server/api/address.hpp"

namespace etappe::api {
namespace {

constexpr std::string_view kBefore = "/api/v1/sites/";
constexpr std::string_view kBetween = "/reports/";

struct Parts {
  std::string_view site;
  std::string_view name;
};

std::optional<Parts> parts_of(std::string_view path) {
  if (!path.starts_with(kBefore)) return std::nullopt;
  path.remove_prefix(kBefore.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || !path.substr(slash).starts_with(kBetween)) return std::nullopt;
  const std::string_view name = path.substr(slash + kBetween.size());
  if (slash == 0 || name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
  return Parts{path.substr(0, slash), name};
}

Refusal refuse(Reason reason, std::string detail = {}) { return {reason, std::move(detail), std::nullopt}; }

}  // namespace

bool is_report_path(std::string_view path) { return parts_of(path).has_value(); }

Result<ReportRequest, Refusal> report_request(std::string_view path, std::string_view query) {
  const auto parts = parts_of(path);
  if (!parts) return fail(refuse(Reason::unknown_path));
  const auto& known = report::report_names();
  if (std::find(known.begin(), known.end(), parts->name) == known.end())
    return fail(refuse(Reason::unknown_report));
  auto site = percent_decoded(parts->site);
  if (!site) return fail(refuse(Reason::unknown_site));

  const auto parameters = query_parameters(query);
  if (!parameters) return fail(refuse(Reason::bad_parameter, "The query has a broken %-escape."));

  ReportRequest request;
  request.site_key = std::move(*site);
  request.ask.name = std::string(parts->name);
  std::optional<report::Day> from;
  std::optional<report::Day> to;
  std::set<std::string_view> seen;
  for (const auto& parameter : *parameters) {
    const std::string& name = parameter.first;
    const std::string& value = parameter.second;
    if (!seen.insert(name).second) return fail(refuse(Reason::bad_parameter, name + ": give it once."));
    const auto one_of = [&](std::string_view no, std::string_view yes) {
      return value == no || value == yes;
    };
    const auto choice = [&](std::string_view a, std::string_view b) {
      return refuse(Reason::bad_parameter,
                    name + ": write " + std::string(a) + " or " + std::string(b) + ".");
    };
    if (name == "from" || name == "to") {
      auto& day = name == "from" ? from : to;
      day = report::day_from_text(value);
      if (!day) return fail(refuse(Reason::bad_date, name + ": write a day as YYYY-MM-DD."));
    } else if (name == "compare") {
      if (!one_of("previous", "none")) return fail(choice("previous", "none"));
      request.ask.comparing = value == "none" ? report::Comparing::none : report::Comparing::previous;
    } else if (name == "sql") {
      if (!one_of("0", "1")) return fail(choice("0", "1"));
      request.statements = value == "1" ? report::Statements::shown : report::Statements::hidden;
    } else if (name == "format") {
      if (!one_of("json", "csv")) return fail(choice("json", "csv"));
      request.form = value == "csv" ? Form::csv : Form::json;
    } else if (name == "funnel" && request.ask.name == "funnel") {
      request.ask.funnel = value;
    } else {
      return fail(refuse(Reason::bad_parameter, name + ": this report has no such parameter."));
    }
  }
  if (!from || !to)
    return fail(refuse(Reason::missing_parameter, std::string(from ? "to" : "from") + ": add it."));
  if (*to < *from) return fail(refuse(Reason::bad_range));
  request.ask.period = {*from, *to};
  if (request.ask.period.days() > report::kLongestPeriodDays) return fail(refuse(Reason::bad_range));
  return request;
}

}  // namespace etappe::api
