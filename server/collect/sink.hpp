#pragma once
// Where accepted events go: collect's only way to the disk, so that its tests need none.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace etappe::collect {

using Record = std::vector<std::byte>;  ///< one envelope

enum class Kept : std::uint8_t {
  durable,  ///< on disk; may be acknowledged
  busy,     ///< the queue is full; nothing was kept
  failed,   ///< the disk refused; nothing may be acknowledged
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Takes the records of one batch together: all of them become durable, or none is acknowledged.
  /// Thread-safe, does not block. `done` is called once, on any thread, possibly before append returns.
  virtual void append(std::vector<Record> records, std::function<void(Kept)> done) = 0;
};

}  // namespace etappe::collect
