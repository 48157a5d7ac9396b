#include "server/spool/spool.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "server/spool/recover.hpp"
#include "server/spool/segment.hpp"

namespace etappe::spool {

namespace fs = std::filesystem;

namespace {

using SteadyClock = std::chrono::steady_clock;

/// Held as long as the spool is open; the kernel gives it back when the process dies.
class FolderLock {
 public:
  static std::optional<FolderLock> take(const fs::path& folder) {
    const int file = ::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) return std::nullopt;
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      ::close(file);
      return std::nullopt;
    }
    return FolderLock(file);
  }
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

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
  [[nodiscard]] fs::path path_of(const std::string& name) const { return options_.folder / (name + ".seg"); }
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

DiskSpool::DiskSpool(Options options, std::unique_ptr<Files> files, FolderLock lock, Recovered recovered)
    : options_(std::move(options)),
      files_(std::move(files)),
      lock_(std::move(lock)),
      recovery_(recovered.report) {
  for (Found& found : recovered.segments) {
    last_ms_ = std::max(last_ms_, unix_ms_of(found.id));
    stored_bytes_ += found.scan.end;
    segments_.emplace(text_of(found.id), Segment{found.id, found.scan.records, found.scan.end,
                                                 std::move(found.scan.marks), true});
  }
  writer_ = std::thread([this] { run(); });
}

bool DiskSpool::would_take(std::size_t bytes) const {
  return !closing_ && healthy_ && pending_bytes_ + bytes <= options_.max_pending_bytes &&
         stored_bytes_ + pending_bytes_ + bytes <= options_.max_bytes;
}

void DiskSpool::append(std::vector<std::vector<std::byte>> records, std::function<void(Outcome)> done) {
  std::size_t bytes = 0;
  bool legal = !records.empty();
  for (const auto& record : records) {
    legal = legal && !record.empty() && record.size() <= kMaxRecordBytes;
    bytes += kRecordHeadBytes + record.size();
  }
  Outcome refusal = Outcome::failed;
  {
    const std::lock_guard lock(mutex_);
    if (legal && would_take(bytes)) {
      pending_bytes_ += bytes;
      queue_.push_back({std::move(records), bytes, std::move(done)});
      if (queue_.size() == 1) work_.notify_one();
      return;
    }
    if (legal && healthy_ && !closing_) refusal = Outcome::busy;
  }
  done(refusal);
}

bool DiskSpool::accepts() const {
  const std::lock_guard lock(mutex_);
  return would_take(kRecordHeadBytes + 1);
}

void DiskSpool::run() {
  // The first segment shows at once whether the disk takes anything.
  begin_segment(0);
  std::unique_lock lock(mutex_);
  for (;;) {
    if (queue_.empty() && !closing_) {
      const auto has_work = [this] { return !queue_.empty() || closing_; };
      if (!healthy_) {
        if (!work_.wait_for(lock, options_.retry_after_failure, has_work)) {
          lock.unlock();
          begin_segment(0);
          lock.lock();
        }
      } else if (active_ && active_->records > 0) {
        if (!work_.wait_until(lock, active_->first_record + options_.max_segment_age, has_work)) {
          lock.unlock();
          end_segment();
          lock.lock();
        }
      } else {
        work_.wait(lock, has_work);
      }
      continue;
    }
    if (queue_.empty()) break;  // closing, and everything is written
    if (options_.gather.count() > 0 && !closing_) {
      work_.wait_for(lock, options_.gather, [this] { return closing_; });
    }
    std::vector<Append> group = std::exchange(queue_, {});
    lock.unlock();
    write_group(std::move(group));
    lock.lock();
  }
  lock.unlock();
  end_segment();
}

void DiskSpool::write_group(std::vector<Append> group) {
  std::span<Append> left(group);
  while (!left.empty()) {
    if (active_ && active_->end + left.front().bytes > active_->capacity) end_segment();
    if (!active_ && !begin_segment(left.front().bytes)) return settle(left, Outcome::failed);
    left = left.subspan(write_some(left));
  }
}

/// Writes and syncs as many of the appends as the segment has room for, one at least; returns how many.
std::size_t DiskSpool::write_some(std::span<Append> group) {
  buffer_.clear();
  std::vector<std::uint32_t> marks;
  std::uint32_t records = active_->records;
  std::size_t taken = 0;
  while (taken < group.size() && active_->end + buffer_.size() + group[taken].bytes <= active_->capacity) {
    for (const auto& record : group[taken].records) {
      if (records % kMarkEvery == 0) marks.push_back(static_cast<std::uint32_t>(active_->end + buffer_.size()));
      append_record(buffer_, active_->id, records++, record);
    }
    ++taken;
  }
  const auto mine = group.first(taken);
  const bool durable =
      files_->write(active_->file, buffer_, active_->end).has_value() && files_->sync(active_->file).has_value();
  {
    const std::lock_guard lock(mutex_);
    ++stats_.syncs;
    if (!durable) ++stats_.abandoned;
  }
  if (!durable) {
    end_segment();
    settle(mine, Outcome::failed);
    return taken;
  }
  if (active_->records == 0) active_->first_record = SteadyClock::now();
  {
    const std::lock_guard lock(mutex_);
    Segment& segment = segments_[active_->name];
    segment.marks.insert(segment.marks.end(), marks.begin(), marks.end());
    segment.records = records;
    segment.end = active_->end + buffer_.size();
    stored_bytes_ += buffer_.size();
    stats_.records += records - active_->records;
  }
  active_->records = records;
  active_->end += buffer_.size();
  published_.notify_all();
  settle(mine, Outcome::durable);
  return taken;
}

void DiskSpool::settle(std::span<Append> group, Outcome outcome) {
  std::size_t bytes = 0;
  for (const Append& append : group) bytes += append.bytes;
  {
    const std::lock_guard lock(mutex_);
    pending_bytes_ -= bytes;
  }
  for (Append& append : group) append.done(outcome);
}

/// `bytes` is what the segment has to take at least.
bool DiskSpool::begin_segment(std::size_t bytes) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  last_ms_ = std::max(now_ms, last_ms_ + 1);  // names sort by creation even when the clock steps back
  std::array<std::uint8_t, 10> random{};
  const bool drawn = ::getentropy(random.data(), random.size()) == 0;

