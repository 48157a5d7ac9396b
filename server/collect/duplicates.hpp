#pragma once
// Which events this collector has made durable lately, so that a client's retry is acknowledged again without
// being written again. A saving, not the guarantee: the store counts an event id once, whoever sent it when.

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/event/event.hpp"

namespace etappe::collect {

/// Bounded: two generations of `capacity` ids each; when the younger is full, the older is forgotten. Ids are
/// kept as keyed hashes, so that no sender can make two events collide. Thread-safe.
class DuplicateWindow {
 public:
  using Key = std::array<std::uint8_t, 16>;
  static constexpr std::size_t kDefaultCapacity = std::size_t{1} << 18;  ///< 16 MB for both generations

  /// `key` is random for each process.
  explicit DuplicateWindow(const Key& key, std::size_t capacity = kDefaultCapacity);

  /// For each id whether it is known, or stands earlier in the same list.
  [[nodiscard]] std::vector<bool> known(std::string_view site, const std::vector<event::Uuid>& ids) const;
  /// Call it once the events are durable, not before.
  void remember(std::string_view site, const std::vector<event::Uuid>& ids);

 private:
  struct Hash {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const Hash&, const Hash&) = default;
  };
  /// Open addressing, at most half full; a zero hash marks a free place.
  struct Generation {
    std::vector<Hash> places;
    std::size_t used = 0;
    [[nodiscard]] bool has(const Hash& hash) const;
    void add(const Hash& hash);
  };
  [[nodiscard]] Hash hash_of(std::string_view site, const event::Uuid& id) const;

  const Key key_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  Generation young_;
  Generation old_;
};

}  // namespace etappe::collect
