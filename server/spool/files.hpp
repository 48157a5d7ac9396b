#pragma once
// The file operations whose failure the spool must survive, as a port: tests put a disk behind it that fills
// up, fails to sync, or tears a write. Reading and listing go to the file system directly.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "core/result.hpp"

namespace etappe::spool {

using Errno = int;

class Files {
 public:
  virtual ~Files() = default;
  /// A new file (an existing one is an error), `bytes` long and with its blocks reserved. Returns a
  /// descriptor.
  [[nodiscard]] virtual Result<int, Errno> create(const std::filesystem::path& path, std::size_t bytes) = 0;
  /// All of `bytes` at `offset`, or an error after an unknown part of it.
  [[nodiscard]] virtual Result<void, Errno> write(int file, std::span<const std::byte> bytes,
                                                  std::size_t offset) = 0;
  /// fdatasync.
  [[nodiscard]] virtual Result<void, Errno> sync(int file) = 0;
  [[nodiscard]] virtual Result<void, Errno> truncate(int file, std::size_t bytes) = 0;
  /// Makes the creation and removal of names in the folder durable.
  [[nodiscard]] virtual Result<void, Errno> sync_folder(const std::filesystem::path& folder) = 0;
  [[nodiscard]] virtual Result<void, Errno> remove(const std::filesystem::path& path) = 0;
  virtual void close(int file) = 0;
};

[[nodiscard]] std::unique_ptr<Files> posix_files();

}  // namespace etappe::spool
