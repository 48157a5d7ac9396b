#include "server/collect/day_visitor.hpp"

#include <sodium.h>

#include <cstdio>
#include <span>

namespace etappe::collect {

namespace {

constexpr std::size_t kHashBytes = 16;
static_assert(kHashBytes >= crypto_generichash_BYTES_MIN);
static_assert(sizeof(DayKey) == crypto_generichash_KEYBYTES);
constexpr std::size_t kDayChars = 10;  // 2026-11-26
constexpr std::size_t kKeyDigits = 2 * sizeof(DayKey);

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

std::string text_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string day_visitor(const DayKey& key, std::string_view address, std::string_view user_agent,
                        std::string_view site_id) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), kHashBytes);
  for (const std::string_view part : {address, user_agent, site_id}) {
    // The length in front: "ab" and "c" are not "a" and "bc".
    const std::uint64_t size = part.size();
    std::array<std::uint8_t, 8> prefix{};
    for (std::size_t i = 0; i < prefix.size(); ++i) prefix[i] = static_cast<std::uint8_t>(size >> (8 * i));
    crypto_generichash_update(&state, prefix.data(), prefix.size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  }
  std::array<std::uint8_t, kHashBytes> hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  sodium_memzero(&state, sizeof state);
  return hex(hash);
}

std::string to_text(const DatedKey& key) { return text_of(key.day) + " " + hex(key.key) + "\n"; }

DatedKey day_key_from(std::string_view text) {
  if (text.size() != kDayChars + 1 + kKeyDigits + 1 || text[kDayChars] != ' ' || text.back() != '\n')
    return {};
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const std::string date(text.substr(0, kDayChars));
  if (std::sscanf(date.c_str(), "%4d-%2u-%2u", &year, &month, &day) != 3) return {};
  const std::chrono::year_month_day read{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  DatedKey key;
  std::size_t size = 0;
  const int bad = sodium_hex2bin(key.key.data(), key.key.size(), text.data() + kDayChars + 1, kKeyDigits,
                                 nullptr, &size, nullptr);
  if (!read.ok() || bad != 0 || size != key.key.size()) return {};
  key.day = read;
  return key;
}

DayKeys::~DayKeys() { sodium_memzero(current_.key.data(), current_.key.size()); }

void DayKeys::resume(const DatedKey& kept, event::TimeMs now) {
  const std::lock_guard lock(mutex_);
  if (kept.day == std::chrono::floor<std::chrono::days>(now)) current_ = kept;
}

DayKeys::Turn DayKeys::turn(event::TimeMs now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const std::lock_guard lock(mutex_);
  if (current_.day == today) return Turn::same_day;
  sodium_memzero(current_.key.data(), current_.key.size());
  draw_(current_.key);
  current_.day = today;
  return Turn::new_day;
}

DatedKey DayKeys::get() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace etappe::collect
