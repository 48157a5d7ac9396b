#include "server/spool/disk_spool.hpp"

#include <algorithm>
#include <utility>

namespace etappe::spool {

namespace fs = std::filesystem;

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
  if (!files_->remove(path_of(name)) || !files_->sync_folder(options_.folder))
    return fail(Error::cannot_write);
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
