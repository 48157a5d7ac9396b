#pragma once
// Where orders are taken: a bounded queue and the thread that writes them down, so that an io thread never
// waits for the disk. Orders that come together share one fdatasync.
//
// An id that was never seen costs a line as well, so new orders of a site are bounded per minute; a repeated
// one is answered with the receipt it has and counts for nothing.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/erase/journal.hpp"
#include "server/erase/withdrawn.hpp"
#include "server/observe/counters.hpp"

namespace etappe::erase {

enum class Taken : std::uint8_t {
  written,   ///< on disk; from now on events of these visitors are refused
  busy,      ///< too many wait for the disk; nothing is written
  too_many,  ///< the site has had its orders of this minute
  failed,    ///< the disk refused
};
[[nodiscard]] std::string_view name_of(Taken taken);

struct DeskLimits {
  std::size_t longest_queue = 1024;
  unsigned orders_per_minute = 120;  ///< new ones, of one site, by pages
};

/// Thread-safe. Counters: etappe_erasures_ordered_total{reason}, etappe_erasures_refused_total{reason}.
class Desk {
 public:
  using Done = std::function<void(Taken, std::string receipt)>;

  /// All of it outlives the desk.
  Desk(Journal& journal, Withdrawn& withdrawn, observe::Counters& counters, std::function<Time()> now,
       DeskLimits limits = {});
  /// Writes down what waits.
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// Does not block. `done` is called once, on the writer thread or at once.
  void take(Wish wish, Done done);
  /// Blocks on the disk; not bounded per minute: somebody who may administer asks.
  [[nodiscard]] Result<std::string, Taken> take_now(const Wish& wish);

 private:
  struct Waiting {
    Wish wish;
    Done done;
  };
  struct Minute {
    Time began{};
    unsigned count = 0;
  };
  void run();
  void write(std::vector<Waiting> group);
  [[nodiscard]] bool may_order(const Wish& wish, Time now);
  void note(Taken taken, Reason reason);

  Journal& journal_;
  Withdrawn& withdrawn_;
  observe::Counters& counters_;
  const std::function<Time()> now_;
  const DeskLimits limits_;
  std::unordered_map<std::string, Minute> minutes_;  ///< by site; the writer's own

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> queue_;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace etappe::erase
