#include <array>
#include <charconv>

#include "server/report/render.hpp"

namespace etappe::report {
namespace {

/// A number as it is: it cannot be a formula. Shares in full precision.
std::string plain(const Cell& cell) {
  if (const auto* count = std::get_if<std::int64_t>(&cell)) return std::to_string(*count);
  if (const auto* number = std::get_if<double>(&cell)) {
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *number);
    return error == std::errc{} ? std::string(buffer.data(), end) : std::string();
  }
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return {};
}

}  // namespace

std::string csv_field(std::string_view text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos;
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  std::string field;
  if (quoted) field.push_back('"');
  if (formula) field.push_back('\'');
  for (const char c : text) {
    if (c == '"') field.push_back('"');
    field.push_back(c);
  }
  if (quoted) field.push_back('"');
  return field;
}

std::string to_csv(const Report& report) {
  std::string out;
  const auto& columns = report.grid.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) out += (i == 0 ? "" : ",") + columns[i].name;
  out += "\r\n";
  for (const auto& row : report.grid.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ",";
      // A negative amount is a number, not a formula.
      const bool words = columns[i].unit == Unit::text || columns[i].unit == Unit::channel;
      out += words ? csv_field(plain(row[i])) : plain(row[i]);
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace etappe::report
