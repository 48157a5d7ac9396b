#include "server/collect/person.hpp"

#include <sodium.h>

#include <algorithm>
#include <span>

namespace etappe::collect {

namespace {

constexpr std::size_t kSentDigits = 2 * crypto_hash_sha256_BYTES;
constexpr std::size_t kKeptDigits = 32;
static_assert(sizeof(PersonSecret) == crypto_auth_hmacsha256_KEYBYTES);

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string hex(std::span<const unsigned char> bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

bool is_hashed(std::string_view person) {
  return person.size() == kSentDigits &&
         std::ranges::all_of(person, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string salted(std::string_view site_id, std::string_view text) {
  std::string whole(site_id);
  whole += ':';
  whole += text;
  return whole;
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string_view trimmed_id(std::string_view id) {
  while (!id.empty() && is_space(id.front())) id.remove_prefix(1);
  while (!id.empty() && is_space(id.back())) id.remove_suffix(1);
  return id;
}

std::string hashed_person(std::string_view site_id, std::string_view id) {
  std::string plain(trimmed_id(id));
  if (plain.find('@') != std::string::npos) {
    for (char& c : plain) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
  }
  const std::string text = salted(site_id, plain);
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), bytes_of(text), text.size());
  return hex(digest);
}

std::string kept_person(const PersonSecret& secret, std::string_view site_id, std::string_view sent) {
  const std::string text =
      salted(site_id, is_hashed(sent) ? std::string(sent) : hashed_person(site_id, sent));
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
  crypto_auth_hmacsha256(code.data(), bytes_of(text), text.size(), secret.data());
  return hex(code).substr(0, kKeptDigits);
}

}  // namespace etappe::collect
