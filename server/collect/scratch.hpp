#pragma once
// Memory for texts that had to be rewritten: they live until clear(), and their views stay valid meanwhile.

#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace etappe::collect {

class Scratch {
 public:
  [[nodiscard]] std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  void clear() { texts_.clear(); }

 private:
  std::deque<std::string> texts_;  // a deque does not move what it holds
};

}  // namespace etappe::collect
