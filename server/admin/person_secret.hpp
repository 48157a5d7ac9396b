#pragma once
// The secret behind stored persons: made once for an installation, kept in DATA/keys/person.secret for its
// owner only, given to the collecting side by the process that runs it. It is in no artefact and no database,
// and it is never replaced: with another one nobody who comes back would be the person they were.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/result.hpp"

namespace etappe::admin {

enum class SecretError : std::uint8_t {
  disk,        ///< the file can neither be read nor made
  bad_secret,  ///< the file is there and does not hold 64 hexadecimal digits
};
[[nodiscard]] std::string_view name_of(SecretError error);

/// 32 random bytes; made if they are not there yet. Blocks.
[[nodiscard]] Result<std::array<std::uint8_t, 32>, SecretError> ensure_person_secret(
    const std::filesystem::path& data);

}  // namespace etappe::admin
