#pragma once
// What a visitor has agreed to, and what that permits.
//
// A purpose nobody was asked about is `undetermined`, and undetermined is never a grant: every question
// below fails closed. The tracker asks before it stores or sends; the collector asks again before it keeps
// an identifier, because not every sender is the tracker.

#include <cstdint>

namespace etappe::consent {

/// Purposes a visitor decides about. `necessary` needs no decision and therefore has no state.
enum class Purpose : std::uint8_t { analytics = 0, marketing = 1 };

enum class State : std::uint8_t { undetermined = 0, denied = 1, granted = 2 };

/// One state per purpose. A value type: copy it, compare it.
struct States {
  State analytics = State::undetermined;
  State marketing = State::undetermined;

  [[nodiscard]] constexpr State of(Purpose purpose) const {
    return purpose == Purpose::analytics ? analytics : marketing;
  }
  constexpr void set(Purpose purpose, State state) {
    (purpose == Purpose::analytics ? analytics : marketing) = state;
  }
  friend constexpr bool operator==(const States&, const States&) = default;
};

/// What a site does while analytics is undetermined (docs/consent.md, "Policies"), the strictest first. The
/// numbers are part of the ABI.
enum class Policy : std::uint8_t { block = 0, queue = 1, cookieless = 2 };

/// What the tracker may do with an event right now.
enum class Verdict : std::uint8_t {
  drop = 0,   ///< neither kept nor sent, now or later
  hold = 1,   ///< kept in memory until the visitor has decided
  count = 2,  ///< may be sent without visitor and session; the device is not touched
  send = 3,   ///< may be sent with visitor and session ids
};

/// The decision of the tracker for an event that is not a consent event itself.
[[nodiscard]] constexpr Verdict tracker_verdict(Policy policy, States states) {
  if (states.analytics == State::granted) {
    return Verdict::send;
  }
  if (states.analytics == State::denied || policy == Policy::block) {
    return Verdict::drop;
  }
  return policy == Policy::queue ? Verdict::hold : Verdict::count;
}

/// Whether the browser says that its user wants nothing sold or shared (https://w3c.github.io/gpc/).
enum class PrivacyControl : std::uint8_t { absent = 0, global = 1 };

/// What holds after a decision: a purpose that the decision leaves undetermined stays as it was, and nobody
/// can grant marketing against the browser's own signal.
[[nodiscard]] constexpr States decided(States before, States decision,
                                       PrivacyControl signal = PrivacyControl::absent) {
  if (decision.analytics != State::undetermined) {
    before.analytics = decision.analytics;
  }
  if (decision.marketing != State::undetermined) {
    before.marketing = decision.marketing;
  }
  if (signal == PrivacyControl::global) {
    before.marketing = State::denied;
  }
  return before;
}

/// Whether anything may be written to, or read from, the visitor's device (§ 25 TDDDG).
[[nodiscard]] constexpr bool may_use_device(States states) { return states.analytics == State::granted; }

/// Whether a visitor or session id may be kept beside an event.
[[nodiscard]] constexpr bool may_link(States states) { return states.analytics == State::granted; }

/// Bits 0–1 analytics, bits 2–3 marketing: the form used on the wire and in the spool.
[[nodiscard]] constexpr std::uint8_t pack(States states) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(states.analytics) |
                                   (static_cast<unsigned>(states.marketing) << 2U));
}

/// The reverse of pack(). The unused fourth value of a purpose reads as undetermined: it grants nothing.
[[nodiscard]] constexpr States unpack(std::uint64_t bits) {
  const auto one = [](std::uint64_t two_bits) {
    return two_bits <= 2 ? static_cast<State>(two_bits) : State::undetermined;
  };
  return {one(bits & 3U), one((bits >> 2U) & 3U)};
}

}  // namespace etappe::consent
