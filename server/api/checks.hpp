#pragma once
// The checks that are under way: how many a site may begin, and what the page of each looked like, so that
// the live view can name the cause while a browser is opening it.

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/probe/look.hpp"

namespace etappe::api {

/// Thread-safe. Time is the caller's.
class Checks {
 public:
  using Time = std::chrono::sys_seconds;
  static constexpr unsigned kPerMinute = 10;  ///< pages that are looked at for one site
  static constexpr std::size_t kRemembered = 64;

  /// Zero: it may begin, and counts; else how long to wait. `site_key` is that of a site that exists.
  [[nodiscard]] std::chrono::seconds begin(const std::string& site_key, Time now);
  /// Remembers a page by the token of its check; the oldest is forgotten.
  void looked(std::string site_key, std::string token, probe::Page page);
  [[nodiscard]] std::optional<probe::Page> page_of(std::string_view site_key, std::string_view token) const;

 private:
  struct Minute {
    Time began{};
    unsigned count = 0;
  };
  struct Looked {
    std::string site_key;
    std::string token;
    probe::Page page;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Minute> minutes_;
  std::deque<Looked> looked_;  ///< the newest first
};

}  // namespace etappe::api
