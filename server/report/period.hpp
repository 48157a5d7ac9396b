#pragma once
// Days of a site's calendar, and the period a report is compared with. A Day has no zone: what it spans in
// UTC is the engine's knowledge, not ours.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace etappe::report {

using Day = std::chrono::sys_days;  ///< a date of the site's zone, despite the library's name

/// "2026-11-22", and nothing else, of the years 2000 to 2100; nullopt for days that no calendar has.
[[nodiscard]] std::optional<Day> day_from_text(std::string_view text);
[[nodiscard]] std::string text_of(Day day);

/// Both ends included; from is not after to.
struct Period {
  Day from;
  Day to;

  [[nodiscard]] int days() const { return static_cast<int>((to - from).count()) + 1; }
  [[nodiscard]] bool contains(Day day) const { return from <= day && day <= to; }
  friend bool operator==(const Period&, const Period&) = default;
};

/// How many days before a period its comparison lies: the smallest whole number of weeks that is not shorter
/// than the period, so that Mondays meet Mondays and the two do not overlap (UI.md §3: previous periods line
/// up by weekday).
[[nodiscard]] int comparison_shift(const Period& period);
[[nodiscard]] Period shifted_back(const Period& period, int days);

}  // namespace etappe::report
