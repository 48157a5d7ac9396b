#pragma once
// What has been handed to the store, on disk: the manifests.
//
// A manifest names the records that one insert stores. It is written and synced before the insert and never
// changes, so that an insert whose outcome nobody knows can be repeated exactly: its name is the insert's
// token. A manifest stands until the next one of its segment is on disk, or until the segment is gone; the
// newest of a segment therefore says how far the segment is stored.
//
//   DATA/feed/<segment>.<first>.open    being stored
//   DATA/feed/<segment>.<first>.done    stored (renamed without a sync: after a crash it may be open again)

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace etappe::feed {

struct Manifest {
  std::string segment;  ///< UUIDv7 text
  std::uint32_t first = 0;
  std::uint32_t last = 0;  ///< included
  std::uint16_t enrich_version = 0;
  std::string table = "events";
  std::chrono::system_clock::time_point written_at;

  /// What is deduplicated by: all of the above but the time, so never the same for other records.
  [[nodiscard]] std::string token() const;
};

enum class LedgerError : std::uint8_t { cannot_read, cannot_write, bad_manifest };

/// Belongs to one thread.
class Ledger {
 public:
  /// Reads the manifests of the folder, which is made when it is missing.
  [[nodiscard]] static Result<Ledger, LedgerError> open(std::filesystem::path folder);

  /// The manifest that may not be stored yet; of the oldest segment that has one.
  [[nodiscard]] std::optional<Manifest> unfinished() const;
  /// How many records of the segment are settled; those of an unfinished manifest are not.
  [[nodiscard]] std::uint32_t settled(const std::string& segment) const;
  [[nodiscard]] const std::map<std::string, Manifest>& newest() const { return newest_; }

  /// Makes the manifest durable. It begins where the segment's settled records end.
  [[nodiscard]] Result<void, LedgerError> begin(const Manifest& manifest);
  /// The newest manifest of the segment is stored.
  void finish(const std::string& segment);
  /// The segment is gone from the spool, so nothing needs to be known of it.
  void forget(const std::string& segment);

 private:
  explicit Ledger(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path file_of(const Manifest& manifest, std::string_view state) const;

  std::filesystem::path folder_;
  std::map<std::string, Manifest> newest_;  ///< by segment
  std::map<std::string, bool> done_;        ///< whether that manifest is stored
};

}  // namespace etappe::feed
