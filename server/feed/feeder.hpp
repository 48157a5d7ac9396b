#pragma once
// The feeder: the thread that turns the spool into rows while the collector goes on accepting.
//
// It loads small batches at once when little arrives (a row can be asked for well within a second) and large
// ones when much does; when the store is away it waits, longer each time, and nothing is lost. Other threads
// may ask how far it is.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "server/feed/ledger.hpp"
#include "server/feed/loader.hpp"

namespace etappe::feed {

struct FeederOptions {
  std::filesystem::path folder;  ///< DATA/feed
  std::chrono::milliseconds min_interval{
      200};  ///< between two inserts, unless the first was full or flush() waits
  LoaderOptions loader;
};

struct Lag {
  std::uint64_t records = 0;            ///< durable, not stored
  std::chrono::milliseconds behind{0};  ///< since when there has always been one
};

enum class Flushed : std::uint8_t { done, timed_out, stopping };

class Feeder {
 public:
  /// Reads the manifests and starts the thread. Everything given outlives the feeder.
  [[nodiscard]] static Result<std::unique_ptr<Feeder>, LedgerError> start(
      FeederOptions options, spool::Spool& spool, Rows& rows,
      std::shared_ptr<const enrich::Resolver> resolver, SiteHosts hosts, observe::Counters& counters);
  /// Finishes the insert in progress.
  ~Feeder();
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  /// Blocks until every record that is durable now can be asked for in the store. Thread-safe.
  [[nodiscard]] Flushed flush(std::chrono::milliseconds timeout);
  /// Thread-safe; also in the gauges etappe_feed_lag_records and etappe_feed_lag_seconds.
  [[nodiscard]] Lag lag() const;

  /// Ends the thread after the insert in progress; what is left is loaded after the next start. Once.
  void stop();

 private:
  struct Waiter {
    std::vector<spool::Position> left;
  };

  Feeder(FeederOptions options, spool::Spool& spool, observe::Counters& counters)
      : options_(std::move(options)), spool_(spool), counters_(counters) {}
  void run();
  void publish(std::uint64_t waiting);
  void settle(const std::string& segment, std::uint32_t records);
  void pause(std::chrono::milliseconds time, std::uint64_t hurry);

  const FeederOptions options_;
  spool::Spool& spool_;
  observe::Counters& counters_;
  std::unique_ptr<Loader> loader_;  ///< of the thread

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::uint64_t hurries_ = 0;  ///< how often flush() was called
  std::vector<Waiter*> waiters_;
  std::map<std::string, std::uint32_t> settled_;  ///< by segment of the spool
  std::uint64_t lag_records_ = 0;
  std::chrono::steady_clock::time_point caught_up_{};
  std::thread thread_;
};

}  // namespace etappe::feed
