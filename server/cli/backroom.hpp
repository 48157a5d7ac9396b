#pragma once
// A command's way to everything that is stored: store, and what waits in the spool. Through the running
// `serve`, or with an engine, a spool and a feeder of its own when none runs.

#include <memory>
#include <optional>

#include "server/cli/office.hpp"
#include "server/cli/ready_store.hpp"
#include "server/cli/store_door.hpp"
#include "server/feed/feeder.hpp"
#include "server/spool/spool.hpp"
#include "server/store/event_rows.hpp"

namespace etappe::cli {

class Backroom {
 public:
  /// Opens it and stores what waits; an exit code after the reason was written. `site` is any that exists.
  [[nodiscard]] static Result<std::unique_ptr<Backroom>, int> open(Office& office, const admin::Site& site);
  ~Backroom();
  Backroom(const Backroom&) = delete;
  Backroom& operator=(const Backroom&) = delete;

  [[nodiscard]] store::Client& client() { return door_->client(); }
  /// Whether a `serve` works on the data: then it is not ours to change.
  [[nodiscard]] bool is_served() const { return !feeder_; }
  /// Only when it is not served.
  [[nodiscard]] feed::Feeder& feeder() { return *feeder_; }
  [[nodiscard]] spool::Spool& spool() { return *spool_; }

 private:
  Backroom() = default;
  [[nodiscard]] int open_spool(Office& office);

  observe::Counters counters_;
  std::unique_ptr<StoreDoor> door_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<store::EventRows> rows_;
  std::unique_ptr<feed::Feeder> feeder_;
};

}  // namespace etappe::cli
