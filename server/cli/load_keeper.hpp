#pragma once
// Counts how often pages fetch the script, without ids, and adds the counts to the store once a minute. What
// a crash takes along is a minute of an estimate.

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "server/address/client.hpp"
#include "server/cli/ready_store.hpp"
#include "server/collect/site_snapshot.hpp"
#include "server/http/message.hpp"
#include "server/store/script_loads.hpp"

namespace etappe::cli {

class LoadKeeper {
 public:
  /// All of it outlives this.
  LoadKeeper(store::Client& store, Schema& schema, const collect::SiteSnapshot& sites,
             const address::Front& front);
  ~LoadKeeper();

  /// A page has fetched the script of that site. Thread-safe, never blocks on the store.
  void count(std::string_view site_key, const http::Request& request);
  /// Adds what was counted so far. Blocks.
  void write();
  /// Adds what is left and ends.
  void stop();

 private:
  void run();

  store::Client& store_;
  Schema& schema_;
  const collect::SiteSnapshot& sites_;
  const address::Front& front_;
  std::mutex mutex_;
  std::condition_variable wake_;
  store::ScriptLoads loads_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace etappe::cli
