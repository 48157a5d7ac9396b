#include "server/spool/recover.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace etappe::spool {

namespace fs = std::filesystem;

namespace {

/// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] bool valid() const { return file_ >= 0; }
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

bool is_all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

Result<void, Error> keep_cut(const fs::path& path, std::span<const std::byte> bytes, Files& files) {
  const Descriptor file(path, O_CREAT | O_TRUNC | O_WRONLY);
  if (!file.valid() || !files.write(file.get(), bytes, 0) || !files.sync(file.get())) {
    return fail(Error::cannot_write);
  }
  return {};
}

void drop_old_cuts(const fs::path& folder, Files& files) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".cut") continue;
    const auto age = fs::file_time_type::clock::now() - entry.last_write_time(ignored);
    if (age > kKeepCut) static_cast<void>(files.remove(entry.path()));
  }
}

Result<void, Error> set_aside(const fs::path& path, Recovery& report) {
  std::error_code problem;
  fs::rename(path, fs::path(path).replace_extension(".bad"), problem);
  if (problem) return fail(Error::cannot_write);
  ++report.unreadable_segments;
  return {};
}

Result<void, Error> recover_segment(const fs::path& path, Files& files, Recovered& recovered) {
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  const auto named = parse_id(path.stem().string());
  const auto id = read_header(*bytes);
  if (!id || id != named) {
    // Created but never written to: the process died in between.
    if (is_all_zero(*bytes)) {
      if (!files.remove(path)) return fail(Error::cannot_write);
      return {};
    }
    return set_aside(path, recovered.report);
  }
  Found found{*id, scan(*bytes, *id)};
  const auto tail = std::span(*bytes).subspan(found.scan.end);
  if (!is_all_zero(tail)) {
    const auto last = std::find_if(tail.rbegin(), tail.rend(), [](std::byte b) { return b != std::byte{0}; });
    const auto used = tail.first(static_cast<std::size_t>(tail.rend() - last));
    if (auto kept = keep_cut(fs::path(path).replace_extension(".cut"), used, files); !kept) return kept;
    ++recovered.report.cut_segments;
    recovered.report.cut_bytes += used.size();
  }
  if (found.scan.records == 0) {
    if (!files.remove(path)) return fail(Error::cannot_write);
    return {};
  }
  const Descriptor file(path, O_RDWR);
  if (!file.valid()) return fail(Error::cannot_write);
  if (!tail.empty() && !files.truncate(file.get(), found.scan.end)) return fail(Error::cannot_write);
  if (!files.sync(file.get())) return fail(Error::cannot_write);
  ++recovered.report.segments;
  recovered.report.records += found.scan.records;
  recovered.segments.push_back(std::move(found));
  return {};
}

}  // namespace

Result<std::vector<std::byte>, Error> read_part(const fs::path& path, std::size_t offset,
                                                std::size_t length) {
  const Descriptor file(path, O_RDONLY);
  if (!file.valid()) return fail(Error::cannot_read);
  std::vector<std::byte> bytes(length);
  std::size_t have = 0;
  while (have < length) {
    const ssize_t got =
        ::pread(file.get(), bytes.data() + have, length - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(Error::cannot_read);
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<std::vector<std::byte>, Error> read_file(const fs::path& path) {
  std::error_code problem;
  const auto size = fs::file_size(path, problem);
  if (problem) return fail(Error::cannot_read);
  return read_part(path, 0, size);
}

Result<Recovered, Error> recover(const fs::path& folder, Files& files) {
  std::vector<fs::path> paths;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (entry.path().extension() == ".seg") paths.push_back(entry.path());
  }
  if (problem) return fail(Error::cannot_read);
  std::ranges::sort(paths);
  drop_old_cuts(folder, files);
  Recovered recovered;
  for (const fs::path& path : paths) {
    if (auto done = recover_segment(path, files, recovered); !done) return fail(done.error());
  }
  if (!files.sync_folder(folder)) return fail(Error::cannot_write);
  return recovered;
}

}  // namespace etappe::spool