  Active active;
  active.id = make_id(last_ms_, random);
  active.name = text_of(active.id);
  active.capacity = std::max(options_.segment_bytes, kHeaderBytes + bytes);
  const fs::path path = path_of(active.name);
  bool ready = false;
  if (drawn) {
    if (const auto file = files_->create(path, active.capacity)) {
      active.file = *file;
      buffer_.clear();
      append_header(buffer_, active.id);
      active.end = buffer_.size();
      ready = files_->write(active.file, buffer_, 0) && files_->sync(active.file) &&
              files_->sync_folder(options_.folder);
      if (!ready) {
        files_->close(active.file);
        static_cast<void>(files_->remove(path));
      }
    }
  }
  const std::lock_guard lock(mutex_);
  healthy_ = ready;
  if (!ready) return false;
  segments_.emplace(active.name, Segment{active.id, 0, active.end, {}, false});
  stored_bytes_ += active.end;
  active_ = std::move(active);
  return true;
}

/// Seals the active segment behind its last durable record; one without any is removed.
void DiskSpool::end_segment() {
  if (!active_) return;
  // After a failed sync this is all that is done to the file: what lies behind the durable end may or may not
  // be on the disk, and none of it was acknowledged. If the cut fails too, opening cuts again.
  static_cast<void>(files_->truncate(active_->file, active_->end));
  files_->close(active_->file);
  const bool empty = active_->records == 0;
  if (empty) static_cast<void>(files_->remove(path_of(active_->name)));
  {
    const std::lock_guard lock(mutex_);
    if (empty) {
      segments_.erase(active_->name);
      stored_bytes_ -= kHeaderBytes;
    } else {
      segments_[active_->name].sealed = true;
    }
  }
  active_.reset();
}

