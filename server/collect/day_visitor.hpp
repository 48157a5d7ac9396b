#pragma once
// Who a visitor without ids is for one day: a keyed hash of what their requests carry anyway. With the day
// its key is gone, and nobody can compute a hash of that day again or tell whether two days had the same
// visitor (docs/consent.md, "What the collector makes of it").

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "core/event/event.hpp"

namespace etappe::collect {

using DayKey = std::array<std::uint8_t, 32>;

/// BLAKE2b of 128 bits over address, user agent and site, as 32 hexadecimal digits. Pure.
[[nodiscard]] std::string day_visitor(const DayKey& key, std::string_view address,
                                      std::string_view user_agent, std::string_view site_id);

/// A key and the UTC day it belongs to.
struct DatedKey {
  std::chrono::sys_days day{};
  DayKey key{};
};

/// "2026-11-26 <64 hexadecimal digits>\n", and back. Anything else reads as the first day of 1970, which is
/// over.
[[nodiscard]] std::string to_text(const DatedKey& key);
[[nodiscard]] DatedKey day_key_from(std::string_view text);

/// The key in force. Thread-safe. Its former one is overwritten in memory when a day ends; whoever wrote it
/// down replaces that when turn() says so.
class DayKeys {
 public:
  using Draw = std::function<void(DayKey&)>;  ///< fills it from a cryptographic source
  enum class Turn : std::uint8_t { same_day, new_day };

  explicit DayKeys(Draw draw) : draw_(std::move(draw)) {}
  ~DayKeys();
  DayKeys(const DayKeys&) = delete;
  DayKeys& operator=(const DayKeys&) = delete;

  /// Goes on with a key that an earlier process of the same day wrote down; one of another day is passed
  /// over.
  void resume(const DatedKey& kept, event::TimeMs now);
  /// Draws a key when `now` lies on another UTC day than the one in force, in either direction.
  Turn turn(event::TimeMs now);
  [[nodiscard]] DatedKey get() const;

 private:
  Draw draw_;
  mutable std::mutex mutex_;
  DatedKey current_;
};

}  // namespace etappe::collect
