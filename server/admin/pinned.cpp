#include "server/admin/pinned.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace etappe::admin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashBytes = 8;
constexpr std::string_view kEnding = ".js";

/// FIPS 180-4, 5.3.4: SHA-384 is SHA-512 from another beginning, cut after 48 bytes. libsodium has only the
/// latter.
constexpr std::array<std::uint64_t, 8> kSha384Start{
    0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
    0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
constexpr std::size_t kSha384Bytes = 48;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Whether `name` is "<key>.<16 hex digits>.js".
bool is_pinned(std::string_view name, std::string_view key) {
  if (name.size() != key.size() + 1 + 2 * kHashBytes + kEnding.size() || !name.starts_with(key) ||
      name[key.size()] != '.' || !name.ends_with(kEnding))
    return false;
  return std::ranges::all_of(name.substr(key.size() + 1, 2 * kHashBytes),
                             [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

fs::file_time_type file_time(Time time) { return fs::file_time_type::clock::from_sys(time); }

}  // namespace

std::string pinned_name(std::string_view key, std::string_view script) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), bytes_of(script), script.size());
  std::array<char, 2 * kHashBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), kHashBytes);
  return std::string(key) + "." + hex.data() + std::string(kEnding);
}

std::string integrity(std::string_view script) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  std::ranges::copy(kSha384Start, state.state);
  crypto_hash_sha512_update(&state, bytes_of(script), script.size());
  std::array<unsigned char, crypto_hash_sha512_BYTES> digest{};
  crypto_hash_sha512_final(&state, digest.data());
  std::array<char, sodium_base64_ENCODED_LEN(kSha384Bytes, sodium_base64_VARIANT_ORIGINAL)> text{};
  sodium_bin2base64(text.data(), text.size(), digest.data(), kSha384Bytes, sodium_base64_VARIANT_ORIGINAL);
  return std::string("sha384-") + text.data();
}

bool mark_replaced(const fs::path& pinned, Time now) {
  std::error_code error;
  if (!fs::exists(pinned, error)) return !error;
  fs::last_write_time(pinned, file_time(now), error);
  return !error;
}

std::set<std::string> kept_versions(const fs::path& folder, std::string_view key, std::string_view current,
                                    Time now) {
  std::vector<std::pair<fs::file_time_type, std::string>> versions;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    std::string name = entry.path().filename().string();
    if (name == current || !is_pinned(name, key)) continue;
    std::error_code gone;
    const auto replaced = entry.last_write_time(gone);
    if (!gone) versions.emplace_back(replaced, std::move(name));
  }
  std::ranges::sort(versions, std::ranges::greater{});
  std::set<std::string> kept;
  for (const auto& [replaced, name] : versions)
    if (kept.size() < kPinnedVersions || file_time(now) - replaced < kPinnedDays) kept.insert(name);
  return kept;
}

}  // namespace etappe::admin
