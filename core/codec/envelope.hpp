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

/// Whether ids were kept beside the event.
enum class Link : std::uint8_t { unlinked = 0, linked = 1 };

struct EnvelopeView {
  event::TimeMs received_at;
  event::TimeMs client_time;  ///< as the sender wrote it; event.time is corrected by the sender's clock skew
  std::string_view site;
  Link link = Link::unlinked;
  std::string_view user_agent;  ///< reduced to families when stored
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
