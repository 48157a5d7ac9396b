#pragma once
// A stored row, and the feeder's way to the store. One input record is one row, in order.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/envelope.hpp"
#include "core/result.hpp"

namespace etappe::feed {

/// What enrichment found out about where a hit came from. Texts are empty where nothing is known.
struct Origin {
  bool touch = false;  ///< this hit begins a touch: it arrived from outside the site
  std::string channel{}, source{}, medium{}, campaign{}, term{}, content{}, campaign_id{};
  std::string network{}, network_kind{}, publisher{}, click_id{}, click_id_param{};
  std::vector<std::pair<std::string, std::string>> sub_ids{};
};

/// A row of the table `events`: the envelope and what was found out about it.
struct Row {
  codec::EnvelopeView envelope;   ///< views into the record and its lists, which outlive the insert
  std::chrono::sys_days key_day;  ///< the same for every delivery of an event (docs/decisions/0003)
  std::string host, path;         ///< of the page
  std::string referrer_host;
  std::string_view device;  ///< enrich::device_of its user agent
  Origin origin;
  event::Uuid segment;
  std::uint32_t record = 0;
  std::uint16_t enrich_version = 0;
};

/// A row of the table `events_rejected`: a record that cannot become an event, kept as it is for people to
/// look at.
struct RejectedRow {
  std::string_view bytes{};  ///< the envelope; into the record, which outlives the insert
  std::string reason{};      ///< one word
  event::Uuid segment{};
  std::uint32_t record = 0;
};

enum class StoreError : std::uint8_t {
  unreachable,  ///< nothing was stored as far as is known: the same again later
  unfit,        ///< the store answers, but its schema or the rights are at fault: likewise, and tell people
  refused,      ///< these rows cannot be stored; fewer of them might
  unknown,      ///< the answer did not arrive: the rows may or may not be there
};
[[nodiscard]] constexpr std::string_view name_of(StoreError error) {
  switch (error) {
    case StoreError::unreachable: return "unreachable";
    case StoreError::unfit: return "unfit";
    case StoreError::refused: return "refused";
    case StoreError::unknown: return "unknown";
  }
  return {};
}

/// The feeder's way to the store. Used from one thread at a time; every call may block.
class Rows {
 public:
  virtual ~Rows() = default;
  /// Stores all rows or none. The same token a second time is a no-op within the engine's window of tokens.
  [[nodiscard]] virtual Result<void, StoreError> insert(const std::vector<Row>& rows,
                                                        std::string_view token) = 0;
  /// Likewise for records that cannot become events.
  [[nodiscard]] virtual Result<void, StoreError> insert_rejected(const std::vector<RejectedRow>& rows,
                                                                 std::string_view token) = 0;
  /// Which of the records first..last of a segment are stored, in either table, ascending.
  [[nodiscard]] virtual Result<std::vector<std::uint32_t>, StoreError> stored(const event::Uuid& segment,
                                                                              std::uint32_t first,
                                                                              std::uint32_t last) = 0;
};

}  // namespace etappe::feed
