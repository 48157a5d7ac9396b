#pragma once
// A JSONCompact answer as the reports' table. Numbers beyond 64 bits signed and decimals stay text, so that
// nothing is rounded; arrays and maps arrive as JSON text.

#include <optional>
#include <string>

#include "server/report/source.hpp"

namespace etappe::store {

/// Nothing when the text is not a JSONCompact answer.
[[nodiscard]] std::optional<report::Table> read_table(const std::string& json_compact);

/// A parameter's text for the engine's TSV reader. Arrays, maps and tuples (`type` as in `{name:type}`) are
/// literals with quotes of their own and stay as they are.
[[nodiscard]] std::string parameter_text(std::string_view type, std::string_view value);

/// The type of `{name:Type}` in a statement; empty when it does not occur.
[[nodiscard]] std::string_view parameter_type(std::string_view sql, std::string_view name);

}  // namespace etappe::store
