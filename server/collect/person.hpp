#pragma once
// Who a person is to this installation. What a page sends is a hash with a salt that everybody can read in
// its script, so that whoever has a list of addresses could look them up; what is kept is a keyed hash of
// that. The key never leaves the installation: without it a stored person leads nowhere.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace etappe::collect {

/// Random, one for each installation (DATA/keys/person.secret); it is in no artefact.
using PersonSecret = std::array<std::uint8_t, 32>;

/// `id` without the white space around it: U+0009–U+000D and U+0020.
[[nodiscard]] std::string_view trimmed_id(std::string_view id);

/// What a page sends for an id in plain: 64 lower-case hexadecimal digits (docs/wire-format.md, "A person").
[[nodiscard]] std::string hashed_person(std::string_view site_id, std::string_view id);

/// What is kept for what was sent: the first 32 hexadecimal digits of HMAC-SHA256 (RFC 2104) of
/// `site_id:person`. What is not 64 lower-case hexadecimal digits is an id in plain and hashed first. Pure.
[[nodiscard]] std::string kept_person(const PersonSecret& secret, std::string_view site_id,
                                      std::string_view sent);

}  // namespace etappe::collect
