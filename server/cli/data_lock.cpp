#include "server/cli/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

namespace etappe::cli {

std::optional<DataLock> DataLock::take(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::nullopt;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
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
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  const bool is_held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0;
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
