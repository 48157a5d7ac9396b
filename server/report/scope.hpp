#pragma once
// The rows of one site and one period: the conditions and parameters that every statement shares, and to whom
// rows without a visitor's own id belong.
//
// The table is read FINAL (one row per event id). key_day is part of its key and lies within two days of an
// event's day in any zone, so that the engine skips everything else; the exact condition is the local date of
// `ts`, which gives days of 23 and 25 hours their due.

#include <chrono>
#include <string>
#include <string_view>

#include "server/report/report.hpp"

namespace etappe::report {

struct Scope {
  std::string site;
  std::string zone;
  Period period;
  std::string until;  ///< rows at or after this UTC time, "YYYY-MM-DD hh:mm:ss", are not counted
  /// The site has rows of visitors who are known for a day only (docs/consent.md): their sessions are
  /// derived.
  bool has_daily = true;
  std::chrono::minutes silence{30};  ///< ends such a session
};

/// Days around a period that a statement may have to look at.
struct Reach {
  int before = 0;
  int after = 0;
};

/// A question with those of the parameters site, zone, from, to, until, silence_ms, scan_from, scan_to,
/// key_from and key_to that `sql` names.
[[nodiscard]] Question question_for(const Scope& scope, Reach reach, std::string sql);

/// Conditions on rows, empty for none. What a visitor sent is the same in every copy of an event, so that
/// rows may be left out before copies are merged; of what enrichment found another copy may say something
/// else.
struct Where {
  std::string_view sent{};   ///< type, ts, visitor, session, path, name …
  std::string_view found{};  ///< touch, channel …
};

/// What follows FROM: the rows between scan_from and scan_to, before `until`, where both conditions hold.
/// Columns are the store's. Rows of visitors who are known for a day only belong to the visitor and session
/// that a grant on the same page brought (the first one of the page); otherwise `session` names what lies
/// between two silences of that day's visitor. It is the same in every statement whose scan reaches the
/// session's beginning.
[[nodiscard]] std::string rows_of(const Scope& scope, Where where = {});

/// The rows as they are stored: who is known for a day only has no session.
[[nodiscard]] std::string stored_rows(Where where = {});

}  // namespace etappe::report
