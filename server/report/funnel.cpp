// Where do we lose people? One row per step.
//
// DESIGN §9: a visitor counts once, at the furthest step of any start; times come from the earliest such
// start; the window counts from the first step and includes its end; equal times keep the order in which
// events were recorded. The engine's windowFunnel() keeps neither the times nor the earliest start, so the
// statement follows each visitor's events backwards: at every event of step k it knows the times at which the
// steps after it are next reached, and prepends its own. A start then carries its whole way, cut at the end
// of its window. Linear in the events, however often a visitor starts (an arrayFold over the starts of one
// visitor with 20,000 of them takes seconds); an event is used for one step of a way only.

#include <algorithm>

#include "server/report/questions.hpp"

namespace etappe::report {
namespace {

// Of the tuple (at, received_at, record, starts, is_1, is_2, …) the flag of step k is element kFlagsBegin +
// k.
constexpr std::size_t kFlagsBegin = 4;

std::string number(std::size_t value) { return std::to_string(value); }

/// The condition of one step, its texts as parameters.
std::string condition_of(const Match& match, std::size_t step, Question& question) {
  const auto parameter = [&](std::string_view what, const std::string& value) {
    std::string name = "step_" + number(step) + "_" + std::string(what);
    question.parameters.emplace_back(name, value);
    return "{" + name + ":String}";
  };
  struct Visitor {
    const decltype(parameter)& bind;
    std::string operator()(const ViewMatch& m) const {
      return "type = 'view' AND startsWith(path, " + bind("path", m.path_prefix) + ")";
    }
    std::string operator()(const StepMatch& m) const {
      return "type = 'step' AND funnel = " + bind("funnel", m.funnel) + " AND step = " + bind("step", m.step);
    }
    std::string operator()(const ConversionMatch& m) const {
      return "type = 'conversion' AND name = " + bind("name", m.name);
    }
    std::string operator()(const EventMatch& m) const {
      return "type = 'event' AND name = " + bind("name", m.name);
    }
    std::string operator()(const ClickMatch& m) const {
      return "type = 'click' AND name = " + bind("name", m.name);
    }
  };
  return std::visit(Visitor{parameter}, match);
}

Question question_of(const Scope& scope, const Funnel& funnel) {
  Question steps;
  const std::size_t count = funnel.steps.size();
  std::string sql = "WITH hits AS (\n  SELECT visitor, toUnixTimestamp64Milli(ts) AS at, received_at, record";
  std::string any;
  std::string flags;
  for (std::size_t k = 1; k <= count; ++k) {
    const std::string flag = "is_" + number(k);
    sql += ",\n    (" + condition_of(funnel.steps[k - 1].match, k, steps) + ") AS " + flag;
    any += (k == 1 ? "" : " OR ") + flag;
    flags += ", " + flag;
  }
  sql += ",\n    is_1 AND toDate(ts, {zone:String}) BETWEEN {from:Date} AND {to:Date} AS starts\n  FROM " +
         rows_of(scope, {.sent = "visitor != ''", .found = any}) + "\n),\n";
  sql += "visitors AS (\n  SELECT\n    arraySort(groupArray(tuple(at, received_at, record, starts" + flags +
         "))) AS seen";
  // way_k: the times from an event of step k on; later_k: those of the nearest way_k after each event.
  for (std::size_t k = count; k >= 2; --k) {
    const std::string here = number(k);
    const std::string flag = "e." + number(kFlagsBegin + k);
    sql += ",\n    ";
    sql += k == count
               ? "arrayMap(e -> if(" + flag + ", [e.1], emptyArrayInt64()), seen)"
               : "arrayMap((e, later) -> if(" + flag +
                     ", arrayConcat([e.1], later), emptyArrayInt64()), seen, later_" + number(k + 1) + ")";
    sql += " AS way_" + here +
           ",\n    arrayReverseFill(way -> notEmpty(way), arrayPushBack(arrayPopFront(way_" + here +
           "), emptyArrayInt64())) AS later_" + here;
  }
  sql +=
      R"(,
    arrayMap((e, later) -> if(e.4, arrayConcat([e.1], arrayFilter(t -> t <= e.1 + {window_ms:Int64}, later)),
                              emptyArrayInt64()), seen, later_2) AS ways,
    arrayMax(way -> length(way), ways) AS furthest,
    arrayFirst(way -> length(way) = furthest, ways) AS way
  FROM hits
  GROUP BY visitor
  HAVING furthest > 0
)
SELECT
  )";
  for (std::size_t k = 1; k <= count; ++k) sql += "countIf(length(way) >= " + number(k) + "), ";
  const auto median = [](const std::string& to, const std::string& from, const std::string& reached) {
    return "quantileExactInclusiveIf(0.5)((way[" + to + "] - way[" + from +
           "]) / 1000, length(way) >= " + reached + ")";
  };
  sql += "\n  ";
  for (std::size_t k = 1; k < count; ++k) sql += median(number(k + 1), number(k), number(k + 1)) + ",\n  ";
  sql += median(number(count), "1", number(count)) + "\nFROM visitors";

