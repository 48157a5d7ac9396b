#pragma once
// A report as a value: columns, rows, totals, and everything a reader must know to trust them. How it is
// computed lies in one file per report; how it is written lies in render.hpp. Shapes follow
// docs/openapi.json.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "server/report/money.hpp"
#include "server/report/period.hpp"
#include "server/report/site.hpp"
#include "server/report/source.hpp"

namespace etappe::report {

/// What the cells of a column are. Money is text in the report's currency, share a ratio, time RFC 3339 in
/// UTC.
enum class Unit : std::uint8_t { day, count, share, money, seconds, time, text, channel, weight };
[[nodiscard]] std::string_view name_of(Unit unit);

struct Column {
  std::string name;
  Unit unit;
};

/// monostate: not computable, or outside what was recorded.
struct Grid {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::vector<std::pair<std::string, Cell>> totals;  ///< by the name of the column they belong to
};

enum class Comparing : std::uint8_t { none, previous };

struct Comparison {
  Period period;
  int shift_days = 0;
  std::optional<std::string> until;  ///< RFC 3339: the comparison ends at the running day's time of day
};

enum class State : std::uint8_t { ok, nothing_recorded, nothing_in_period };
[[nodiscard]] std::string_view name_of(State state);

enum class NoteCode : std::uint8_t {
  visitors_not_additive,
  unlinked_left_out,
  conversions_without_session,
  other_currencies,
  values_without_currency,
  window_running,
  comparison_not_recorded,
  session_model,
  order_counted_once,
  visitors_of_a_day,
};
[[nodiscard]] std::string_view name_of(NoteCode code);

struct Note {
  NoteCode code;
  std::string text;  ///< English
  std::vector<std::pair<std::string, Cell>> data;
};

/// Recorded page views, those of them with the purpose analytics granted, and an estimate of what is not
/// recorded (loads.hpp): nothing in it where no fetch of the script was counted.
struct ConsentCoverage {
  std::int64_t page_views_granted = 0;
  std::int64_t page_views = 0;
  std::int64_t script_loads = 0;
  std::int64_t recorded_loads = 0;
  Cell uncounted_estimate{};  ///< share of the script loads that no row stands for
};

struct CurrencySum {
  std::int64_t conversions = 0;
  Money value;
};

struct Statement {
  std::string name;
  Question question;
};

struct FunnelHead {
  std::string id;
  std::string name;
  int window_days = 0;
};

struct FunnelPart {
  FunnelHead head;
  Grid grid;
};

struct Report {
  std::string name;
  Site site;
  Period period;
  std::chrono::sys_seconds as_of;
  std::optional<Day> incomplete_day;
  std::optional<Day> recorded_from;
  std::optional<Comparison> comparison;
  State state = State::ok;
  std::optional<Day> nearest_day;
  ConsentCoverage consent;
  std::map<std::string, CurrencySum> other_currencies;
  std::vector<Note> notes;
  std::vector<Statement> statements;  ///< every question that was asked, in order
  Grid grid;
  std::vector<std::pair<std::string, Grid>> more;  ///< further tables by their key, e.g. "series"
  std::optional<FunnelHead> funnel;                ///< of the report `funnel`
  std::optional<FunnelPart> main_funnel;           ///< of the report `overview`
};

/// What a person asks for. `as_of` is the clock's time: the running day ends there.
struct Ask {
  std::string name;  ///< overview | channels | conversions | funnel | consent
  Period period;
  Comparing comparing = Comparing::previous;
  std::string funnel;  ///< id; empty: the site's main funnel
  std::chrono::sys_seconds as_of;
};

/// The longest period a report answers for: three years, one of them a leap year.
inline constexpr int kLongestPeriodDays = 1096;

enum class Refusal : std::uint8_t {
  unknown_report,
  unknown_funnel,
  engine_unavailable,  ///< try again later
  too_slow,            ///< gave up; a shorter period may answer
  engine_refused,      ///< the engine did not accept our statement
  bad_answer,          ///< the answer is not what the statement asks for
};
[[nodiscard]] std::string_view name_of(Refusal refusal);

/// Names that run() knows, in the order of the navigation.
[[nodiscard]] const std::vector<std::string_view>& report_names();

/// Asks the source as often as the report needs and puts the answers together. Blocks; thread-safe if
/// `source` is. Conventions: DESIGN §9; definitions of session, channel and conversion: docs/reports.md.
[[nodiscard]] Result<Report, Refusal> run(Source& source, const Site& site, const Ask& ask);

}  // namespace etappe::report
