#pragma once
// Which conversions count, where a session came from, and where a conversion came from: three definitions as
// SQL, shared by the reports and the exports so that they cannot disagree. Each text is a list of common
// table expressions.

#include <string>

#include "server/report/scope.hpp"

namespace etappe::report {

/// How far back the first occurrence of an order number is looked for: a thank-you page that is opened again.
inline constexpr int kOrderReachDays = 30;
/// What statements over counted conversions have to scan.
inline constexpr Reach kConversionReach{kOrderReachDays, 0};

/// "origins": one row per session with `began` and `origin`, the tuple (channel, source, medium).
[[nodiscard]] std::string session_origins(const Scope& scope);

/// "fired": one row per counted conversion of the period: id, ts, name, weight, value, currency, quantity,
/// order_id, visitor, session, path, touch, channel, source, medium as stored, and `repeats`, how often it
/// came again.
[[nodiscard]] std::string counted_conversions(const Scope& scope);

/// counted_conversions(), session_origins() and "placed": the same rows with the channel, source and medium
/// that the reports give them.
[[nodiscard]] std::string placed_conversions(const Scope& scope);

}  // namespace etappe::report
