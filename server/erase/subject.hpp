#pragma once
// Whose data an order means, and what is left of that name once the data is gone: a keyed hash that says
// "this one" to whoever already has the name, and nothing to anybody else.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace etappe::erase {

using Time = std::chrono::sys_seconds;

enum class Kind : std::uint8_t {
  visitor,  ///< the id of a visitor's cookie
  person,   ///< what the site calls the visitor by, as rows carry it: the keyed hash (docs/privacy.md)
};
[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] std::optional<Kind> kind_named(std::string_view name);

struct Subject {
  std::string site;  ///< the site's id, as rows carry it
  Kind kind = Kind::visitor;
  std::string id;
  friend bool operator==(const Subject&, const Subject&) = default;
};

/// The secret of the installation (DATA/keys/person.secret).
using Secret = std::array<std::uint8_t, 32>;

/// BLAKE2b (RFC 7693), 128 bits, keyed with the secret, of kind, site and id; 32 lower-case hexadecimal
/// digits. Pure; sodium_init() has been called.
[[nodiscard]] std::string fingerprint(const Secret& secret, const Subject& subject);

/// RFC 3339 in UTC, to the second.
[[nodiscard]] std::string text_of(Time time);

}  // namespace etappe::erase
