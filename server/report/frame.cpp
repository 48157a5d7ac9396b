#include "server/report/frame.hpp"

#include <algorithm>

namespace etappe::report {
namespace {

// Clocks of visitors run ahead by moments; the current period therefore ends with its last day, not with our
// clock.
constexpr std::chrono::days kClockSlack{1};

std::string two(long value) { return (value < 10 ? "0" : "") + std::to_string(value); }

/// "2026-11-22 13:32:05", UTC.
std::string utc_text(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  return text_of(day) + " " + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" +
         two(clock.seconds().count());
}

/// "2026-11-22 13:32:05" → "2026-11-22T13:32:05Z".
std::string rfc3339(std::string_view utc) {
  const std::size_t space = utc.find(' ');
  return std::string(utc.substr(0, space)) + "T" + std::string(utc.substr(space + 1)) + "Z";
}

// The first recorded day is found through the key, so that no more than its days are read.
constexpr std::string_view kCalendar = R"(WITH
  toDateTime({as_of:String}, 'UTC') AS as_of,
  (SELECT key_day FROM events WHERE site = {site:String} ORDER BY site, key_day LIMIT 1) AS first_key,
  (SELECT count() FROM (SELECT 1 FROM events WHERE site = {site:String} AND link = 'daily' LIMIT 1)) AS has_daily
SELECT
  toString(toDate(as_of, {zone:String})) AS today,
  toString(toTimeZone(subtractDays(toTimeZone(as_of, {zone:String}), {shift:UInt16}), 'UTC')) AS same_time_before,
  (SELECT toString(minOrNull(toDate(ts, {zone:String}))) FROM events
   WHERE site = {site:String} AND key_day <= first_key + 4) AS recorded_from,
  has_daily)";

std::string presence_sql(Presence presence) {
  const std::string_view condition = presence == Presence::any_conversion ? "type = 'conversion'" : "1";
  return "SELECT\n  countIf(" + std::string(condition) +
         ") AS present,\n"
         "  countIf(type = 'view') AS page_views,\n"
         "  countIf(type = 'view' AND consent_analytics = 'granted') AS page_views_granted,\n"
         "  countIf(type = 'view' AND link = 'daily') AS page_views_daily\n"
         "FROM " +
         stored_rows();
}

std::string nearest_sql(Presence presence) {
  const std::string_view condition = presence == Presence::any_conversion ? " AND type = 'conversion'" : "";
  return R"(SELECT
  toString(maxOrNullIf(toDate(ts, {zone:String}), toDate(ts, {zone:String}) < {from:Date})) AS before,
  toString(minOrNullIf(toDate(ts, {zone:String}), toDate(ts, {zone:String}) > {to:Date})) AS after
FROM events
WHERE site = {site:String})" +
         std::string(condition);
}

std::optional<Day> nearest(Asker& asker, const Scope& scope, Presence presence) {
  const auto rows = asker.rows("nearest_day", question_for(scope, {}, nearest_sql(presence)), 2);
  if (rows.empty()) return std::nullopt;
  const auto before = asker.day_or_none(rows[0][0]);
  const auto after = asker.day_or_none(rows[0][1]);
  if (!before || !after) return before ? before : after;
  return scope.period.from - *before <= *after - scope.period.to ? before : after;
}

}  // namespace

Frame Frame::open(Asker& asker, const Site& site, const Ask& ask, Presence presence, Report& report) {
  Frame frame;
  frame.shift_ = comparison_shift(ask.period);
  const std::string as_of = utc_text(ask.as_of);
  frame.current_ = {.site = site.id,
                    .zone = site.zone,
                    .period = ask.period,
                    .until = utc_text(ask.as_of + kClockSlack),
                    .silence = site.session_silence};

  Question calendar = question_for(frame.current_, {}, std::string(kCalendar));
  calendar.parameters.emplace_back("as_of", as_of);
  calendar.parameters.emplace_back("shift", std::to_string(frame.shift_));
  const auto days = asker.rows("calendar", std::move(calendar), 4);
  if (days.empty()) return frame;
  frame.today_ = asker.day(days[0][0]);
  const std::string same_time_before = asker.text(days[0][1]);
  frame.recorded_from_ = asker.day_or_none(days[0][2]);
  frame.current_.has_daily = asker.count(days[0][3]) != 0;
  if (asker.refusal()) return frame;

  report.recorded_from = frame.recorded_from_;
  if (ask.period.contains(frame.today_)) report.incomplete_day = frame.today_;

  if (ask.comparing == Comparing::previous) {
    Comparison comparison{shifted_back(ask.period, frame.shift_), frame.shift_, std::nullopt};
    const bool running = frame.today_ <= ask.period.to;
    if (running) comparison.until = rfc3339(same_time_before);
    const Day last = frame.today_ - std::chrono::days{frame.shift_};
    if (!frame.recorded_from_ || *frame.recorded_from_ > std::min(comparison.period.to, last)) {
      report.notes.push_back({NoteCode::comparison_not_recorded,
                              "The period compared with lies before the first recorded day.",
                              {}});
    } else {
      if (*frame.recorded_from_ > comparison.period.from)
        report.notes.push_back({NoteCode::comparison_not_recorded,
                                "The period compared with begins before the first recorded day.",
                                {{"recorded_from", text_of(*frame.recorded_from_)}}});
      // Without a running day the comparison ends with its last day.
      const std::string until = running ? same_time_before : as_of;
      frame.previous_ = frame.current_;
      frame.previous_->period = comparison.period;
      frame.previous_->until = until;
    }
    report.comparison = std::move(comparison);
  }

  const auto present = asker.rows("presence", question_for(frame.current_, {}, presence_sql(presence)), 4);
  if (present.empty()) return frame;
  report.consent.page_views_granted = asker.count(present[0][2]);
  report.consent.page_views = asker.count(present[0][1]);
  if (const std::int64_t daily = asker.count(present[0][3]); daily > 0)
    report.notes.push_back(
        {NoteCode::visitors_of_a_day,
         std::to_string(daily) +
             " page view(s) are of visitors without ids: who comes on two days is two visitors.",
         {{"page_views", daily}}});
  frame.loads_ = read_loads(asker, frame.current_);
  const LoadCounts loads = sum_of(frame.loads_);
  if (loads.fetched > 0) {
    report.consent.script_loads = loads.fetched;
    report.consent.recorded_loads = loads.recorded;
    report.consent.uncounted_estimate = uncounted_share(loads);
  }
  if (!frame.recorded_from_) {
    report.state = State::nothing_recorded;
  } else if (asker.count(present[0][0]) == 0) {
    report.state = State::nothing_in_period;
    report.nearest_day = nearest(asker, frame.current_, presence);
  }
  return frame;
}

bool Frame::known(Day day) const { return recorded_from_ && *recorded_from_ <= day && day <= today_; }

bool Frame::known_before(Day day) const {
  return previous_ && known(day + std::chrono::days{shift_}) && recorded_from_ && *recorded_from_ <= day;
}

}  // namespace etappe::report
