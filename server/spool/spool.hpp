#pragma once
// The spool: the disk queue between accepting an event and storing it. Records are bytes to it.
//
// Segments are files named by UUIDv7, so that names sort by creation; a record is a length, a CRC-32C and its
// bytes (docs/spool-format.md). One writer thread groups the appends of all connections into one fdatasync.
// After a failed write or fdatasync a segment is abandoned and never synced again (a second fdatasync would
// report success for pages the kernel has dropped); its waiting appends fail.
// It knows no event, no HTTP and no store.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "server/spool/files.hpp"

namespace etappe::spool {

enum class Error : std::uint8_t {
  cannot_create,
  cannot_read,
  cannot_write,
  locked,       ///< another process uses the folder
  bad_segment,  ///< no such segment, no such record, or its CRC does not match
};
[[nodiscard]] std::string_view name_of(Error error);

enum class Outcome : std::uint8_t {
  durable,
  busy,    ///< too much is waiting, or the spool is full; nothing was kept
  failed,  ///< the disk refused; nothing may be acknowledged
};

struct Options {
  std::filesystem::path folder;                  ///< made when it is missing
  std::size_t segment_bytes = 16u << 20;         ///< a larger batch gets a segment of its own size
  std::size_t max_bytes = std::size_t{4} << 30;  ///< of all segments; beyond it appends are `busy`
  std::size_t max_pending_bytes = 32u << 20;     ///< not yet durable; beyond it appends are `busy`
  std::chrono::microseconds gather{0};           ///< how long the first append of a group waits for company
  std::chrono::milliseconds max_segment_age{60'000};  ///< a segment with records is sealed after this time
  std::chrono::milliseconds retry_after_failure{
      1'000};  ///< between attempts to begin a segment on a sick disk
};

/// A place in the spool: how many records of a segment are meant.
struct Position {
  std::string segment;  ///< UUIDv7 text
  std::uint32_t records = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

/// What opening found. Bytes that were cut are kept beside the segment as `<segment>.cut` for a week.
struct Recovery {
  std::uint32_t segments = 0;
  std::uint64_t records = 0;
  std::uint32_t cut_segments = 0;
  std::uint64_t cut_bytes = 0;
  std::uint32_t unreadable_segments = 0;  ///< no valid header; renamed to `.bad`, left to a person
};

struct Stats {
  std::size_t segments = 0;
  std::size_t bytes = 0;          ///< of all segments' records
  std::size_t pending_bytes = 0;  ///< appended and not yet durable
  std::uint64_t records = 0;      ///< made durable since opening
  std::uint64_t syncs = 0;
  std::uint64_t abandoned = 0;  ///< segments given up after a failed write or sync
};

class Spool {
 public:
  /// Cuts torn tails, then starts the writer thread. Blocks while it reads what is there.
  [[nodiscard]] static Result<std::unique_ptr<Spool>, Error> open(
      Options options, std::unique_ptr<Files> files = posix_files());
  virtual ~Spool() = default;

  /// Thread-safe, never blocks on the disk. `done` is called once, on the writer thread or at once; it must
  /// not block and must not call the spool. The records of one append are neighbours in one segment.
  virtual void append(std::vector<std::vector<std::byte>> records, std::function<void(Outcome)> done) = 0;
  /// Whether an append would be taken right now (readiness). Thread-safe.
  [[nodiscard]] virtual bool accepts() const = 0;

  /// Segments oldest first with their durable record counts; those without records are left out. Thread-safe.
  [[nodiscard]] virtual std::vector<Position> durable() const = 0;
  /// Whether no more records will come to that segment. Thread-safe.
  [[nodiscard]] virtual bool sealed(const std::string& segment) const = 0;
  /// Waits until there are durable records beyond `seen`, or until the time is over, or until close().
  /// Thread-safe.
  virtual void wait_beyond(const Position& seen, std::chrono::milliseconds timeout) = 0;
  /// Reads records first..last of a segment, numbered from 0, both included; checks every CRC. Only durable
  /// records are readable. Blocks on the disk. Thread-safe.
  [[nodiscard]] virtual Result<std::vector<std::vector<std::byte>>, Error> read(const std::string& segment,
                                                                                std::uint32_t first,
                                                                                std::uint32_t last) const = 0;
  /// Deletes a sealed segment whose rows are stored. Thread-safe.
  [[nodiscard]] virtual Result<void, Error> remove(const std::string& segment) = 0;

  [[nodiscard]] virtual Recovery recovery() const = 0;
  [[nodiscard]] virtual Stats stats() const = 0;

  /// Makes everything appended so far durable, stops the writer. Later appends are `failed`.
  virtual void close() = 0;
};

}  // namespace etappe::spool
