#pragma once
// The site table in force: read by every request, replaced as a whole when a new one is published.

#include <memory>
#include <mutex>
#include <utility>

#include "server/artefact/sites.hpp"

namespace etappe::collect {

/// Thread-safe. A request keeps the table it began with.
class SiteSnapshot {
 public:
  explicit SiteSnapshot(std::shared_ptr<const artefact::SiteTable> table) : table_(std::move(table)) {}

  [[nodiscard]] std::shared_ptr<const artefact::SiteTable> get() const {
    const std::lock_guard lock(mutex_);
    return table_;
  }
  void replace(std::shared_ptr<const artefact::SiteTable> table) {
    const std::lock_guard lock(mutex_);
    table_.swap(table);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const artefact::SiteTable> table_;
};

}  // namespace etappe::collect
