#include "server/admin/secrets.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>

namespace etappe::admin {
namespace {

void ready() {
  // Fails only where the kernel has no randomness; there is no safe way on from there.
  if (sodium_init() < 0) std::abort();
}

std::string pick(std::string_view alphabet, std::size_t count) {
  ready();
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
  return text;
}

template <std::size_t N>
std::string hex(const std::array<unsigned char, N>& bytes) {
  std::string text(2 * N + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

}  // namespace

std::string random_site_key() { return pick("abcdefghijklmnopqrstuvwxyz234567", 12); }

std::string random_password() {
  std::string password;
  for (int group = 0; group < 4; ++group)
    password += (group == 0 ? "" : "-") + pick("abcdefghjkmnpqrstuvwxyz23456789", 5);
  return password;
}

std::string random_token() {
  ready();
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return std::string("etp_") + text.data();
}

std::string random_secret() {
  ready();
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return hex(bytes);
}

std::string token_hash(std::string_view token) {
  ready();
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
  return hex(digest);
}

std::string password_hash(std::string_view password) {
  ready();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
    std::abort();  // 64 MiB are not to be had: the process is out of memory
  return hash.data();
}

bool password_matches(const std::string& hash, std::string_view password) {
  ready();
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

SigningKeys random_signing_keys() {
  ready();
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  crypto_sign_keypair(public_key.data(), secret_key.data());
  return {hex(public_key), hex(secret_key)};
}

std::string sign(std::string_view text, std::string_view secret_hex) {
  ready();
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> key{};
  std::size_t written = 0;
  if (secret_hex.size() != 2 * key.size() ||
      sodium_hex2bin(key.data(), key.size(), secret_hex.data(), secret_hex.size(), nullptr, &written,
                     nullptr) != 0 ||
      written != key.size())
    return {};
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
  return signature;
}

}  // namespace etappe::admin
