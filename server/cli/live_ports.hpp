#pragma once
// What the live view and the installation check need of the rest: whose hosts are whose, how far a look may
// reach, and the collecting side as the admin listener sees it.

#include "server/api/ports.hpp"
#include "server/collect/site_snapshot.hpp"
#include "server/config/settings.hpp"
#include "server/deliver/delivery.hpp"
#include "server/live/board.hpp"
#include "server/probe/reach.hpp"

namespace etappe::cli {

/// Only who has the whole machine to themselves may have its own network looked at: behind a proxy, the
/// people with accounts come from elsewhere.
[[nodiscard]] probe::Reach reach_of(const config::Settings& settings);

/// Whose pages a host's are, for the board: looked up in the table in force. `sites` outlives it.
[[nodiscard]] live::Owners owners_of(const collect::SiteSnapshot& sites);

/// The collecting side of the same process.
class OwnLive final : public api::Live {
 public:
  /// Both outlive this.
  OwnLive(const live::Board& board, const deliver::Delivery& delivery) : board_(board), delivery_(delivery) {}
  [[nodiscard]] live::Seen since(std::string_view site_key, event::TimeMs since) override {
    return board_.since(site_key, since);
  }
  [[nodiscard]] live::Published published(std::string_view site_key) override {
    return delivery_.published(site_key);
  }

 private:
  const live::Board& board_;
  const deliver::Delivery& delivery_;
};

}  // namespace etappe::cli
