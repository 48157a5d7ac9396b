#pragma once
// Sessions and primary conversions by day and channel, with source and medium: what overview and channels
// count.
//
// A session is the events with the same session id. It belongs to the day and the channel of its beginning:
// of its first event, and of the first of its events that begins a touch (without one: Direct). A conversion
// belongs to its own day and to its session's channel; outside any session to the touch it carries itself,
// else to Unassigned. An order number counts once per conversion name, at its first occurrence.

#include <map>
#include <string>
#include <vector>

#include "server/report/asker.hpp"
#include "server/report/scope.hpp"

namespace etappe::report {

struct Origin {
  std::string channel;
  std::string source;
  std::string medium;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

struct SessionsRow {
  Day day;
  Origin origin;
  std::int64_t sessions = 0;
};

struct ConversionsRow {
  Day day;
  Origin origin;
  std::int64_t conversions = 0;
  Money value;  ///< in the site's currency only
};

/// What was counted apart while reading conversions.
struct ConversionAsides {
  std::map<std::string, CurrencySum> other_currencies;
  std::int64_t without_session = 0;
  std::int64_t without_currency = 0;  ///< had a value; taken as the site's currency
  std::int64_t repeats = 0;           ///< further events of an order that is already counted

  /// Adds the notes that these make necessary.
  void note(Report& report) const;
};

struct Acquisition {
  std::vector<SessionsRow> sessions;
  std::vector<ConversionsRow> conversions;
  ConversionAsides asides;
};

/// Two questions: `sessions` and `conversions`, their names preceded by `prefix`.
[[nodiscard]] Acquisition read_acquisition(Asker& asker, const Scope& scope, const std::string& currency,
                                           std::string_view prefix);

}  // namespace etappe::report