std::vector<Position> DiskSpool::durable() const {
  const std::lock_guard lock(mutex_);
  std::vector<Position> positions;
  for (const auto& [name, segment] : segments_) {
    if (segment.records > 0) positions.push_back({name, segment.records});
  }
  return positions;
}

bool DiskSpool::sealed(const std::string& segment) const {
  const std::lock_guard lock(mutex_);
  const auto found = segments_.find(segment);
  return found == segments_.end() || found->second.sealed;
}

bool DiskSpool::has_beyond(const Position& seen) const {
  for (auto it = segments_.lower_bound(seen.segment); it != segments_.end(); ++it) {
    if (it->second.records > (it->first == seen.segment ? seen.records : 0)) return true;
  }
  return false;
}

void DiskSpool::wait_beyond(const Position& seen, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  published_.wait_for(lock, timeout, [&] { return closing_ || has_beyond(seen); });
}

Result<std::vector<std::vector<std::byte>>, Error> DiskSpool::read(const std::string& name,
                                                                   std::uint32_t first,
                                                                   std::uint32_t last) const {
  SegmentId id{};
  std::size_t begin = 0;
  std::size_t end = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = segments_.find(name);
    if (found == segments_.end() || first > last || last >= found->second.records) {
      return fail(Error::bad_segment);
    }
    const Segment& segment = found->second;
    id = segment.id;
    begin = segment.marks[first / kMarkEvery];
    const std::size_t next_mark = last / kMarkEvery + 1;
    end = next_mark < segment.marks.size() ? segment.marks[next_mark] : segment.end;
  }
  const auto bytes = read_part(path_of(name), begin, end - begin);
  if (!bytes) return fail(bytes.error());
  std::vector<std::vector<std::byte>> records;
  records.reserve(last - first + 1);
  std::size_t offset = 0;
  for (std::uint32_t index = first / kMarkEvery * kMarkEvery; index <= last; ++index) {
    const auto record = read_record(*bytes, offset, id, index);
    if (!record) return fail(Error::bad_segment);
    if (index >= first) records.emplace_back(record->begin(), record->end());
    offset += kRecordHeadBytes + record->size();
  }
  return records;
}

Result<void, Error> DiskSpool::remove(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = segments_.find(name);
    if (found == segments_.end() || !found->second.sealed) return fail(Error::bad_segment);
  }
  if (!files_->remove(path_of(name)) || !files_->sync_folder(options_.folder)) return fail(Error::cannot_write);
  const std::lock_guard lock(mutex_);
  if (const auto found = segments_.find(name); found != segments_.end()) {
    stored_bytes_ -= found->second.end;
    segments_.erase(found);
  }
  return {};
}

Stats DiskSpool::stats() const {
  const std::lock_guard lock(mutex_);
  Stats stats = stats_;
  stats.segments = segments_.size();
  stats.bytes = stored_bytes_;
  stats.pending_bytes = pending_bytes_;
  return stats;
}

void DiskSpool::close() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    closing_ = true;
  }
  work_.notify_all();
  published_.notify_all();
  writer_.join();
}

}  // namespace

std::string_view name_of(Error error) {
  switch (error) {
    case Error::cannot_create: return "cannot_create";
    case Error::cannot_read: return "cannot_read";
    case Error::cannot_write: return "cannot_write";
    case Error::locked: return "locked";
    case Error::bad_segment: return "bad_segment";
  }
  return "unknown";
}

Result<std::unique_ptr<Spool>, Error> Spool::open(Options options, std::unique_ptr<Files> files) {
  std::error_code problem;
  fs::create_directories(options.folder, problem);
  if (problem) return fail(Error::cannot_create);
  auto lock = FolderLock::take(options.folder);
  if (!lock) return fail(::access(options.folder.c_str(), W_OK) == 0 ? Error::locked : Error::cannot_create);
  auto recovered = recover(options.folder, *files);
  if (!recovered) return fail(recovered.error());
  return std::make_unique<DiskSpool>(std::move(options), std::move(files), std::move(*lock),
                                     std::move(*recovered));
}

}  // namespace etappe::spool
