#include "server/report/acquisition.hpp"

#include "server/report/counted.hpp"

namespace etappe::report {
namespace {

// A session that began before midnight is found whole; none lasts longer without half an hour of silence.
constexpr Reach kSessionReach{1, 0};

std::string sessions_sql(const Scope& scope) {
  return "WITH " + session_origins(scope) + R"(
SELECT
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

std::string conversions_sql(const Scope& scope) {
  return "WITH " + placed_conversions(scope) + R"(
SELECT
  toString(toDate(ts, {zone:String})) AS day,
  channel, source, medium,
  if(currency = '', {currency:String}, currency) AS money,
  count() AS conversions,
  toString(sum(ifNull(value, toDecimal64(0, 6)))) AS total,
  countIf(session = '') AS sessionless,
  countIf(currency = '' AND value IS NOT NULL) AS currencyless,
  sum(repeats) AS repeated
FROM placed
WHERE weight != 'micro'
GROUP BY day, channel, source, medium, money
ORDER BY day, channel, source, medium, money)";
}

}  // namespace

Acquisition read_acquisition(Asker& asker, const Scope& scope, const std::string& currency,
                             std::string_view prefix) {
  Acquisition found;
  for (const auto& row : asker.rows(std::string(prefix) + "sessions",
                                    question_for(scope, kSessionReach, sessions_sql(scope)), 5))
    found.sessions.push_back({asker.day(row[0]),
                              {asker.text(row[1]), asker.text(row[2]), asker.text(row[3])},
                              asker.count(row[4])});

  Question question = question_for(scope, kConversionReach, conversions_sql(scope));
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
