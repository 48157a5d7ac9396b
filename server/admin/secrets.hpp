#pragma once
// Random names and secrets, and the forms in which secrets are kept. All randomness is the kernel's, through
// libsodium; it is no parameter, because a secret that a test can choose is not one.

#include <string>
#include <string_view>

namespace etappe::admin {

/// A public site key: 12 of a–z, 2–7 (60 bits), safe in file names and addresses.
[[nodiscard]] std::string random_site_key();
/// Four groups of five letters and digits that are hard to mistake for one another: 99 bits.
[[nodiscard]] std::string random_password();
/// "etp_" and 256 bits in URL-safe base64: a bearer token or the value of a session cookie.
[[nodiscard]] std::string random_token();

/// 64 hexadecimal digits of 256 bits: a secret that stays in DATA/keys.
[[nodiscard]] std::string random_secret();

/// Hex SHA-256: how tokens are kept. They are random and long, so that a plain hash is enough to hide them.
[[nodiscard]] std::string token_hash(std::string_view token);

/// argon2id with libsodium's interactive costs (64 MiB, about a tenth of a second), salt and costs included.
[[nodiscard]] std::string password_hash(std::string_view password);
/// Constant time in the password.
[[nodiscard]] bool password_matches(const std::string& hash, std::string_view password);

struct SigningKeys {
  std::string public_hex;  ///< 64 digits, given to the collecting side
  std::string secret_hex;  ///< 128 digits, kept in DATA/keys
};
[[nodiscard]] SigningKeys random_signing_keys();
/// 64 bytes of Ed25519 signature; empty when the secret key is not one.
[[nodiscard]] std::string sign(std::string_view text, std::string_view secret_hex);

}  // namespace etappe::admin
