#pragma once
// The spool on a disk. Two parts that meet under one mutex: whoever appends and reads (disk_spool.cpp), and
// the one thread that writes (writer.cpp). The active segment's file belongs to the writer alone.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/spool/folder_lock.hpp"
#include "server/spool/recover.hpp"
#include "server/spool/segment.hpp"
#include "server/spool/spool.hpp"

namespace etappe::spool {

using SteadyClock = std::chrono::steady_clock;

struct Append {
  std::vector<std::vector<std::byte>> records;
  std::size_t bytes = 0;  ///< as they will stand in the segment
  std::function<void(Outcome)> done;
};

/// What the readers know of a segment.
struct Segment {
  SegmentId id{};
  std::uint32_t records = 0;  ///< durable
  std::size_t end = kHeaderBytes;
  std::vector<std::uint32_t> marks;
  bool sealed = false;
};

/// The segment being written; the writer thread's own.
struct Active {
  int file = -1;
  std::string name;
  SegmentId id{};
  std::size_t capacity = 0;
  std::size_t end = 0;
  std::uint32_t records = 0;
  SteadyClock::time_point first_record{};
};

class DiskSpool final : public Spool {
 public:
  DiskSpool(Options options, std::unique_ptr<Files> files, FolderLock lock, Recovered recovered);
  ~DiskSpool() override { close(); }

  void append(std::vector<std::vector<std::byte>> records, std::function<void(Outcome)> done) override;
  bool accepts() const override;
  std::vector<Position> durable() const override;
  bool sealed(const std::string& segment) const override;
  void wait_beyond(const Position& seen, std::chrono::milliseconds timeout) override;
  Result<std::vector<std::vector<std::byte>>, Error> read(const std::string& segment, std::uint32_t first,
                                                          std::uint32_t last) const override;
  Result<void, Error> remove(const std::string& segment) override;
  Recovery recovery() const override { return recovery_; }
  Stats stats() const override;
  void close() override;

 private:
  [[nodiscard]] std::filesystem::path path_of(const std::string& name) const {
    return options_.folder / (name + ".seg");
  }
  [[nodiscard]] bool has_beyond(const Position& seen) const;
  [[nodiscard]] bool would_take(std::size_t bytes) const;

  // The writer thread.
  void run();
  void write_group(std::vector<Append> group);
  std::size_t write_some(std::span<Append> group);
  bool begin_segment(std::size_t bytes);
  void end_segment();
  void settle(std::span<Append> group, Outcome outcome);

  const Options options_;
  const std::unique_ptr<Files> files_;
  const FolderLock lock_;
  const Recovery recovery_;

  mutable std::mutex mutex_;
  std::condition_variable work_;       ///< for the writer
  std::condition_variable published_;  ///< for wait_beyond
  std::map<std::string, Segment> segments_;
  std::vector<Append> queue_;
  std::size_t pending_bytes_ = 0;  ///< queued or being written
  std::size_t stored_bytes_ = 0;
  Stats stats_;
  bool healthy_ = true;  ///< the last attempt to begin a segment succeeded
  bool closing_ = false;
  bool closed_ = false;

  std::optional<Active> active_;
  std::vector<std::byte> buffer_;
  std::uint64_t last_ms_ = 0;
  std::thread writer_;
};

}  // namespace etappe::spool
