#include "server/admin/person_secret.hpp"

#include <sodium.h>

#include <fstream>
#include <iterator>
#include <string>

#include "server/admin/replace_file.hpp"
#include "server/admin/secrets.hpp"

namespace etappe::admin {

namespace fs = std::filesystem;

std::string_view name_of(SecretError error) {
  switch (error) {
    case SecretError::disk: return "secret_disk";
    case SecretError::bad_secret: return "secret_bad";
  }
  return "secret_disk";
}

Result<std::array<std::uint8_t, 32>, SecretError> ensure_person_secret(const fs::path& data) {
  const fs::path folder = data / "keys";
  const fs::path file = folder / "person.secret";
  std::error_code error;
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return fail(SecretError::disk);
  const bool is_there = fs::exists(file, error);
  if (error || (!is_there && !replace_file(file, random_secret(), 0600))) return fail(SecretError::disk);

  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in || in.bad()) return fail(SecretError::disk);
  std::array<std::uint8_t, 32> secret{};
  std::size_t written = 0;
  if (text.size() != 2 * secret.size() ||
      sodium_hex2bin(secret.data(), secret.size(), text.data(), text.size(), nullptr, &written, nullptr) !=
          0 ||
      written != secret.size())
    return fail(SecretError::bad_secret);
  return secret;
}

}  // namespace etappe::admin
