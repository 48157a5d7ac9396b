#pragma once
// One `serve` per data folder: a lock that the kernel releases with the process, however it ends.

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace etappe::cli {

class DataLock {
 public:
  /// Takes the lock. Nothing when another process holds it, or the file cannot be made.
  [[nodiscard]] static std::optional<DataLock> take(const std::filesystem::path& file);
  /// The process that holds it right now, by its own word.
  [[nodiscard]] static std::optional<pid_t> holder(const std::filesystem::path& file);

  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&& other) noexcept;
  ~DataLock();

 private:
  explicit DataLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace etappe::cli
