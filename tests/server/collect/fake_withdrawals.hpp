#pragma once
// Orders of erasure in memory.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/collect/withdrawals.hpp"

namespace etappe::collect {

class FakeWithdrawals final : public Withdrawals {
 public:
  bool withdrawn(std::string_view site_id, std::string_view visitor) const override {
    return refused.contains({std::string(site_id), std::string(visitor)});
  }
  void order(std::string_view site_id, std::vector<std::string> visitors,
             std::function<void(Ordered, std::string)> done) override {
    orders.emplace_back(site_id, std::move(visitors));
    done(next, next == Ordered::written ? "a-receipt" : "");
  }
  Ordered next = Ordered::written;
  std::set<std::pair<std::string, std::string>> refused;  ///< site's id, visitor
  std::vector<std::pair<std::string, std::vector<std::string>>> orders;
};

}  // namespace etappe::collect
