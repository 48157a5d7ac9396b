#pragma once
// A stored row, and the feeder's way to the store. One input record is one row, in order.

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
  std::string channel, source, medium, campaign, term, content, campaign_id;
  std::string network, network_kind, publisher, click_id, click_id_param;
  std::vector<std::pair<std::string, std::string>> sub_ids;
};

/// Columns of the table `events` that are not plain copies of the envelope's event.
struct Row {
  codec::EnvelopeView envelope;  ///< views into the record, which outlives the insert
  codec::Lists* lists = nullptr; ///< keeps the envelope's items and props alive
  std::string host, path;        ///< of the page
  std::string referrer_host;
  Origin origin;
  std::string segment;  ///< UUID text
  std::uint32_t record = 0;
  std::uint16_t enrich_version = 0;
  std::string unreadable;  ///< why the record could not be read; such a row goes to `events_rejected`
};

enum class StoreError : std::uint8_t {
  unreachable,  ///< nothing was stored as far as is known: try again with the same token
  refused,      ///< the engine answered with an error: the rows or the schema are at fault
  unknown,      ///< the answer did not arrive: the rows may or may not be there
};

class Rows {
 public:
  virtual ~Rows() = default;
  /// Stores all rows or none. The same token a second time is a no-op within the engine's window. May block.
  [[nodiscard]] virtual Result<void, StoreError> insert(const std::vector<Row>& rows, std::string_view token) = 0;
  /// Which of the records first..last of a segment are stored. May block.
  [[nodiscard]] virtual Result<std::vector<std::uint32_t>, StoreError> stored(std::string_view segment,
                                                                             std::uint32_t first,
                                                                             std::uint32_t last) = 0;
};

}  // namespace etappe::feed
