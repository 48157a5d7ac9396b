// How are we doing, and what changed? One row per day, with the channels and the main funnel beside it.

#include "server/report/questions.hpp"

namespace etappe::report {
namespace {

constexpr std::array<std::pair<std::string_view, Unit>, 6> kFigures{{{"sessions", Unit::count},
                                                                     {"visitors", Unit::count},
                                                                     {"page_views", Unit::count},
                                                                     {"conversions", Unit::count},
                                                                     {"conversion_rate", Unit::share},
                                                                     {"conversion_value", Unit::money}}};
constexpr std::string_view kBefore = "_previous";

struct Figures {
  std::int64_t sessions = 0;
  std::int64_t visitors = 0;
  std::int64_t page_views = 0;
  std::int64_t conversions = 0;
  Money value;

  [[nodiscard]] std::vector<Cell> cells() const {
    return {sessions, visitors, page_views, conversions, share_of(conversions, sessions), value.text()};
  }
};

/// The figures of each day, and of the whole period under no day.
struct Course {
  std::map<Day, Figures> days;
  Figures whole;
};

// ROLLUP counts a visitor once in each day and once in the whole, which is not the sum of the days.
std::string traffic_sql(const Scope& scope) {
  return R"(SELECT
  toString(toDate(ts, {zone:String})) AS day,
  grouping(day) AS is_whole,
  uniqExactIf(visitor, visitor != '') AS visitors,
  countIf(type = 'view') AS page_views
FROM )" + rows_of(scope) +
         R"(
GROUP BY day WITH ROLLUP
ORDER BY is_whole, day)";
}

Course read_course(Asker& asker, const Scope& scope, const Acquisition& acquisition,
                   std::string_view prefix) {
  Course course;
  for (const auto& row :
       asker.rows(std::string(prefix) + "traffic", question_for(scope, {}, traffic_sql(scope)), 4)) {
    Figures& figures = asker.count(row[1]) != 0 ? course.whole : course.days[asker.day(row[0])];
    figures.visitors = asker.count(row[2]);
    figures.page_views = asker.count(row[3]);
  }
  for (const auto& row : acquisition.sessions) {
    course.days[row.day].sessions += row.sessions;
    course.whole.sessions += row.sessions;
  }
  for (const auto& row : acquisition.conversions)
    for (Figures* figures : {&course.days[row.day], &course.whole}) {
      figures->conversions += row.conversions;
      figures->value += row.value;
    }
  return course;
}

void append_figures(std::vector<Cell>& row, const Course* course, Day day) {
  if (!course) {
    row.resize(row.size() + kFigures.size());
    return;
  }
  const auto found = course->days.find(day);
  const auto cells = (found == course->days.end() ? Figures{} : found->second).cells();
  row.insert(row.end(), cells.begin(), cells.end());
}

Grid grid_of(const Frame& frame, const Report& report, const Course& now, const Course& before) {
  Grid grid;
  grid.columns.push_back({"day", Unit::day});
  for (const auto& [name, unit] : kFigures) grid.columns.push_back({std::string(name), unit});
  grid.columns.push_back({"previous_day", Unit::day});
  for (const auto& [name, unit] : kFigures)
    grid.columns.push_back({std::string(name) + std::string(kBefore), unit});

  for (Day day = report.period.from; day <= report.period.to; day += std::chrono::days{1}) {
    std::vector<Cell> row{text_of(day)};
    append_figures(row, frame.known(day) ? &now : nullptr, day);
    const Day earlier = day - std::chrono::days{report.comparison ? report.comparison->shift_days : 0};
    row.push_back(report.comparison ? Cell(text_of(earlier)) : Cell());
    append_figures(row, frame.known_before(earlier) ? &before : nullptr, earlier);
    grid.rows.push_back(std::move(row));
  }

  const auto total = [&grid](const std::vector<Cell>& cells, std::string_view suffix) {
    for (std::size_t i = 0; i < kFigures.size(); ++i)
      grid.totals.emplace_back(std::string(kFigures[i].first) + std::string(suffix), cells[i]);
  };
  total(now.whole.cells(), "");
  total(frame.previous() ? before.whole.cells() : std::vector<Cell>(kFigures.size()), kBefore);
  return grid;
}

}  // namespace

void fill_overview(Asker& asker, const Site& site, const Ask& ask, Report& report) {
  const Frame frame = Frame::open(asker, site, ask, Presence::any_event, report);
  const Acquisition acquired = read_acquisition(asker, frame.current(), site.currency, "");
  const Course now = read_course(asker, frame.current(), acquired, "");
  Acquisition acquired_before;
  Course before;
  if (frame.previous()) {
    acquired_before = read_acquisition(asker, *frame.previous(), site.currency, "previous_");
    before = read_course(asker, *frame.previous(), acquired_before, "previous_");
  }
  report.grid = grid_of(frame, report, now, before);
  report.more.emplace_back("channels", channel_grid(acquired, frame.previous() ? &acquired_before : nullptr));
  report.notes.push_back(
      {NoteCode::visitors_not_additive,
       "A visitor of several days is one visitor of the period: the days do not add up to the total.",
       {}});
  report.notes.push_back(
      {NoteCode::session_model, "Conversions belong to the channel of their session.", {}});
  acquired.asides.note(report);
  report.other_currencies = acquired.asides.other_currencies;
  if (!site.funnels.empty()) report.main_funnel = read_funnel(asker, site.funnels.front(), frame, report);
}

}  // namespace etappe::report
