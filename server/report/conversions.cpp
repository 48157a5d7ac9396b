// What was reached, when, at which value? One row per name and weight; primary conversions make the totals.

#include <algorithm>
#include <tuple>

#include "server/report/counted.hpp"
#include "server/report/questions.hpp"

namespace etappe::report {
namespace {

constexpr std::string_view kPrimary = "primary";
constexpr std::string_view kMicro = "micro";

struct Goal {
  std::string weight;
  std::string name;
  friend auto operator<=>(const Goal&, const Goal&) = default;
};

struct Reached {
  std::int64_t conversions = 0;
  std::int64_t with_value = 0;  ///< in the site's currency
  Money value;
  std::string last_fired;

  void add(const Reached& other) {
    conversions += other.conversions;
    with_value += other.with_value;
    value += other.value;
    last_fired = std::max(last_fired, other.last_fired);
  }
  [[nodiscard]] Cell average() const { return with_value == 0 ? Cell() : Cell(value.per(with_value).text()); }
};

struct Goals {
  std::map<Goal, Reached> whole;
  std::map<std::pair<Day, Goal>, Reached> days;
  ConversionAsides asides;

  [[nodiscard]] Reached all_of(std::string_view weight) const {
    Reached sum;
    for (const auto& [goal, reached] : whole)
      if (goal.weight == weight) sum.add(reached);
    return sum;
  }
};

std::string goals_sql(const Scope& scope) {
  return "WITH " + counted_conversions(scope) + R"(SELECT
  toString(toDate(ts, {zone:String})) AS day,
  name,
  if(weight = 'micro', 'micro', 'primary') AS kind,
  if(currency = '', {currency:String}, currency) AS money,
  count() AS conversions,
  countIf(value IS NOT NULL) AS with_value,
  toString(sum(ifNull(value, toDecimal64(0, 6)))) AS total,
  formatDateTime(max(ts), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS last_fired,
  countIf(currency = '' AND value IS NOT NULL) AS without_currency,
  sum(repeats) AS repeated
FROM fired
GROUP BY day, name, kind, money
ORDER BY day, name, kind, money)";
}

Goals read_goals(Asker& asker, const Scope& scope, const std::string& currency, std::string_view prefix) {
  Goals goals;
  Question question = question_for(scope, kConversionReach, goals_sql(scope));
  question.parameters.emplace_back("currency", currency);
  for (const auto& row : asker.rows(std::string(prefix) + "goals", std::move(question), 10)) {
    const Goal goal{asker.text(row[2]), asker.text(row[1])};
    const std::string money = asker.text(row[3]);
    Reached reached;
    reached.conversions = asker.count(row[4]);
    reached.last_fired = asker.text(row[7]);
    if (money == currency) {
      reached.with_value = asker.count(row[5]);
      reached.value = asker.money(row[6]);
    } else if (goal.weight == kPrimary) {
      auto& sum = goals.asides.other_currencies[money];
      sum.conversions += reached.conversions;
      sum.value += asker.money(row[6]);
    }
    goals.asides.without_currency += asker.count(row[8]);
    goals.asides.repeats += asker.count(row[9]);
    goals.whole[goal].add(reached);
    goals.days[{asker.day(row[0]), goal}].add(reached);
  }
  return goals;
}

Grid goals_grid(const Goals& now, const Goals* before) {
  Grid grid{{{"name", Unit::text},
             {"weight", Unit::weight},
             {"conversions", Unit::count},
             {"conversion_value", Unit::money},
             {"average_value", Unit::money},
             {"last_fired", Unit::time},
             {"conversions_previous", Unit::count},
             {"conversion_value_previous", Unit::money}},
            {},
            {}};
  // A conversion that has gone silent is a row as well, with the time it last fired.
  auto all = now.whole;
  if (before)
    for (const auto& [goal, reached] : before->whole)
      if (auto [added, is_new] = all.try_emplace(goal); is_new) added->second.last_fired = reached.last_fired;

  std::vector<std::pair<Goal, Reached>> order(all.begin(), all.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::tuple(b.first.weight == kMicro, a.second.conversions) >
           std::tuple(a.first.weight == kMicro, b.second.conversions);
  });
  for (const auto& [goal, reached] : order) {
    std::vector<Cell> row{goal.name,         goal.weight,       reached.conversions, reached.value.text(),
                          reached.average(), reached.last_fired};
    if (before) {
      const auto found = before->whole.find(goal);
      const Reached then = found == before->whole.end() ? Reached{} : found->second;
      row.insert(row.end(), {Cell(then.conversions), Cell(then.value.text())});
    } else {
      row.resize(row.size() + 2);
    }
    grid.rows.push_back(std::move(row));
  }

  const Reached primary = now.all_of(kPrimary);
  grid.totals = {{"conversions", primary.conversions},
                 {"conversion_value", primary.value.text()},
                 {"average_value", primary.average()},
                 {"micro_conversions", now.all_of(kMicro).conversions}};
  const Reached then = before ? before->all_of(kPrimary) : Reached{};
  grid.totals.emplace_back("conversions_previous", before ? Cell(then.conversions) : Cell());
  grid.totals.emplace_back("conversion_value_previous", before ? Cell(then.value.text()) : Cell());
  grid.totals.emplace_back("micro_conversions_previous",
                           before ? Cell(before->all_of(kMicro).conversions) : Cell());
  return grid;
}

Grid series_grid(const Goals& goals) {
  Grid grid{{{"day", Unit::day},
             {"name", Unit::text},
             {"weight", Unit::weight},
             {"conversions", Unit::count},
             {"conversion_value", Unit::money}},
            {},
            {}};
  for (const auto& [key, reached] : goals.days)
    grid.rows.push_back(
        {text_of(key.first), key.second.name, key.second.weight, reached.conversions, reached.value.text()});
  return grid;
}

}  // namespace

void fill_conversions(Asker& asker, const Site& site, const Ask& ask, Report& report) {
  const Frame frame = Frame::open(asker, site, ask, Presence::any_conversion, report);
  const Goals now = read_goals(asker, frame.current(), site.currency, "");
  Goals before;
  if (frame.previous()) before = read_goals(asker, *frame.previous(), site.currency, "previous_");
  report.grid = goals_grid(now, frame.previous() ? &before : nullptr);
  report.more.emplace_back("series", series_grid(now));
  now.asides.note(report);
  report.other_currencies = now.asides.other_currencies;
}

}  // namespace etappe::report
