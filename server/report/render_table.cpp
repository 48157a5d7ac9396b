#include <algorithm>
#include <array>
#include <charconv>

#include "server/report/render.hpp"

namespace etappe::report {
namespace {

constexpr std::string_view kUnknown = "–";
constexpr std::string_view kGap = "  ";

std::string fixed(double value, int decimals) {
  std::array<char, 64> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string(kUnknown);
}

std::string shown(const Cell& cell, Unit unit) {
  if (std::holds_alternative<std::monostate>(cell)) return std::string(kUnknown);
  if (const auto* number = std::get_if<double>(&cell))
    return unit == Unit::share ? fixed(*number * 100, 2) + " %" : fixed(*number, 1);
  if (const auto* count = std::get_if<std::int64_t>(&cell)) return std::to_string(*count);
  // A terminal obeys control bytes, and names come from visitors.
  std::string text = std::get<std::string>(cell);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

/// Code points, which is close enough to columns for the scripts that site owners write names in.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_text(Unit unit) {
  return unit == Unit::text || unit == Unit::channel || unit == Unit::weight || unit == Unit::day ||
         unit == Unit::time;
}

Cell total_of(const Grid& grid, const std::string& column) {
  const auto found = std::find_if(grid.totals.begin(), grid.totals.end(),
                                  [&](const auto& total) { return total.first == column; });
  return found == grid.totals.end() ? Cell() : found->second;
}

bool has_total(const Grid& grid, const std::string& column) {
  return std::any_of(grid.totals.begin(), grid.totals.end(),
                     [&](const auto& total) { return total.first == column; });
}

void append_grid(std::string& out, const Grid& grid) {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> names;
  for (const auto& column : grid.columns) names.push_back(column.name);
  lines.push_back(names);
  for (const auto& row : grid.rows) {
    std::vector<std::string> line;
    for (std::size_t i = 0; i < row.size(); ++i) line.push_back(shown(row[i], grid.columns[i].unit));
    lines.push_back(std::move(line));
  }
  const auto sums = [&](const Column& column) { return has_total(grid, column.name); };
  if (std::any_of(grid.columns.begin(), grid.columns.end(), sums)) {
    std::vector<std::string> line;
    for (const auto& column : grid.columns)
      line.push_back(sums(column) ? shown(total_of(grid, column.name), column.unit) : "");
    line.front() = "total";
    lines.push_back(std::move(line));
  }
  std::vector<std::size_t> widths(grid.columns.size());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      if (i > 0) text += kGap;
      text += is_text(grid.columns[i].unit) ? line[i] + padding : padding + line[i];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
}

std::string utc_minutes(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  const auto two = [](long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return text_of(day) + " " + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + " UTC";
}

}  // namespace

std::string to_table(const Report& report) {
  std::string out = "# " + report.name + ": " + report.site.name + ", " + text_of(report.period.from) +
                    " to " + text_of(report.period.to) + " (" + report.site.zone + "), money in " +
                    report.site.currency + (report.site.demo ? ", demo data" : "") + "\n";
  if (report.comparison)
    out += "# compared with " + text_of(report.comparison->period.from) + " to " +
           text_of(report.comparison->period.to) +
           (report.comparison->until ? " until " + *report.comparison->until : "") + "\n";
  out += "# as of " + utc_minutes(report.as_of) + "\n";
  if (report.funnel)
    out += "# funnel " + report.funnel->name + ", window " + std::to_string(report.funnel->window_days) +
           " days\n";
  if (report.state == State::nothing_recorded) out += "# nothing recorded yet\n";
  if (report.state == State::nothing_in_period)
    out += "# nothing in this period" +
           (report.nearest_day ? "; the nearest day with data is " + text_of(*report.nearest_day) : "") +
           "\n";
  append_grid(out, report.grid);
  for (const auto& [currency, sum] : report.other_currencies)
    out += "apart: " + sum.value.text() + " " + currency + " of " + std::to_string(sum.conversions) +
           " conversion(s)\n";
  for (const auto& note : report.notes) out += "note: " + note.text + "\n";
  return out;
}

}  // namespace etappe::report
