#pragma once
// A disk that can be told to fail: at its n-th operation, or at every operation of a kind until it is healed.

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "server/spool/files.hpp"

namespace etappe::spool::test {

/// Shared by the test and the spool's files; thread-safe.
struct Sickness {
  std::atomic<long> fail_at{-1};  ///< the operation, counted from 0, that fails once
  std::atomic<long> operations{0};
  std::atomic<bool> no_space{false};  ///< creating and writing fail
  std::atomic<bool> no_sync{false};   ///< syncing fails

  /// While held, syncs wait.
  void hold_syncs() {
    const std::lock_guard lock(mutex);
    held = true;
  }
  void release_syncs() {
    const std::lock_guard lock(mutex);
    held = false;
    released.notify_all();
  }
  std::mutex mutex;
  std::condition_variable released;
  bool held = false;
};

class SickFiles final : public Files {
 public:
  explicit SickFiles(std::shared_ptr<Sickness> sickness) : sickness_(std::move(sickness)) {}

  Result<int, Errno> create(const std::filesystem::path& path, std::size_t bytes) override {
    if (fails() || sickness_->no_space) return fail(ENOSPC);
    return real_->create(path, bytes);
  }
  Result<void, Errno> write(int file, std::span<const std::byte> bytes, std::size_t offset) override {
    if (fails() || sickness_->no_space) {
      // A torn write: the first half arrives.
      static_cast<void>(real_->write(file, bytes.first(bytes.size() / 2), offset));
      return fail(ENOSPC);
    }
    return real_->write(file, bytes, offset);
  }
  Result<void, Errno> sync(int file) override {
    {
      std::unique_lock lock(sickness_->mutex);
      sickness_->released.wait(lock, [&] { return !sickness_->held; });
    }
    if (fails() || sickness_->no_sync) return fail(EIO);
    return real_->sync(file);
  }
  Result<void, Errno> truncate(int file, std::size_t bytes) override {
    if (fails()) return fail(EIO);
    return real_->truncate(file, bytes);
  }
  Result<void, Errno> sync_folder(const std::filesystem::path& folder) override {
    if (fails()) return fail(EIO);
    return real_->sync_folder(folder);
  }
  Result<void, Errno> remove(const std::filesystem::path& path) override {
    if (fails()) return fail(EIO);
    return real_->remove(path);
  }
  void close(int file) override { real_->close(file); }

 private:
  bool fails() { return sickness_->operations++ == sickness_->fail_at; }

  std::shared_ptr<Sickness> sickness_;
  std::unique_ptr<Files> real_ = posix_files();
};

}  // namespace etappe::spool::test
