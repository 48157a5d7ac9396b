#include "server/report/loads.hpp"

#include <algorithm>

namespace etappe::report {
namespace {

constexpr std::string_view kInForce = R"(FROM script_loads
WHERE site = {site:String} AND toDate(quarter, {zone:String}) BETWEEN {from:Date} AND {to:Date}
  AND quarter < {until:DateTime64(3, 'UTC')} AND device != 'bot')";

std::string fetched_sql() {
  return "SELECT toString(toDate(quarter, {zone:String})) AS day, version, region, device, sum(loads) AS "
         "fetched\n" +
         std::string(kInForce) +
         "\nGROUP BY day, version, region, device\nORDER BY day, version, region, device";
}

// A visitor's fetches: the first page load, and each that lies five minutes or more behind the fetch before
// it.
std::string recorded_sql(const Scope& scope) {
  return R"(WITH pages AS (
  SELECT visitor, page, toUnixTimestamp(min(ts)) AS at, argMin(region, ts) AS region, argMin(device, ts) AS device,
    max(link = 'linked') AS is_granted
  FROM )" +
         rows_of(
             scope,
             {.sent =
                  "type = 'view' AND visitor != '' AND page != toUUID('00000000-0000-0000-0000-000000000000')"
                  " AND ts >= (SELECT min(quarter) FROM script_loads WHERE site = {site:String})"}) +
         R"(
  GROUP BY visitor, page
  HAVING device != 'bot'
),
visitors AS (
  SELECT any(region) AS region, any(device) AS device, max(is_granted) AS is_granted,
    arrayPopFront(arrayFold((fetches, at) -> if(at >= fetches[-1] + 300, arrayPushBack(fetches, at), fetches),
      arraySort(groupArray(1000)(toInt64(at))), [toInt64(-300)])) AS fetches
  FROM pages
  GROUP BY visitor
),
in_force AS (
  SELECT quarter, argMax(version, loads) AS version
  )" + std::string(kInForce) +
         R"(
  GROUP BY quarter
)
SELECT
  toString(toDate(toDateTime(at, 'UTC'), {zone:String})) AS day,
  in_force.version AS version, region, device, count() AS recorded, countIf(is_granted) AS granted
FROM (SELECT region, device, is_granted, arrayJoin(fetches) AS at FROM visitors) AS fetched
LEFT JOIN in_force ON in_force.quarter = toDateTime(intDiv(fetched.at, 900) * 900, 'UTC')
GROUP BY day, version, region, device
ORDER BY day, version, region, device)";
}

LoadGroup group_of(Asker& asker, const std::vector<Cell>& row) {
  return {asker.day(row[0]), asker.text(row[1]), asker.text(row[2]), asker.text(row[3])};
}

}  // namespace

Loads read_loads(Asker& asker, const Scope& scope) {
  Loads loads;
  for (const auto& row : asker.rows("script_loads", question_for(scope, {}, fetched_sql()), 5))
    loads[group_of(asker, row)].fetched += asker.count(row[4]);
  if (loads.empty()) return loads;
  for (const auto& row : asker.rows("recorded_loads", question_for(scope, {}, recorded_sql(scope)), 6)) {
    LoadCounts& counts = loads[group_of(asker, row)];
    counts.recorded += asker.count(row[4]);
    counts.granted += asker.count(row[5]);
  }
  return loads;
}

LoadCounts sum_of(const Loads& loads) {
  LoadCounts sum;
  for (const auto& [group, counts] : loads) {
    sum.fetched += counts.fetched;
    sum.recorded += counts.recorded;
    sum.granted += counts.granted;
  }
  return sum;
}

Cell uncounted_share(const LoadCounts& counts) {
  if (counts.fetched == 0) return {};
  const auto unknown = std::max<std::int64_t>(counts.fetched - counts.recorded, 0);
  return static_cast<double>(unknown) / static_cast<double>(counts.fetched);
}

}  // namespace etappe::report
