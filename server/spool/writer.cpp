// The writer thread: groups what waits into one write and one sync, publishes, answers.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/spool/disk_spool.hpp"

namespace etappe::spool {

namespace fs = std::filesystem;

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
      if (records % kMarkEvery == 0)
        marks.push_back(static_cast<std::uint32_t>(active_->end + buffer_.size()));
      append_record(buffer_, active_->id, records++, record);
    }
    ++taken;
  }
  const auto mine = group.first(taken);
  const bool durable = files_->write(active_->file, buffer_, active_->end).has_value() &&
                       files_->sync(active_->file).has_value();
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

}  // namespace etappe::spool
