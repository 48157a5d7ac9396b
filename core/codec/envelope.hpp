#pragma once
// The envelope: one accepted event as the collector writes it to its spool (docs/spool-format.md, part 2).
//
// It holds what policy and redaction left, and what only the moment of arrival knew. Neither the request
// body nor the visitor's address is in it. Its version is separate from the wire format's.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/codec/batch.hpp"

namespace etappe::codec {

inline constexpr std::uint8_t kEnvelopeVersion = 1;
inline constexpr std::size_t kMaxEnvelopeBytes = 65536;

/// Who the event belongs to.
enum class Link : std::uint8_t {
  unlinked = 0,  ///< nobody: no id was kept
  linked = 1,    ///< visitor and session may stand beside it
  daily = 2,     ///< its visitor is a hash that nobody can compute again once the day is over; no session
};

/// As rows have it.
[[nodiscard]] constexpr std::string_view name_of(Link link) {
  constexpr std::string_view kNames[] = {"unlinked", "linked", "daily"};
  return kNames[static_cast<std::size_t>(link)];
}

struct EnvelopeView {
  event::TimeMs received_at;
  event::TimeMs client_time;  ///< as the sender wrote it; event.time is corrected by the sender's clock skew
  std::string_view site;
  Link link = Link::unlinked;
  std::string_view user_agent;  ///< reduced to families when stored
  std::string_view region;      ///< ISO 3166-1 or 3166-2, upper case; empty when unknown
  event::Uuid page;             ///< the page load it came from; nil when unknown or unlinked
  event::EventView event;       ///< id is always explicit here
};

/// Writes to the start of `out` and returns how many bytes it took; Error::no_space when `out` is short.
/// An event that event::check has passed fits kMaxEnvelopeBytes together with a user agent of up to 8 KiB.
[[nodiscard]] Result<std::size_t, Error> write_envelope(const EnvelopeView& envelope,
                                                        std::span<std::byte> out);
/// Takes all of `bytes`. What it returns points into `bytes` and, for its lists, into `lists`. The event's
/// content is not checked again. Errors: bad_version, missing_field, and those of a batch's fields.
[[nodiscard]] Result<EnvelopeView, Error> read_envelope(std::span<const std::byte> bytes, Lists& lists);

}  // namespace etappe::codec
