// Where do visitors and conversions come from? One row per channel; source and medium below; each day as a
// series.

#include <algorithm>

#include "server/report/questions.hpp"

namespace etappe::report {
namespace {

struct Sums {
  std::int64_t sessions = 0;
  std::int64_t conversions = 0;
  Money value;
};

template <class Key, class KeyOf>
std::map<Key, Sums> sums_by(const Acquisition& acquisition, KeyOf key_of) {
  std::map<Key, Sums> sums;
  for (const auto& row : acquisition.sessions) sums[key_of(row.day, row.origin)].sessions += row.sessions;
  for (const auto& row : acquisition.conversions) {
    Sums& sum = sums[key_of(row.day, row.origin)];
    sum.conversions += row.conversions;
    sum.value += row.value;
  }
  return sums;
}

/// Most sessions first, then most conversions, then by name.
template <class Key>
std::vector<std::pair<Key, Sums>> ranked(const std::map<Key, Sums>& sums) {
  std::vector<std::pair<Key, Sums>> order(sums.begin(), sums.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.sessions, a.second.conversions) >
           std::pair(b.second.sessions, b.second.conversions);
  });
  return order;
}

std::string channel_key(Day, const Origin& origin) { return origin.channel; }

std::vector<Cell> figures(const Sums& now, const Sums* before) {
  std::vector<Cell> cells{now.sessions, now.conversions, share_of(now.conversions, now.sessions),
                          now.value.text()};
  if (before) {
    cells.insert(cells.end(), {Cell(before->sessions), Cell(before->conversions), Cell(before->value.text()),
                               change_of(now.conversions, before->conversions)});
  } else {
    cells.resize(cells.size() + 4);
  }
  return cells;
}

Grid breakdown_grid(const Acquisition& acquisition) {
  Grid grid{{{"channel", Unit::channel},
             {"source", Unit::text},
             {"medium", Unit::text},
             {"sessions", Unit::count},
             {"conversions", Unit::count},
             {"conversion_rate", Unit::share},
             {"conversion_value", Unit::money}},
            {},
            {}};
  for (const auto& [origin, sums] :
       ranked(sums_by<Origin>(acquisition, [](Day, const Origin& o) { return o; })))
    grid.rows.push_back({origin.channel, origin.source, origin.medium, sums.sessions, sums.conversions,
                         share_of(sums.conversions, sums.sessions), sums.value.text()});
  return grid;
}

Grid series_grid(const Acquisition& acquisition) {
  Grid grid{{{"day", Unit::day},
             {"channel", Unit::channel},
             {"sessions", Unit::count},
             {"conversions", Unit::count},
             {"conversion_value", Unit::money}},
            {},
            {}};
  using Key = std::pair<Day, std::string>;
  for (const auto& [key, sums] :
       sums_by<Key>(acquisition, [](Day d, const Origin&o) { return Key(d, o.channel); }))
    grid.rows.push_back({text_of(key.first), key.second, sums.sessions, sums.conversions, sums.value.text()});
  return grid;
}

}  // namespace

Grid channel_grid(const Acquisition& now, const Acquisition* before) {
  Grid grid{{{"channel", Unit::channel},
             {"sessions", Unit::count},
             {"conversions", Unit::count},
             {"conversion_rate", Unit::share},
             {"conversion_value", Unit::money},
             {"sessions_previous", Unit::count},
             {"conversions_previous", Unit::count},
             {"conversion_value_previous", Unit::money},
             {"conversions_change", Unit::share}},
            {},
            {}};
  auto current = sums_by<std::string>(now, channel_key);
  std::map<std::string, Sums> earlier;
  if (before) earlier = sums_by<std::string>(*before, channel_key);
  // A channel that has gone silent is a row as well.
  for (const auto& [channel, unused] : earlier) current.try_emplace(channel);

  Sums whole;
  Sums whole_before;
  const auto add = [](Sums& to, const Sums& sums) {
    to.sessions += sums.sessions;
    to.conversions += sums.conversions;
    to.value += sums.value;
  };
  for (const auto& [channel, sums] : ranked(current)) {
    std::vector<Cell> row{channel};
    const Sums& then = earlier[channel];
    const auto cells = figures(sums, before ? &then : nullptr);
    row.insert(row.end(), cells.begin(), cells.end());
    grid.rows.push_back(std::move(row));
    add(whole, sums);
    add(whole_before, then);
  }
  const auto totals = figures(whole, before ? &whole_before : nullptr);
  for (std::size_t i = 0; i < totals.size(); ++i)
    grid.totals.emplace_back(grid.columns[i + 1].name, totals[i]);
  return grid;
}

void fill_channels(Asker& asker, const Site& site, const Ask& ask, Report& report) {
  const Frame frame = Frame::open(asker, site, ask, Presence::any_event, report);
  const Acquisition acquired = read_acquisition(asker, frame.current(), site.currency, "");
  Acquisition before;
  if (frame.previous()) before = read_acquisition(asker, *frame.previous(), site.currency, "previous_");
  report.grid = channel_grid(acquired, frame.previous() ? &before : nullptr);
  report.more.emplace_back("breakdown", breakdown_grid(acquired));
  report.more.emplace_back("series", series_grid(acquired));
  report.notes.push_back(
      {NoteCode::session_model, "Conversions belong to the channel of their session.", {}});
  acquired.asides.note(report);
  report.other_currencies = acquired.asides.other_currencies;
}

}  // namespace etappe::report
