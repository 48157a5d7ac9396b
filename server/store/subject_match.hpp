#pragma once
// Whose a record of events_rejected is.

#include <string>
#include <string_view>

#include "core/codec/envelope.hpp"
#include "server/erase/subject.hpp"

namespace etappe::store {

/// The engine's hex(): upper-case, two digits a byte.
[[nodiscard]] inline std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'A' + 10); };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) << 4U | digit(hex[i + 1]));
  return bytes;
}

/// Of an envelope that cannot be read nothing is known but its bytes: what holds the site and the id is taken
/// for theirs.
[[nodiscard]] inline bool is_of(const std::string& bytes,
                                const Result<codec::EnvelopeView, codec::Error>& envelope,
                                const erase::Subject& subject) {
  if (!envelope) return bytes.find(subject.site) != bytes.npos && bytes.find(subject.id) != bytes.npos;
  const std::string_view id =
      subject.kind == erase::Kind::visitor ? envelope->event.visitor : envelope->event.person;
  return envelope->site == subject.site && id == subject.id;
}

}  // namespace etappe::store
