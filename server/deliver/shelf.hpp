#pragma once
// A folder of small files held in memory, each with its precompressed forms: `x.js`, `x.js.br`, `x.js.gz`.
// Requests look names up in a table that was made from the folder, so that no request ever becomes a path.

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace etappe::deliver {

/// One form of a file.
struct Form {
  std::string bytes;
  std::string etag;  ///< strong, with quotes, made from these bytes
};

struct File {
  Form identity;
  std::optional<Form> br;
  std::optional<Form> gzip;
};

/// Thread-safe. refresh() reads the disk and is not for io threads; find() only looks into memory.
class Shelf {
 public:
  explicit Shelf(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Reads the folder again if a name, size or time in it has changed. A folder or file that cannot be read
  /// is as if it were not there; the next refresh tries again.
  void refresh();
  /// nullptr when there is no such file. The file stays valid as long as the pointer is held.
  [[nodiscard]] std::shared_ptr<const File> find(std::string_view name) const;

 private:
  struct Entry {
    std::string name;
    std::uintmax_t size = 0;
    std::filesystem::file_time_type changed;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using Files = std::unordered_map<std::string, std::shared_ptr<const File>>;
  [[nodiscard]] std::vector<Entry> list() const;

  const std::filesystem::path folder_;
  std::mutex refreshing_;
  std::vector<Entry> seen_;  ///< what files_ was made from
  mutable std::mutex mutex_;
  std::shared_ptr<const Files> files_ = std::make_shared<const Files>();
};

}  // namespace etappe::deliver