  Question question = question_for(scope, {0, funnel.window_days + 1}, std::move(sql));
  question.parameters.insert(question.parameters.end(), steps.parameters.begin(), steps.parameters.end());
  const auto window = std::chrono::milliseconds{std::chrono::days{funnel.window_days}};
  question.parameters.emplace_back("window_ms", std::to_string(window.count()));
  return question;
}

Question unlinked_question(const Scope& scope, const Funnel& funnel) {
  Question steps;
  const std::string first = condition_of(funnel.steps.front().match, 1, steps);
  Question question = question_for(
      scope, {}, "SELECT count()\nFROM " + stored_rows({.sent = "visitor = '' AND (" + first + ")"}));
  question.parameters.insert(question.parameters.end(), steps.parameters.begin(), steps.parameters.end());
  return question;
}

struct Reached {
  std::vector<std::int64_t> visitors;          ///< per step
  std::vector<std::optional<double>> seconds;  ///< to the next step; the last entry is first step to last
};

Reached read_reach(Asker& asker, const Scope& scope, const Funnel& funnel, std::string name) {
  const std::size_t count = funnel.steps.size();
  Reached reach{std::vector<std::int64_t>(count), std::vector<std::optional<double>>(count)};
  for (const auto& row : asker.rows(std::move(name), question_of(scope, funnel), 2 * count)) {
    for (std::size_t k = 0; k < count; ++k) reach.visitors[k] = asker.count(row[k]);
    for (std::size_t k = 0; k < count; ++k) {
      // Nobody reached the step: the engine's median of nothing is no duration.
      const std::int64_t cases = reach.visitors[std::min(k + 1, count - 1)];
      if (cases > 0) reach.seconds[k] = asker.number(row[count + k]);
    }
  }
  return reach;
}

Cell seconds_cell(const std::optional<double>& seconds) { return seconds ? Cell(*seconds) : Cell(); }

Grid grid_of(const Funnel& funnel, const Reached& now, const Reached* before) {
  Grid grid{{{"step", Unit::text},
             {"visitors", Unit::count},
             {"rate_from_previous", Unit::share},
             {"rate_from_first", Unit::share},
             {"drop_off", Unit::count},
             {"drop_off_rate", Unit::share},
             {"median_seconds_to_next", Unit::seconds},
             {"visitors_previous", Unit::count}},
            {},
            {}};
  const std::size_t last = funnel.steps.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const std::int64_t here = now.visitors[k];
    std::vector<Cell> row{funnel.steps[k].name, here, k == 0 ? Cell() : share_of(here, now.visitors[k - 1]),
                          share_of(here, now.visitors[0])};
    if (k == last) {
      row.resize(row.size() + 3);
    } else {
      const std::int64_t gone = here - now.visitors[k + 1];
      row.insert(row.end(), {Cell(gone), share_of(gone, here), seconds_cell(now.seconds[k])});
    }
    row.push_back(before ? Cell(before->visitors[k]) : Cell());
    grid.rows.push_back(std::move(row));
  }
  grid.totals = {
      {"visitors", now.visitors[0]},
      {"completed", now.visitors[last]},
      {"completion_rate", share_of(now.visitors[last], now.visitors[0])},
      {"median_seconds", seconds_cell(now.seconds[last])},
      {"visitors_previous", before ? Cell(before->visitors[0]) : Cell()},
      {"completed_previous", before ? Cell(before->visitors[last]) : Cell()},
      {"completion_rate_previous", before ? share_of(before->visitors[last], before->visitors[0]) : Cell()}};
  return grid;
}

}  // namespace

FunnelPart read_funnel(Asker& asker, const Funnel& funnel, const Frame& frame, Report& report) {
  const Reached now = read_reach(asker, frame.current(), funnel, "funnel");
  Reached before;
  if (frame.previous()) before = read_reach(asker, *frame.previous(), funnel, "previous_funnel");
  for (const auto& row : asker.rows("funnel_unlinked", unlinked_question(frame.current(), funnel), 1))
    if (const std::int64_t events = asker.count(row[0]); events > 0)
      report.notes.push_back({NoteCode::unlinked_left_out,
                              std::to_string(events) +
                                  " event(s) of the first step came without a visitor's consent to be "
                                  "recognised; the funnel leaves them out.",
                              {{"events", events}}});
  const auto last_end = report.period.to + std::chrono::days{funnel.window_days};
  if (last_end >= std::chrono::floor<std::chrono::days>(report.as_of))
    report.notes.push_back({NoteCode::window_running,
                            "Visitors who started at the end of the period still have time to go on.",
                            {{"window_days", static_cast<std::int64_t>(funnel.window_days)}}});
  return {{funnel.id, funnel.name, funnel.window_days},
          grid_of(funnel, now, frame.previous() ? &before : nullptr)};
}

void fill_funnel(Asker& asker, const Site& site, const Ask& ask, const Funnel& funnel, Report& report) {
  const Frame frame = Frame::open(asker, site, ask, Presence::any_event, report);
  FunnelPart part = read_funnel(asker, funnel, frame, report);
  report.funnel = std::move(part.head);
  report.grid = std::move(part.grid);
}

}  // namespace etappe::report
