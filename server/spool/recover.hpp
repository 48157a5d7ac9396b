#pragma once
// What opening a spool does to the files of an earlier run: every segment ends behind its last whole record,
// and nothing that was cut off is thrown away unseen.

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "server/spool/segment.hpp"
#include "server/spool/spool.hpp"

namespace etappe::spool {

struct Found {
  SegmentId id{};
  Scan scan;
};

struct Recovered {
  std::vector<Found> segments;  ///< oldest first, each with at least one record
  Recovery report;
};

/// Segments without a record are removed; torn tails are cut and, unless they are all zero, kept as
/// `<segment>.cut` for kKeepCut. A file without a valid header becomes `<name>.bad`. Every segment is synced,
/// so that what is reported as durable is.
[[nodiscard]] Result<Recovered, Error> recover(const std::filesystem::path& folder, Files& files);

inline constexpr std::chrono::hours kKeepCut{7 * 24};

/// The whole file as bytes, or `length` bytes from `offset`.
[[nodiscard]] Result<std::vector<std::byte>, Error> read_file(const std::filesystem::path& path);
[[nodiscard]] Result<std::vector<std::byte>, Error> read_part(const std::filesystem::path& path,
                                                              std::size_t offset, std::size_t length);

}  // namespace etappe::spool
