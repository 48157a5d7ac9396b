#pragma once
// A command's way to the rows: through the running `serve` of a data folder, or through an engine of its own
// when none runs. The same answers both ways.

#include <memory>
#include <optional>

#include "core/result.hpp"
#include "server/cli/data_lock.hpp"
#include "server/cli/engine_child.hpp"
#include "server/cli/place.hpp"
#include "server/store/client.hpp"

namespace etappe::cli {

class StoreDoor {
 public:
  /// Opens the door and brings the schema up to date; an exit code after the reason was written. Starting an
  /// engine takes about two seconds.
  [[nodiscard]] static Result<std::unique_ptr<StoreDoor>, int> open(const config::Settings& settings);
  /// Stops the engine if it was started for this command.
  ~StoreDoor();
  StoreDoor(const StoreDoor&) = delete;
  StoreDoor& operator=(const StoreDoor&) = delete;

  [[nodiscard]] store::Client& client() { return *client_; }

 private:
  StoreDoor() = default;
  [[nodiscard]] int start_engine(const config::Settings& settings);
  [[nodiscard]] int wait_for_answer(const DataFolder& data);

  observe::Log log_{observe::Level::warning};
  observe::Counters counters_;
  std::optional<DataLock> lock_;
  std::unique_ptr<EngineChild> engine_;
  std::unique_ptr<store::Client> client_;
};

}  // namespace etappe::cli
