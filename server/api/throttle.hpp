#pragma once
// Slows down whoever guesses passwords. After a few failures each further one doubles the wait before the
// next attempt at that login is heard; a success forgets them. It keeps people out for minutes, not
// for good, and never ends a session that is already open.

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace etappe::api {

/// Thread-safe. Time is the caller's, so that tests need not wait.
class Throttle {
 public:
  using Time = std::chrono::sys_seconds;

  /// How long to wait before this key may be heard again; zero: now.
  [[nodiscard]] std::chrono::seconds wait(std::string_view key, Time now) const;
  void failed(std::string_view key, Time now);
  void succeeded(std::string_view key);

  static constexpr int kFreeFailures = 5;
  static constexpr std::chrono::seconds kFirstWait{2};
  static constexpr std::chrono::seconds kLongestWait{15 * 60};
  /// Keys remembered at most; beyond it, those that have waited longest without a failure are forgotten.
  static constexpr std::size_t kMostKeys = 10'000;

 private:
  struct Failures {
    int count = 0;
    Time heard_again;
  };
  void make_room(Time now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Failures> failures_;
};

}  // namespace etappe::api
