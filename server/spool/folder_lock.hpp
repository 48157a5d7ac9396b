#pragma once
// One process at a time: a lock on DATA/spool/lock, held as long as the spool is open. The kernel gives it
// back when the process dies.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <utility>

namespace etappe::spool {

class FolderLock {
 public:
  static std::optional<FolderLock> take(const std::filesystem::path& folder) {
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

}  // namespace etappe::spool
