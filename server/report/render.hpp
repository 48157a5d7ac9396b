#pragma once
// A report as text: JSON for programs (docs/openapi.json), CSV for spreadsheets, a table for people at a
// terminal.

#include <string>
#include <string_view>

#include "server/report/report.hpp"

namespace etappe::report {

enum class Statements : std::uint8_t { hidden, shown };

/// As docs/openapi.json describes it; with Statements::shown under the key `sql` what was asked.
[[nodiscard]] std::string to_json(const Report& report, Statements statements);

/// The report's own rows with a line of names, RFC 4180, CRLF. Nothing but rows, so that every reader can
/// parse it.
[[nodiscard]] std::string to_csv(const Report& report);

/// Aligned columns, totals and notes; the head says site, period, comparison, zone and as-of.
[[nodiscard]] std::string to_table(const Report& report);

/// One CSV field. Text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a line
/// end) gets a leading apostrophe; text with a separator, quote or line end is quoted.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace etappe::report
