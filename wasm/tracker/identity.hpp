#pragma once
// Who is visiting and since when: the visitor id, the visit's session id, and their form on the device.
//
// Ids are random and exist only under analytics consent. A visitor id lives 13 months from its first day and
// is not renewed. A session ends after a silence (30 minutes unless the site says otherwise) or when a page
// announces a campaign that differs from the one the session began with. It also keeps which once-per-session
// tags have fired, since that ends with the session too. It reads no storage itself: the loader hands over
// what the device holds.

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "wasm/tracker/fixed_text.hpp"
#include "wasm/tracker/host.hpp"

namespace etappe::tracker {

/// 13 months, the bound that the CNIL set for audience measurement ("Cookies et autres traceurs", 2020).
inline constexpr std::chrono::seconds kVisitorLifetime = std::chrono::days{395};

class Identity {
 public:
  explicit Identity(Host& host) : host_(host) {}

  void set_session_silence(std::chrono::milliseconds silence) { silence_ = silence; }

  /// Takes over what the device holds. False when it is not ours to read (another version, damaged, past its
  /// lifetime); then nothing changes and `consent` is left alone.
  [[nodiscard]] bool restore(std::string_view text, event::TimeMs now, consent::States& consent);

  /// Something happened at `now`: draws ids where none exist and begins a new session where the last one has
  /// ended. `campaign` is the mark of the campaign that the page announces, empty when it announces none.
  void touch(event::TimeMs now, std::string_view campaign);

  /// Writes the current state to the device when it differs from what was written or restored last.
  void remember(event::TimeMs now, consent::States consent);
  /// Forgets the ids, here and on the device.
  void forget();
  /// Forgets the ids here; the next touch() draws new ones.
  void clear();

  [[nodiscard]] std::string_view visitor() const { return visitor_.view(); }
  [[nodiscard]] std::string_view session() const { return session_.view(); }

  /// Whether that tag fired in this session; notes it when it had not. The oldest of more than 24 notes is
  /// given up.
  [[nodiscard]] bool first_in_session(std::string_view tag_name);

 private:
  static constexpr std::size_t kMarkBytes = 5;
  static constexpr std::size_t kMaxFired = 24;
  using Mark = std::array<char, kMarkBytes>;

  [[nodiscard]] static Mark mark_of(std::string_view text);
  void draw_session();

  Host& host_;
  std::chrono::milliseconds silence_ = std::chrono::minutes{30};
  FixedText<20> visitor_;
  FixedText<16> session_;
  event::TimeMs created_{};
  event::TimeMs last_seen_{};
  Mark campaign_{};  ///< '-' five times when the session began without one
  std::array<Mark, kMaxFired> fired_{};
  std::size_t fired_count_ = 0;
  consent::States written_consent_;
  bool changed_ = false;
};

}  // namespace etappe::tracker
