#include "server/store/answer_table.hpp"

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

namespace etappe::store {
namespace {

using Json = nlohmann::json;

/// The type inside Nullable(…) and LowCardinality(…).
std::string_view bare(std::string_view type) {
  for (const std::string_view wrapper : {"LowCardinality(", "Nullable("})
    if (type.starts_with(wrapper)) type = type.substr(wrapper.size(), type.size() - wrapper.size() - 1);
  return type;
}

report::Cell cell_of(const Json& value, std::string_view type) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  switch (value.type()) {
    case Json::value_t::null: return std::monostate{};
    case Json::value_t::boolean: return std::int64_t{value.get<bool>() ? 1 : 0};
    case Json::value_t::number_integer: return value.get<std::int64_t>();
    case Json::value_t::number_unsigned:
      if (value.get<std::uint64_t>() > kLargest) return value.dump();
      if (type.starts_with("Float")) return value.get<double>();
      return value.get<std::int64_t>();
    case Json::value_t::number_float: return value.get<double>();
    case Json::value_t::string: {
      // A server may quote 64-bit numbers whatever it was asked for.
      const std::string& text = value.get_ref<const std::string&>();
      if (type == "UInt64" || type == "Int64") {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc{} && end == text.data() + text.size()) return number;
      }
      return text;
    }
    default: return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

std::optional<report::Table> read_table(const std::string& json_compact) {
  const Json answer = Json::parse(json_compact, nullptr, false);
  if (!answer.is_object() || !answer.contains("meta") || !answer["meta"].is_array() ||
      !answer.contains("data") || !answer["data"].is_array())
    return std::nullopt;
  report::Table table;
  std::vector<std::string> types;
  for (const Json& column : answer["meta"]) {
    if (!column.is_object() || !column.contains("name") || !column.contains("type")) return std::nullopt;
    table.columns.push_back(column["name"].get<std::string>());
    types.emplace_back(bare(column["type"].get_ref<const std::string&>()));
  }
  for (const Json& row : answer["data"]) {
    if (!row.is_array() || row.size() != types.size()) return std::nullopt;
    std::vector<report::Cell>& cells = table.rows.emplace_back();
    for (std::size_t i = 0; i < types.size(); ++i) cells.push_back(cell_of(row[i], types[i]));
  }
  return table;
}

std::string parameter_text(std::string_view type, std::string_view value) {
  if (type.starts_with("Array(") || type.starts_with("Map(") || type.starts_with("Tuple("))
    return std::string(value);
  std::string out;
  out.reserve(value.size());
  for (const char c : value) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\0': out += "\\0"; break;
      default: out += c;
    }
  }
  return out;
}

std::string_view parameter_type(std::string_view sql, std::string_view name) {
  const std::string opening = '{' + std::string(name) + ':';
  const std::size_t at = sql.find(opening);
  if (at == std::string_view::npos) return {};
  std::string_view type = sql.substr(at + opening.size());
  type = type.substr(0, type.find('}'));
  while (type.starts_with(' ')) type.remove_prefix(1);
  return type;
}

}  // namespace etappe::store
