#pragma once
// Rows for people who analyse elsewhere: every event, every counted conversion, every touch of a period,
// written by the engine itself and handed on piece by piece, so that an export may be larger than memory.

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "server/report/report.hpp"

namespace etappe::report {

/// events: one row per event, in the order of the table (by day, not by time within it).
/// conversions: what the reports count, each with its session's channel, by time.
/// touchpoints: the first hit of every touch, by time; one touch is one origin within one session.
enum class Extract : std::uint8_t { events, conversions, touchpoints };
[[nodiscard]] std::optional<Extract> extract_named(std::string_view name);

/// The statement behind an export. Times are UTC: RFC 3339 text in CSV and NDJSON, timestamps in Parquet. In
/// CSV maps and lists are JSON text, and text that a spreadsheet would run as a formula gets a leading
/// apostrophe.
[[nodiscard]] Question extract_question(Extract extract, Format format, const Site& site,
                                        const Period& period);

/// Asks and hands on; `take` returns false to stop early. After a refusal what was taken is incomplete.
/// Blocks.
[[nodiscard]] Result<void, Refusal> pour_extract(Source& source, Extract extract, Format format,
                                                 const Site& site, const Period& period,
                                                 const std::function<bool(std::string_view)>& take);

}  // namespace etappe::report
