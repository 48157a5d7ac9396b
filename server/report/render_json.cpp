#include <nlohmann/json.hpp>

#include "server/report/render.hpp"

namespace etappe::report {
namespace {

using json = nlohmann::ordered_json;

std::string rfc3339(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text = text_of(day) + "T00:00:00Z";
  const auto put = [&text](std::size_t place, long value) {
    text[place] = static_cast<char>('0' + value / 10);
    text[place + 1] = static_cast<char>('0' + value % 10);
  };
  put(11, clock.hours().count());
  put(14, clock.minutes().count());
  put(17, clock.seconds().count());
  return text;
}

json value_of(const Cell& cell) {
  return std::visit(
      [](const auto& value) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
          return nullptr;
        else
          return value;
      },
      cell);
}

json value_of(const std::optional<Day>& day) { return day ? json(text_of(*day)) : json(nullptr); }

void put_grid(json& into, const Grid& grid) {
  json columns = json::array();
  for (const auto& column : grid.columns)
    columns.push_back({{"name", column.name}, {"unit", name_of(column.unit)}});
  json rows = json::array();
  for (const auto& row : grid.rows) {
    json cells = json::array();
    for (const auto& cell : row) cells.push_back(value_of(cell));
    rows.push_back(std::move(cells));
  }
  into["columns"] = std::move(columns);
  into["rows"] = std::move(rows);
  if (grid.totals.empty()) return;
  json totals = json::object();
  for (const auto& [name, cell] : grid.totals) totals[name] = value_of(cell);
  into["totals"] = std::move(totals);
}

json head_of(const FunnelHead& head) {
  return {{"id", head.id}, {"name", head.name}, {"window_days", head.window_days}, {"order", "ordered"}};
}

json comparison_of(const std::optional<Comparison>& comparison) {
  if (!comparison) return nullptr;
  return {{"kind", "previous"},
          {"from", text_of(comparison->period.from)},
          {"to", text_of(comparison->period.to)},
          {"shift_days", comparison->shift_days},
          {"until", comparison->until ? json(*comparison->until) : json(nullptr)}};
}

json consent_of(const Report& report) {
  constexpr std::string_view kPolicies[] = {"block", "queue", "cookieless"};  // by their numbers
  const std::int64_t granted = report.consent.page_views_granted;
  const std::int64_t all = report.consent.page_views;
  json coverage = nullptr;
  if (all > 0) coverage = static_cast<double>(granted) / static_cast<double>(all);
  return {{"coverage", coverage},
          {"page_views_granted", granted},
          {"page_views", all},
          {"policy", kPolicies[static_cast<std::size_t>(report.site.policy)]},
          {"script_loads", report.consent.script_loads},
          {"recorded_loads", report.consent.recorded_loads},
          {"uncounted_estimate", value_of(report.consent.uncounted_estimate)}};
}

json notes_of(const Report& report) {
  json notes = json::array();
  for (const auto& note : report.notes) {
    json data = json::object();
    for (const auto& [name, cell] : note.data) data[name] = value_of(cell);
    notes.push_back({{"code", name_of(note.code)}, {"text", note.text}, {"data", std::move(data)}});
  }
  return notes;
}

json statements_of(const Report& report) {
  json statements = json::array();
  for (const auto& statement : report.statements) {
    json parameters = json::object();
    for (const auto& [name, value] : statement.question.parameters) parameters[name] = value;
    statements.push_back(
        {{"name", statement.name}, {"sql", statement.question.sql}, {"parameters", std::move(parameters)}});
  }
  return statements;
}

}  // namespace

std::string to_json(const Report& report, Statements statements) {
  json out;
  out["report"] = report.name;
  out["site"] = report.site.key;
  out["from"] = text_of(report.period.from);
  out["to"] = text_of(report.period.to);
  out["zone"] = report.site.zone;
  out["currency"] = report.site.currency;
  out["demo"] = report.site.demo;
  out["as_of"] = rfc3339(report.as_of);
  out["incomplete_day"] = value_of(report.incomplete_day);
  out["recorded_from"] = value_of(report.recorded_from);
  out["comparison"] = comparison_of(report.comparison);
  out["state"] = name_of(report.state);
  out["nearest_day"] = value_of(report.nearest_day);
  out["consent"] = consent_of(report);
  json currencies = json::array();
  for (const auto& [currency, sum] : report.other_currencies)
    currencies.push_back(
        {{"currency", currency}, {"conversions", sum.conversions}, {"value", sum.value.text()}});
  out["other_currencies"] = std::move(currencies);
  out["notes"] = notes_of(report);
  if (report.funnel) out["funnel"] = head_of(*report.funnel);
  put_grid(out, report.grid);
  for (const auto& [key, grid] : report.more) put_grid(out[key], grid);
  if (report.name == "overview") {
    json& funnel = out["funnel"] = nullptr;
    if (report.main_funnel) {
      funnel["funnel"] = head_of(report.main_funnel->head);
      put_grid(funnel, report.main_funnel->grid);
    }
  }
  if (statements == Statements::shown) out["sql"] = statements_of(report);
  // What is stored may hold bytes that are no UTF-8; a report with a mark in one name is better than none.
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace etappe::report
