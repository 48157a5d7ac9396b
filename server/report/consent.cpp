// What do visitors decide, and how much goes on that nobody is counted of? One row per day; below it by
// version of the banner, by region and by kind of device.

#include "server/report/loads.hpp"
#include "server/report/questions.hpp"

namespace etappe::report {
namespace {

struct Decisions {
  std::int64_t grants = 0;
  std::int64_t marketing = 0;
};

/// By the same groups as loads; the version is the one that the decision names.
std::map<LoadGroup, Decisions> read_decisions(Asker& asker, const Scope& scope) {
  const std::string sql = R"(SELECT
  toString(toDate(ts, {zone:String})) AS day, props['version'] AS version, region, device,
  countIf(consent_analytics = 'granted') AS grants,
  countIf(consent_analytics = 'granted' AND consent_marketing = 'granted') AS marketing
FROM )" + stored_rows({.sent = "type = 'consent'"}) +
                          "\nGROUP BY day, version, region, device\nORDER BY day, version, region, device";
  std::map<LoadGroup, Decisions> decisions;
  for (const auto& row : asker.rows("decisions", question_for(scope, {}, sql), 6))
    decisions[{asker.day(row[0]), asker.text(row[1]), asker.text(row[2]), asker.text(row[3])}] = {
        asker.count(row[4]), asker.count(row[5])};
  return decisions;
}

struct Line {
  LoadCounts loads;
  Decisions decisions;

  void add(const LoadCounts& more) {
    loads.fetched += more.fetched;
    loads.recorded += more.recorded;
    loads.granted += more.granted;
  }
  void add(const Decisions& more) {
    decisions.grants += more.grants;
    decisions.marketing += more.marketing;
  }
  [[nodiscard]] std::vector<Cell> cells() const {
    return {decisions.grants,
            decisions.marketing,
            loads.fetched,
            loads.recorded,
            share_of(loads.granted, loads.fetched),
            uncounted_share(loads)};
  }
};

constexpr std::pair<std::string_view, Unit> kFigures[] = {{"grants", Unit::count},
                                                          {"marketing_grants", Unit::count},
                                                          {"script_loads", Unit::count},
                                                          {"recorded_loads", Unit::count},
                                                          {"grant_rate_estimate", Unit::share},
                                                          {"uncounted_estimate", Unit::share}};

template <class KeyOf>
Grid grid_by(std::string_view name, Unit unit, const Loads& loads,
             const std::map<LoadGroup, Decisions>& decisions, KeyOf key_of) {
  std::map<std::string, Line> lines;
  Line whole;
  for (const auto& [group, counts] : loads) {
    lines[key_of(group)].add(counts);
    whole.add(counts);
  }
  for (const auto& [group, counts] : decisions) {
    lines[key_of(group)].add(counts);
    whole.add(counts);
  }
  Grid grid;
  grid.columns.push_back({std::string(name), unit});
  for (const auto& [figure, unit_of_figure] : kFigures)
    grid.columns.push_back({std::string(figure), unit_of_figure});
  for (const auto& [key, line] : lines) {
    std::vector<Cell> row{key};
    const auto cells = line.cells();
    row.insert(row.end(), cells.begin(), cells.end());
    grid.rows.push_back(std::move(row));
  }
  const auto cells = whole.cells();
  for (std::size_t i = 0; i < cells.size(); ++i) grid.totals.emplace_back(kFigures[i].first, cells[i]);
  return grid;
}

}  // namespace

void fill_consent(Asker& asker, const Site& site, const Ask& ask, Report& report) {
  Ask alone = ask;
  alone.comparing = Comparing::none;
  const Frame frame = Frame::open(asker, site, alone, Presence::any_event, report);
  const Loads& loads = frame.loads();
  const auto decisions = read_decisions(asker, frame.current());
  report.grid =
      grid_by("day", Unit::day, loads, decisions, [](const LoadGroup& g) { return text_of(g.day); });
  const auto by = [&](std::string_view name, std::string LoadGroup::*member) {
    report.more.emplace_back(
        "by_" + std::string(name),
        grid_by(name, Unit::text, loads, decisions, [&](const LoadGroup& g) { return g.*member; }));
  };
  by("version", &LoadGroup::version);
  by("region", &LoadGroup::region);
  by("device", &LoadGroup::device);
}

}  // namespace etappe::report
