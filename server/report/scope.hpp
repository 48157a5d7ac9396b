#pragma once
// The rows of one site and one period: the conditions and parameters that every statement shares.
//
// The table is read FINAL (one row per event id). key_day is part of its key and lies within two days of an
// event's day in any zone, so that the engine skips everything else; the exact condition is the local date of
// `ts`, which gives days of 23 and 25 hours their due.

#include <optional>
#include <string>

#include "server/report/report.hpp"

namespace etappe::report {

struct Scope {
  std::string site;
  std::string zone;
  Period period;
  std::string until;  ///< rows at or after this UTC time, "YYYY-MM-DD hh:mm:ss", are not counted
};

/// Days around a period that a statement may have to look at.
struct Reach {
  int before = 0;
  int after = 0;
};

/// A question with those of the parameters site, zone, from, to, until, scan_from, scan_to, key_from and
/// key_to that `sql` names.
[[nodiscard]] Question question_for(const Scope& scope, Reach reach, std::string sql);

/// "events FINAL PREWHERE …": the rows between scan_from and scan_to, before `until`. More conditions may
/// follow with AND if they are about what a visitor sent (type, ts, session, path, name …): that is the same
/// in every copy of an event, so that rows may be left out before copies are merged. Conditions about what
/// enrichment found (touch, channel …) follow in a WHERE of their own: another copy may have another answer.
[[nodiscard]] const std::string& scanned_rows();

}  // namespace etappe::report
