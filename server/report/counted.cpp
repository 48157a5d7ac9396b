#include "server/report/counted.hpp"

namespace etappe::report {
namespace {

// Fewer rows than session_origins(): only touches of sessions that have a conversion.
std::string first_touches(const Scope& scope) {
  const std::string converted = "session IN (SELECT session FROM " +
                                rows_of(scope, {.sent = "type = 'conversion' AND session != ''"}) + ")";
  return R"(touched AS (
  SELECT
    session,
    argMin(tuple(channel, source, medium), tuple(ts, received_at, segment, record)) AS origin
  FROM )" +
         rows_of(scope, {.sent = converted, .found = "touch = 1"}) + R"(
  GROUP BY session
))";
}

}  // namespace

std::string session_origins(const Scope& scope) {
  return R"(origins AS (
  SELECT
    session,
    min(ts) AS began,
    argMinIf(tuple(channel, source, medium), tuple(ts, received_at, segment, record), touch = 1) AS first_touch,
    if(first_touch.1 = '', tuple('Direct', '(direct)', '(none)'), first_touch) AS origin
  FROM )" +
         rows_of(scope, {.sent = "session != ''"}) + R"(
  GROUP BY session
))";
}

std::string counted_conversions(const Scope& scope) {
  return R"(fired AS (
  SELECT
    name, first.1 AS id, first.2 AS ts, first.3 AS weight, first.4 AS value, first.5 AS currency,
    first.6 AS quantity, first.7 AS order_id, first.8 AS visitor, first.9 AS session, first.10 AS path,
    first.11 AS touch, first.12 AS channel, first.13 AS source, first.14 AS medium, repeats
  FROM (
    SELECT
      name,
      if(order_id = '', toString(id), concat('order ', order_id)) AS occasion,
      argMin(tuple(id, ts, weight, value, currency, quantity, order_id, visitor, session, path,
                   touch, channel, source, medium),
             tuple(ts, received_at, segment, record)) AS first,
      count() - 1 AS repeats
    FROM )" +
         rows_of(scope, {.sent = "type = 'conversion'"}) + R"(
    GROUP BY name, occasion
  )
  WHERE toDate(ts, {zone:String}) BETWEEN {from:Date} AND {to:Date}
))";
}

std::string placed_conversions(const Scope& scope) {
  return counted_conversions(scope) + ",\n" + first_touches(scope) + R"(,
placed AS (
  SELECT
    fired.id AS id, fired.ts AS ts, fired.name AS name, fired.weight AS weight, fired.value AS value,
    fired.currency AS currency, fired.quantity AS quantity, fired.order_id AS order_id,
    fired.visitor AS visitor, fired.session AS session, fired.path AS path, fired.repeats AS repeats,
    multiIf(touched.origin.1 != '', touched.origin,
            fired.session != '', tuple('Direct', '(direct)', '(none)'),
            fired.touch = 1, tuple(fired.channel, fired.source, fired.medium),
            tuple('Unassigned', '', '')) AS way,
    way.1 AS channel, way.2 AS source, way.3 AS medium
  FROM fired LEFT JOIN touched ON fired.session = touched.session
))";
}

}  // namespace etappe::report
