#include "server/report/scope.hpp"

namespace etappe::report {
namespace {

// A zone is at most 14 hours from UTC, and key_day may lie a day from the event's own.
constexpr std::chrono::days kKeySlack{2};

}  // namespace

Question question_for(const Scope& scope, Reach reach, std::string sql) {
  const Day scan_from = scope.period.from - std::chrono::days{reach.before};
  const Day scan_to = scope.period.to + std::chrono::days{reach.after};
  Question question{std::move(sql), {}};
  const auto give = [&question](std::string_view name, std::string value) {
    if (question.sql.find("{" + std::string(name) + ":") != std::string::npos)
      question.parameters.emplace_back(name, std::move(value));
  };
  give("site", scope.site);
  give("zone", scope.zone);
  give("from", text_of(scope.period.from));
  give("to", text_of(scope.period.to));
  give("until", scope.until);
  give("scan_from", text_of(scan_from));
  give("scan_to", text_of(scan_to));
  give("key_from", text_of(scan_from - kKeySlack));
  give("key_to", text_of(scan_to + kKeySlack));
  return question;
}

const std::string& scanned_rows() {
  static const std::string text = R"(events FINAL
  PREWHERE site = {site:String}
    AND key_day BETWEEN {key_from:Date} AND {key_to:Date}
    AND toDate(ts, {zone:String}) BETWEEN {scan_from:Date} AND {scan_to:Date}
    AND ts < {until:DateTime64(3, 'UTC')})";
  return text;
}

}  // namespace etappe::report
