#include "server/report/acquisition.hpp"

namespace etappe::report {
namespace {

// A session that began before midnight is found whole; none lasts longer without half an hour of silence.
constexpr Reach kSessionReach{1, 0};

const std::string& session_origins() {
  static const std::string text = R"(origins AS (
  SELECT
    session,
    min(ts) AS began,
    argMinIf(tuple(channel, source, medium), tuple(ts, received_at, segment, record), touch = 1) AS first_touch,
    if(first_touch.1 = '', tuple('Direct', '(direct)', '(none)'), first_touch) AS origin
  FROM )" + scanned_rows() + R"(
    AND session != ''
  GROUP BY session
))";
  return text;
}

std::string sessions_sql() {
  return "WITH " + session_origins() + R"(SELECT
  toString(toDate(began, {zone:String})) AS day,
  origin.1 AS channel,
  origin.2 AS source,
  origin.3 AS medium,
  count() AS sessions
FROM origins
WHERE toDate(began, {zone:String}) BETWEEN {from:Date} AND {to:Date}
GROUP BY day, channel, source, medium
ORDER BY day, channel, source, medium)";
}

std::string conversions_sql() {
  return "WITH " + fired_conversions() + ", " + session_origins() + R"(, placed AS (
  SELECT
    toString(toDate(fired.at, {zone:String})) AS day,
    multiIf(origins.origin.1 != '', origins.origin,
            fired.session != '', tuple('Direct', '(direct)', '(none)'),
            fired.touch = 1, tuple(fired.channel, fired.source, fired.medium),
            tuple('Unassigned', '', '')) AS way,
    if(fired.currency = '', {currency:String}, fired.currency) AS money,
    fired.value AS value,
    fired.session = '' AS without_session,
    fired.currency = '' AND fired.value IS NOT NULL AS without_currency,
    fired.repeats AS repeats
  FROM fired LEFT JOIN origins ON fired.session = origins.session
  WHERE fired.weight != 'micro'
)
SELECT
  day, way.1 AS channel, way.2 AS source, way.3 AS medium, money,
  count() AS conversions,
  toString(sum(ifNull(value, toDecimal64(0, 6)))) AS total,
  countIf(without_session) AS sessionless,
  countIf(without_currency) AS currencyless,
  sum(repeats) AS repeated
FROM placed
GROUP BY day, channel, source, medium, money
ORDER BY day, channel, source, medium, money)";
}

}  // namespace

const std::string& fired_conversions() {
  static const std::string text = R"(fired AS (
  SELECT
    name, repeats,
    first.1 AS at, first.2 AS session, first.3 AS weight, first.4 AS value, first.5 AS currency,
    first.6 AS touch, first.7 AS channel, first.8 AS source, first.9 AS medium
  FROM (
    SELECT
      name,
      if(order_id = '', toString(id), concat('order ', order_id)) AS occasion,
      argMin(tuple(ts, session, weight, value, currency, touch, channel, source, medium),
             tuple(ts, received_at, segment, record)) AS first,
      count() - 1 AS repeats
    FROM )" + scanned_rows() + R"(
      AND type = 'conversion'
    GROUP BY name, occasion
  )
  WHERE toDate(at, {zone:String}) BETWEEN {from:Date} AND {to:Date}
))";
  return text;
}

Acquisition read_acquisition(Asker& asker, const Scope& scope, const std::string& currency,
                             std::string_view prefix) {
  Acquisition found;
  for (const auto& row :
       asker.rows(std::string(prefix) + "sessions", question_for(scope, kSessionReach, sessions_sql()), 5))
    found.sessions.push_back({asker.day(row[0]),
                              {asker.text(row[1]), asker.text(row[2]), asker.text(row[3])},
                              asker.count(row[4])});

  Question question = question_for(scope, {kOrderReachDays, 0}, conversions_sql());
  question.parameters.emplace_back("currency", currency);
  for (const auto& row : asker.rows(std::string(prefix) + "conversions", std::move(question), 10)) {
    ConversionsRow entry{asker.day(row[0]),
                         {asker.text(row[1]), asker.text(row[2]), asker.text(row[3])},
                         asker.count(row[5]),
                         {}};
    const std::string money = asker.text(row[4]);
    if (money == currency) {
      entry.value = asker.money(row[6]);
    } else {
      auto& sum = found.asides.other_currencies[money];
      sum.conversions += entry.conversions;
      sum.value += asker.money(row[6]);
    }
    found.asides.without_session += asker.count(row[7]);
    found.asides.without_currency += asker.count(row[8]);
    found.asides.repeats += asker.count(row[9]);
    found.conversions.push_back(std::move(entry));
  }
  return found;
}

void ConversionAsides::note(Report& report) const {
  const auto say = [&report](NoteCode code, std::int64_t count, std::string text) {
    if (count > 0)
      report.notes.push_back({code, std::to_string(count) + std::move(text), {{"conversions", count}}});
  };
  std::int64_t elsewhere = 0;
  for (const auto& [currency, sum] : other_currencies) elsewhere += sum.conversions;
  say(NoteCode::other_currencies, elsewhere,
      " conversion(s) in another currency are counted, but not part of the value.");
  say(NoteCode::values_without_currency, without_currency,
      " conversion(s) named no currency; their value is taken as the site's.");
  say(NoteCode::conversions_without_session, without_session,
      " conversion(s) belong to no session; only what they say themselves gives them a channel.");
  say(NoteCode::order_counted_once, repeats,
      " repeated conversion(s) of an order already counted are left out.");
}

}  // namespace etappe::report
