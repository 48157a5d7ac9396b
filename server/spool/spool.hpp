#pragma once
// The spool: the disk queue between accepting an event and storing it. Records are bytes to it.
//
// Segments are files named by UUIDv7, so that names sort by creation; a record is a length, a CRC-32C and its
// bytes (docs/spool-format.md). One writer thread groups the appends of all connections into one fdatasync.
// After a failed fdatasync a segment is abandoned and never synced again (fsyncgate), its waiting appends fail.
// It knows no event, no HTTP and no store.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace etappe::spool {

enum class Error : std::uint8_t { cannot_create, cannot_read, cannot_write, locked, bad_segment };

enum class Outcome : std::uint8_t { durable, busy, failed };

struct Options {
  std::filesystem::path folder;
  std::size_t segment_bytes = 16u << 20;
  std::size_t max_bytes = std::size_t{4} << 30;       ///< of all segments; beyond it appends are `busy`
  std::size_t max_pending_bytes = 32u << 20;          ///< not yet durable; beyond it appends are `busy`
  std::chrono::microseconds max_sync_delay{1000};     ///< a sync begins at the latest this long after an append
};

/// A place in the spool: how many records of a segment are meant.
struct Position {
  std::string segment;  ///< UUIDv7 text
  std::uint32_t records = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

class Spool {
 public:
  /// Cuts torn tails, then starts the writer thread.
  [[nodiscard]] static Result<std::unique_ptr<Spool>, Error> open(Options options);
  virtual ~Spool() = default;

  /// Thread-safe, never blocks on the disk. `done` is called once, on the writer thread or at once.
  virtual void append(std::vector<std::vector<std::byte>> records, std::function<void(Outcome)> done) = 0;
  /// Whether an append would be taken right now (readiness).
  [[nodiscard]] virtual bool accepts() const = 0;

  /// Segments oldest first with their durable record counts. Thread-safe.
  [[nodiscard]] virtual std::vector<Position> durable() const = 0;
  /// Whether no more records will come to that segment.
  [[nodiscard]] virtual bool sealed(const std::string& segment) const = 0;
  /// Waits until there are durable records beyond `seen`, or until the time is over.
  virtual void wait_beyond(const Position& seen, std::chrono::milliseconds timeout) = 0;
  /// Reads records first..last (both included) of a segment; checks every CRC.
  [[nodiscard]] virtual Result<std::vector<std::vector<std::byte>>, Error> read(const std::string& segment,
                                                                               std::uint32_t first,
                                                                               std::uint32_t last) const = 0;
  /// Deletes a sealed segment whose rows are stored.
  [[nodiscard]] virtual Result<void, Error> remove(const std::string& segment) = 0;
  /// Makes everything appended so far durable, stops the writer. Later appends are `failed`.
  virtual void close() = 0;
};

}  // namespace etappe::spool
