#pragma once
// Records of the spool → rows of the store: decoded and enriched. One record is one row, in order, whatever
// it holds.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/enrich/resolver.hpp"
#include "server/feed/rows.hpp"

namespace etappe::feed {

/// The domains of a site, empty for an unknown one. Thread-safe.
using SiteHosts = std::function<std::vector<std::string>(std::string_view site)>;

/// The bytes of a record; nothing when the spool cannot give them back.
using Record = std::optional<std::vector<std::byte>>;

/// Rows with everything their views point to. Not copyable.
class RowBatch {
 public:
  RowBatch(const enrich::Resolver& resolver, const SiteHosts& hosts) : resolver_(resolver), hosts_(hosts) {}
  RowBatch(const RowBatch&) = delete;
  RowBatch& operator=(const RowBatch&) = delete;

  /// `numbers` names the records, ascending; both have the same length. Call it once.
  void build(std::vector<Record> records, std::vector<std::uint32_t> numbers, const event::Uuid& segment,
             std::uint16_t enrich_version);

  /// What is kept of a row that the store refuses.
  [[nodiscard]] RejectedRow rejection_of(const Row& row, std::string reason) const;

  std::vector<Row> rows;              ///< records that are events
  std::vector<RejectedRow> rejected;  ///< the others

 private:
  struct Lists {
    std::vector<event::ItemView> items;
    std::vector<event::PropView> props;
    std::string url;       ///< where the row's is another than the envelope's
    std::string referrer;  ///< likewise
  };
  void add(const Record& record, Row row);
  const std::vector<std::string>& hosts_of(std::string_view site);

  const enrich::Resolver& resolver_;
  const SiteHosts& hosts_;
  std::vector<Record> records_;
  std::vector<std::uint32_t> numbers_;
  std::vector<std::unique_ptr<Lists>> lists_;
  std::map<std::string, std::vector<std::string>, std::less<>> known_hosts_;
  codec::Lists scratch_;
};

/// The day that orders an event's copies beside each other: that of the sender's own, unchanged time, or of
/// the arrival when the sender's clock is more than 25 hours off, which its distance from the corrected
/// `time` tells. History that a trusted sender brings is old and not off: it keeps its own day
/// (docs/decisions/0003).
[[nodiscard]] std::chrono::sys_days key_day_of(event::TimeMs client_time, event::TimeMs time,
                                               event::TimeMs received_at);

}  // namespace etappe::feed
