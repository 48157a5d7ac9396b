#include "server/cli/data_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

namespace etappe::cli {
namespace {

/// A lock that belongs to the open file, not to the process: closing another descriptor does not drop it.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

std::optional<DataLock> DataLock::take(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::nullopt;
  struct flock whole = whole_file();
  if (::fcntl(descriptor, F_OFD_SETLK, &whole) != 0) {
    ::close(descriptor);
    return std::nullopt;
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  const bool written = ::ftruncate(descriptor, 0) == 0 &&
                       ::pwrite(descriptor, pid.data(), pid.size(), 0) == ssize_t(pid.size());
  // The lock holds without the number in it, which is for messages only.
  static_cast<void>(written);
  return DataLock(descriptor);
}

std::optional<pid_t> DataLock::holder(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  // Asks without locking: a question must not be in the way of a server that starts at the same moment.
  struct flock whole = whole_file();
  const bool is_held = ::fcntl(descriptor, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  ::close(descriptor);
  pid_t pid = 0;
  if (!is_held || !(std::ifstream(file) >> pid)) return std::nullopt;
  return pid;
}

DataLock::DataLock(DataLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

DataLock::~DataLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace etappe::cli
