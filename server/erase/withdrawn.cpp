#include "server/erase/withdrawn.hpp"

namespace etappe::erase {

void Withdrawn::add(const Order& order, Time now) {
  const Time until = order.at + kRefusedFor;
  const std::unique_lock lock(mutex_);
  if (now - cleared_ >= std::chrono::hours(1)) {
    std::erase_if(until_, [&](const auto& one) { return one.second <= now; });
    cleared_ = now;
  }
  if (until <= now) return;
  for (const Mark& mark : order.marks) {
    if (mark.kind != Kind::visitor) continue;
    Time& known = until_[mark.hash];
    known = std::max(known, until);
  }
}

bool Withdrawn::contains(std::string_view site, std::string_view visitor, Time now) const {
  {
    const std::shared_lock lock(mutex_);
    if (until_.empty()) return false;
  }
  const std::string hash = fingerprint(secret_, {std::string(site), Kind::visitor, std::string(visitor)});
  const std::shared_lock lock(mutex_);
  const auto found = until_.find(hash);
  return found != until_.end() && now < found->second;
}

std::size_t Withdrawn::size() const {
  const std::shared_lock lock(mutex_);
  return until_.size();
}

}  // namespace etappe::erase
