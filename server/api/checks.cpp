#include "server/api/checks.hpp"

#include <algorithm>
#include <utility>

namespace etappe::api {

std::chrono::seconds Checks::begin(const std::string& site_key, Time now) {
  constexpr std::chrono::seconds kMinute{60};
  const std::lock_guard lock(mutex_);
  Minute& minute = minutes_[site_key];
  if (now < minute.began || now - minute.began >= kMinute) minute = {now, 0};
  if (minute.count >= kPerMinute) return minute.began + kMinute - now;
  ++minute.count;
  return std::chrono::seconds::zero();
}

void Checks::looked(std::string site_key, std::string token, probe::Page page) {
  const std::lock_guard lock(mutex_);
  looked_.push_front({std::move(site_key), std::move(token), std::move(page)});
  if (looked_.size() > kRemembered) looked_.pop_back();
}

std::optional<probe::Page> Checks::page_of(std::string_view site_key, std::string_view token) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      looked_, [&](const Looked& one) { return one.site_key == site_key && one.token == token; });
  return found == looked_.end() ? std::nullopt : std::optional(found->page);
}

}  // namespace etappe::api
