#pragma once
// Who is visiting and since when: the visitor id, the visit's session id, and their form on the device.
//
// Ids are random and exist only under analytics consent. A visitor id lives 13 months from its first day and
// is not renewed. A session ends after a silence (30 minutes unless the site says otherwise) or, unless the
// site does without, when a page announces a campaign that differs from the one the session began with. What
// belongs to a session and ends with it is kept here too: which once-per-session tags have fired, and how far
// each funnel has come. It reads no storage itself: the loader hands over what the device holds.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "wasm/tracker/host.hpp"

namespace etappe::tracker {

/// 13 months, the bound that the CNIL set for audience measurement ("Cookies et autres traceurs", 2020).
inline constexpr std::chrono::seconds kVisitorLifetime = std::chrono::days{395};

/// How long a link to another domain of the site may take from the click to the page.
inline constexpr std::chrono::seconds kLinkLifetime{120};

/// What ends a session, beside the end of the day 13 months later.
struct SessionRules {
  std::chrono::milliseconds silence = std::chrono::minutes{30};
  bool new_on_campaign = true;  ///< an address with another campaign begins a session
};

class Identity {
 public:
  explicit constexpr Identity(Host& host) : host_(host) {}

  void set_rules(SessionRules rules) { rules_ = rules; }

  /// Takes over what the device holds. False when it is not ours to read (another version, damaged, past its
  /// lifetime); then nothing changes and `consent` is left alone.
  [[nodiscard]] bool restore(std::string_view text, event::TimeMs now, consent::States& consent);

  /// Something happened at `now`: draws ids where none exist and begins a new session where the last one has
  /// ended. `campaign` is what tells the page's campaign from others, empty when it announces none. Whole
  /// seconds are kept.
  void touch(event::TimeMs now, std::string_view campaign);

  /// Writes the current state to the device when it differs from what was written or restored last.
  void remember(event::TimeMs now, consent::States consent);
  /// Forgets the ids, here and on the device.
  void forget();
  /// Forgets the ids here; the next touch() draws new ones.
  void clear();

  /// Empty until the first touch().
  [[nodiscard]] std::string_view visitor() const;
  [[nodiscard]] std::string_view session() const;

  /// Whether that tag has not fired in this session yet; notes it. The oldest of more than 32 notes is given
  /// up.
  [[nodiscard]] bool first_in_session(std::string_view tag_name);
  /// The same for the visitor, whatever session it is. Only in the module for full containers.
  [[nodiscard]] bool first_for_visitor(std::string_view tag_name);
  /// Whether that step is news: it has not been seen in this pass through its funnel yet; notes it. The first
  /// step of a funnel that a session sees opens a pass; seen again behind another one, it opens the next.
  [[nodiscard]] bool enters_step(std::string_view funnel, std::string_view step);

  /// Who is visiting, for a page of `target`, another domain of the same site: 58 characters of the alphabet
  /// of the device's text. Empty without ids. Whoever reads the link has the ids (a random visitor and
  /// session); the check at its end shows damage and other targets, it proves nothing about the sender. Lives
  /// until the next call.
  [[nodiscard]] std::string_view link(event::TimeMs now, std::string_view target);
  /// Goes on as the visitor and session of a link that this page was opened with. False when it was made for
  /// another target, more than kLinkLifetime ago or ahead, or is damaged; then nothing changes.
  [[nodiscard]] bool adopt(std::string_view link, event::TimeMs now, std::string_view target);

 private:
  // All of it is kept in the form in which the device holds it, so that there is nothing to convert:
  //
  //   1 C AbCdEf AbCdEf xxxxxxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxx AAAAA AbCdE AbCdE …     (without the spaces)
  //   │ │ │      │      visitor              session          │     └ notes: once-per-session tags that fired
  //   (odd), │ │ │      │                                            │       steps seen (even; two digits for
  //   the funnel) │ │ │      └ last seen                                  └ campaign the session began with
  //   │ │ └ first seen: seconds since 1970, six digits of base 64, the lowest first
  //   │ └ consent, packed, one digit
  //   └ version
  static constexpr std::size_t kConsentAt = 1;
  static constexpr std::size_t kCreatedAt = 2;
  static constexpr std::size_t kLastSeenAt = 8;
  static constexpr std::size_t kVisitorAt = 14;   // 20 digits: 120 random bits
  static constexpr std::size_t kSessionAt = 34;   // 16 digits: 96 random bits
  static constexpr std::size_t kCampaignAt = 50;  // a mark, like those behind it
  static constexpr std::size_t kNotesAt = 55;
  static constexpr std::size_t kTimeDigits = 6;
  static constexpr std::size_t kMarkDigits = 5;
  static constexpr std::size_t kFunnelDigits = 2;  // of a step's mark
  static constexpr std::size_t kMaxNotes = 32;
  static constexpr std::size_t kMaxText = kNotesAt + kMaxNotes * kMarkDigits;
  static constexpr std::size_t kSpareAt = kMaxText;  // room for a mark to compare with, never written out

  // A link: when it was made, first seen, visitor, session, campaign; behind them the check.
  static constexpr std::size_t kLinkText = kTimeDigits + kTimeDigits + (kNotesAt - kVisitorAt);
  static constexpr std::size_t kLinkSize = kLinkText + kMarkDigits;

  void draw(std::size_t at, std::size_t digits);
  void put_number(std::size_t at, std::size_t digits, std::uint64_t number);
  [[nodiscard]] event::TimeMs time_at(std::size_t at) const;
  [[nodiscard]] std::string_view part(std::size_t at, std::size_t size) const {
    return {text_.data() + at, size};
  }
  void copy(std::string_view from, std::size_t to);
  /// Where the note with the first `digits` of the spare mark stands, from `at` on; size_ when nowhere.
  [[nodiscard]] std::size_t note_at(std::size_t at, std::size_t digits) const;
  void remove_note(std::size_t at);
  void add_note();
  [[nodiscard]] bool is_first(std::uint32_t mark);
  void end_session_notes();

  Host& host_;
  SessionRules rules_;
  std::array<char, kSpareAt + kMarkDigits> text_{};
  std::array<char, kLinkSize> link_{};
  std::size_t size_ = 0;  // 0: nobody yet
  bool changed_ = false;
};

}  // namespace etappe::tracker
