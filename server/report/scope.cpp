#include "server/report/scope.hpp"

namespace etappe::report {
namespace {

// A zone is at most 14 hours from UTC, and key_day may lie a day from the event's own.
constexpr std::chrono::days kKeySlack{2};

constexpr const char* kScanned = R"(events FINAL
  PREWHERE site = {site:String}
    AND key_day BETWEEN {key_from:Date} AND {key_to:Date}
    AND toDate(ts, {zone:String}) BETWEEN {scan_from:Date} AND {scan_to:Date}
    AND ts < {until:DateTime64(3, 'UTC')})";

// `owner`: whose page load it was, once somebody granted on it. Rows with one are out of the day's sessions.
std::string with_days_placed() {
  return "    SELECT * FROM " + stored_rows({.sent = "link != 'daily'"}) + R"(
    UNION ALL
    SELECT * EXCEPT (owner, at, quiet_ms, began) REPLACE (
      if(owner.1 = '', visitor, owner.1) AS visitor,
      if(owner.1 = '', concat(visitor, '.', toString(began)), owner.2) AS session)
    FROM (
      SELECT *, max(if(quiet_ms > {silence_ms:Int64}, at, 0))
        OVER (PARTITION BY visitor, owner ORDER BY at, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS began
      FROM (
        SELECT of_a_day.*, owners.owner AS owner, toUnixTimestamp64Milli(ts) AS at, at - lagInFrame(at)
          OVER (PARTITION BY visitor, owner ORDER BY ts, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS quiet_ms
        FROM (SELECT * FROM )" +
         stored_rows({.sent = "link = 'daily'"}) + R"() AS of_a_day
        LEFT JOIN (
          SELECT page, argMin(tuple(visitor, session), tuple(ts, id)) AS owner
          FROM )" +
         stored_rows(
             {.sent =
                  "link = 'linked' AND page != toUUID('00000000-0000-0000-0000-000000000000') AND page IN ("
                  "SELECT page FROM events WHERE site = {site:String} AND link = 'daily' AND "
                  "key_day BETWEEN {key_from:Date} AND {key_to:Date})"}) +
         R"(
          GROUP BY page
        ) AS owners ON owners.page = of_a_day.page
      )
    ))";
}

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
  give("silence_ms", std::to_string(std::chrono::milliseconds{scope.silence}.count()));
  give("scan_from", text_of(scan_from));
  give("scan_to", text_of(scan_to));
  give("key_from", text_of(scan_from - kKeySlack));
  give("key_to", text_of(scan_to + kKeySlack));
  return question;
}

std::string stored_rows(Where where) {
  std::string text = kScanned;
  if (!where.sent.empty()) text += "\n    AND " + std::string(where.sent);
  if (!where.found.empty()) text += "\n  WHERE " + std::string(where.found);
  return text;
}

std::string rows_of(const Scope& scope, Where where) {
  if (!scope.has_daily) return stored_rows(where);
  std::string text = "(\n" + with_days_placed() + "\n  )";
  std::string_view before = "\n  WHERE ";
  for (const std::string_view condition : {where.sent, where.found}) {
    if (condition.empty()) continue;
    text += std::string(before) + "(" + std::string(condition) + ")";
    before = " AND ";
  }
  return text;
}

}  // namespace etappe::report
