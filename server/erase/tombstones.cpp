#include "server/erase/tombstones.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_set>

namespace etappe::erase {

Result<std::vector<Wish>, StoreError> restored(Store& store, const std::vector<Order>& orders,
                                               const Secret& secret) {
  std::unordered_set<std::string> erased;
  for (const Order& order : orders)
    if (order.state >= State::erased)
      for (const Mark& mark : order.marks) erased.insert(mark.hash);
  std::map<std::string, Wish> by_site;
  const auto told = store.each_id([&](const Subject& subject) {
    if (!erased.contains(fingerprint(secret, subject))) return;
    Wish& wish = by_site.try_emplace(subject.site, Wish{subject.site, {}, Reason::restore}).first->second;
    if (std::ranges::find(wish.subjects, subject) == wish.subjects.end()) wish.subjects.push_back(subject);
  });
  if (!told) return fail(told.error());
  std::vector<Wish> wishes;
  wishes.reserve(by_site.size());
  for (auto& [site, wish] : by_site) wishes.push_back(std::move(wish));
  return wishes;
}

}  // namespace etappe::erase
