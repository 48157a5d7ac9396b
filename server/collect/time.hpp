#pragma once
// Times: reading them from JSON, and correcting what a sender's clock got wrong.

#include <chrono>
#include <optional>
#include <string_view>

#include "core/event/event.hpp"

namespace etappe::collect {

/// RFC 3339 with an offset ("2026-05-01T10:00:00.123+02:00", "…Z"), cut to milliseconds. Years 1970–2199; a
/// leap second reads as the second after it.
[[nodiscard]] std::optional<event::TimeMs> parse_rfc3339(std::string_view text);

/// A sender whose clock differs by less is taken at its word: the difference is mostly the way of the batch.
inline constexpr std::chrono::milliseconds kToleratedSkew = std::chrono::seconds(150);
/// Senders without a token: a tracker keeps unsent events for a day, and a batch needs time to arrive.
inline constexpr std::chrono::milliseconds kMaxAge = std::chrono::hours(24) + std::chrono::minutes(10);

/// An event's time by our clock: shifted by what `sent_at` says about the sender's, never in the future.
/// Source of the rule: PostHog's capture shifts by sent_at with a dead band and clamps the future to now.
[[nodiscard]] event::TimeMs corrected(event::TimeMs client_time, std::optional<event::TimeMs> sent_at,
                                      event::TimeMs received_at);

}  // namespace etappe::collect
