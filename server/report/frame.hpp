#pragma once
// What every report says about itself: which day is running, since when the site is recorded, what it is
// compared with, whether there is anything in the period, how much of it came with consent, and how much is
// missing.

#include <string_view>

#include "server/report/asker.hpp"
#include "server/report/loads.hpp"
#include "server/report/scope.hpp"

namespace etappe::report {

/// Which events make a period not empty.
enum class Presence : std::uint8_t { any_event, any_conversion };

class Frame {
 public:
  /// Asks for the calendar and the presence of rows, and fills the head of `report`.
  static Frame open(Asker& asker, const Site& site, const Ask& ask, Presence presence, Report& report);

  [[nodiscard]] const Scope& current() const { return current_; }
  /// Set where there is a comparison and some of it was recorded.
  [[nodiscard]] const std::optional<Scope>& previous() const { return previous_; }
  /// Of the current period; empty where no fetch was counted.
  [[nodiscard]] const Loads& loads() const { return loads_; }
  /// False for days that were not recorded yet and for days to come: their figures are unknown, not zero.
  [[nodiscard]] bool known(Day day) const;
  /// Likewise for a day of the comparison.
  [[nodiscard]] bool known_before(Day day) const;

 private:
  Scope current_;
  std::optional<Scope> previous_;
  Loads loads_;
  std::optional<Day> recorded_from_;
  Day today_{};
  int shift_ = 0;
};

}  // namespace etappe::report
