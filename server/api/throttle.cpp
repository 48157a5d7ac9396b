#include "server/api/throttle.hpp"

#include <algorithm>

namespace etappe::api {

std::chrono::seconds Throttle::wait(std::string_view key, Time now) const {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(std::string(key));
  if (found == failures_.end() || found->second.heard_again <= now) return std::chrono::seconds::zero();
  return found->second.heard_again - now;
}

void Throttle::failed(std::string_view key, Time now) {
  const std::lock_guard lock(mutex_);
  make_room(now);
  Failures& failures = failures_[std::string(key)];
  // Failures from long ago are not held against anybody.
  if (failures.count > 0 && failures.heard_again + kLongestWait <= now) failures.count = 0;
  ++failures.count;
  std::chrono::seconds wait{0};
  if (failures.count > kFreeFailures) {
    wait = kFirstWait;
    for (int i = kFreeFailures + 1; i < failures.count && wait < kLongestWait; ++i) wait *= 2;
  }
  failures.heard_again = now + std::min(wait, kLongestWait);
}

void Throttle::succeeded(std::string_view key) {
  const std::lock_guard lock(mutex_);
  failures_.erase(std::string(key));
}

void Throttle::make_room(Time now) {
  if (failures_.size() < kMostKeys) return;
  std::erase_if(failures_,
                [now](const auto& entry) { return entry.second.heard_again + kLongestWait <= now; });
  if (failures_.size() < kMostKeys) return;
  const auto oldest = std::min_element(failures_.begin(), failures_.end(), [](const auto& a, const auto& b) {
    return a.second.heard_again < b.second.heard_again;
  });
  failures_.erase(oldest);
}

}  // namespace etappe::api
