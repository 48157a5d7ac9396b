#pragma once
// Visitors who took their consent back: collect's only way to the orders of erasure, so that its tests need
// no journal and no disk.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace etappe::collect {

enum class Ordered : std::uint8_t {
  written,   ///< on disk; from now on events of these visitors are withdrawn()
  busy,      ///< too many wait for the disk; nothing is written
  too_many,  ///< the site has had its orders of this minute
  failed,    ///< the disk refused
};

/// Thread-safe; does not block.
class Withdrawals {
 public:
  virtual ~Withdrawals() = default;
  /// Whether events of that visitor are refused. `site_id` is what envelopes carry.
  [[nodiscard]] virtual bool withdrawn(std::string_view site_id, std::string_view visitor) const = 0;
  /// Orders that all of them be erased; they are one visitor's ids. `done` is called once, on any thread,
  /// possibly before order() returns; its text is the receipt.
  virtual void order(std::string_view site_id, std::vector<std::string> visitors,
                     std::function<void(Ordered, std::string)> done) = 0;
};

}  // namespace etappe::collect
