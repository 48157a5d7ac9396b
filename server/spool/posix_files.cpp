#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "server/spool/files.hpp"

namespace etappe::spool {

namespace {

Result<void, Errno> outcome(int result) {
  if (result != 0) return fail(errno);
  return {};
}

class PosixFiles final : public Files {
 public:
  Result<int, Errno> create(const std::filesystem::path& path, std::size_t bytes) override {
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) return fail(errno);
    // Reserved blocks and a final size let fdatasync leave most metadata alone, and a full disk shows here
    // and not in the middle of a group.
    int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
    if (error == EOPNOTSUPP || error == EINVAL) {
      error = ::ftruncate(file, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
    }
    if (error != 0) {
      ::close(file);
      ::unlink(path.c_str());
      return fail(error);
    }
    return file;
  }

  Result<void, Errno> write(int file, std::span<const std::byte> bytes, std::size_t offset) override {
    while (!bytes.empty()) {
      const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return fail(written < 0 ? errno : ENOSPC);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset += static_cast<std::size_t>(written);
    }
    return {};
  }

  Result<void, Errno> sync(int file) override { return outcome(::fdatasync(file)); }

  Result<void, Errno> truncate(int file, std::size_t bytes) override {
    return outcome(::ftruncate(file, static_cast<off_t>(bytes)));
  }

  Result<void, Errno> sync_folder(const std::filesystem::path& folder) override {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return fail(errno);
    const auto result = outcome(::fsync(file));
    ::close(file);
    return result;
  }

  Result<void, Errno> remove(const std::filesystem::path& path) override {
    return outcome(::unlink(path.c_str()));
  }

  void close(int file) override { ::close(file); }
};

}  // namespace

std::unique_ptr<Files> posix_files() { return std::make_unique<PosixFiles>(); }

}  // namespace etappe::spool
