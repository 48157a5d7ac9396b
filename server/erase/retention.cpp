#include "server/erase/retention.hpp"

#include <algorithm>
#include <map>

namespace etappe::erase {
namespace {

using namespace std::chrono;

/// The day after the month's last.
sys_days end_of(Month month) {
  const year_month ym(year(static_cast<int>(month / 100)), std::chrono::month(month % 100));
  return sys_days((ym + months(1)) / 1);
}

}  // namespace

sys_days months_before(sys_days day, int count) {
  const year_month_day date(day);
  const year_month_day earlier = date - months(count);
  return earlier.ok() ? sys_days(earlier) : sys_days(earlier.year() / earlier.month() / last);
}

Retention::Step Retention::step(Time now) {
  const sys_days today = floor<days>(now);
  if ((done_ && *done_ >= today) || now < not_before_) return Step::idle;
  if (!remove_rows(today, now) || !empty_ids(today, now)) {
    counters_.add("etappe_erasure_failures_total", observe::label("reason", "retention"));
    not_before_ = now + kRetry;
    return Step::failed;
  }
  done_ = today;
  return Step::done;
}

bool Retention::remove_rows(sys_days today, Time now) {
  const auto found = rows_.months();
  if (!found) return false;
  std::map<Month, std::vector<Cut>> old;
  for (const SiteMonth& one : *found) {
    const int kept = std::clamp(months_of_(one.site), 1, kMostMonths);
    const sys_days before = months_before(today, kept);
    if (one.first < before) old[one.month].push_back({one.site, before});
  }
  for (const auto& [month, cuts] : old) {
    // No site keeps rows longer, so that the whole month can go at once, without reading it.
    const bool is_whole = end_of(month) <= months_before(today, kMostMonths);
    if (!(is_whole ? rows_.remove_whole(month) : rows_.remove(month, cuts))) return false;
    if (!note("rows_deleted", month, 0, now)) return false;
  }
  return true;
}

bool Retention::empty_ids(sys_days today, Time now) {
  const year_month_day limit(months_before(today, kIdMonths));
  const auto found = rows_.months_with_ids(sys_days(limit.year() / limit.month() / 1));
  if (!found) return false;
  return std::ranges::all_of(*found, [&](const IdMonth& one) {
    return rows_.empty_ids(one.month) && note("ids_emptied", one.month, one.rows, now);
  });
}

bool Retention::note(std::string_view action, Month month, std::uint64_t rows, Time now) {
  counters_.add("etappe_retention_months_total", observe::label("action", action));
  return journal_.note({std::string(action), month, rows, now}).has_value();
}

}  // namespace etappe::erase
