#pragma once
// Whose events are refused for now: who withdrew or was erased within the last kRefusedFor. Asked for every
// event, so it is in memory; the journal fills it at the start.

#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/erase/journal.hpp"
#include "server/erase/subject.hpp"

namespace etappe::erase {

/// Thread-safe; does not wait for disk or network. Holds hashes, no ids.
class Withdrawn {
 public:
  explicit Withdrawn(const Secret& secret) : secret_(secret) {}

  /// Takes an order's visitors in; forgets those whose time is over.
  void add(const Order& order, Time now);
  [[nodiscard]] bool contains(std::string_view site, std::string_view visitor, Time now) const;
  [[nodiscard]] std::size_t size() const;

 private:
  const Secret secret_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Time> until_;  ///< by fingerprint
  Time cleared_{};
};

}  // namespace etappe::erase
