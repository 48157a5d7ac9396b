#pragma once
// The loading of the spool into the store, one step at a time: which records next, and what to do when the
// store does not answer. No thread, no sleep, no clock of its own; the feeder around it has them.
//
// Exactly once: a manifest is durable before its insert and is repeated unchanged until the store has it; the
// store takes a token only once. A token is only known for as long as the engine's window: where an insert of
// unknown outcome is older than half of that, the store is asked which records it has, and the missing ones
// are inserted.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "server/enrich/resolver.hpp"
#include "server/feed/ledger.hpp"
#include "server/feed/row_batch.hpp"
#include "server/feed/rows.hpp"
#include "server/spool/spool.hpp"

namespace etappe::observe {
class Counters;
}

namespace etappe::feed {

struct LoaderOptions {
  std::uint32_t max_rows = 10'000;             ///< of one insert
  std::chrono::milliseconds retry_first{100};  ///< after the first failure; doubled each time
  std::chrono::milliseconds retry_most{10'000};
  /// Half the engine's window: 10,000 tokens at no more than 5 inserts a second are 33 minutes.
  std::chrono::minutes token_life{15};
  unsigned patience = 10;  ///< attempts before rows that the store refuses are put aside
};

class Loader {
 public:
  using Now = std::function<std::chrono::system_clock::time_point()>;

  Loader(LoaderOptions options, Ledger ledger, spool::Spool& spool, Rows& rows,
         std::shared_ptr<const enrich::Resolver> resolver, SiteHosts hosts, Now now,
         observe::Counters& counters);

  struct Step {
    enum class Kind : std::uint8_t {
      idle,    ///< everything durable is stored
      stored,  ///< an insert was settled; `segment` is stored up to `records`
      failed,  ///< try again after `wait`
    } kind;
    std::string segment{};
    std::uint32_t records = 0;
    bool full = false;  ///< the insert had max_rows: more is waiting
    std::chrono::milliseconds wait{0};
  };
  /// Does the next thing. Blocks on the disk and on the store.
  [[nodiscard]] Step step();

  /// Deletes segments that are stored and sealed; returns their names.
  [[nodiscard]] std::vector<std::string> clear();

  /// Durable records that are not stored yet.
  [[nodiscard]] std::uint64_t waiting() const;
  /// How much of a segment is stored.
  [[nodiscard]] std::uint32_t settled(const std::string& segment) const { return ledger_.settled(segment); }

 private:
  [[nodiscard]] std::optional<Manifest> next_manifest() const;
  using Done = Result<void, std::string_view>;  ///< or the reason for the counters
  [[nodiscard]] Result<std::vector<Record>, std::string_view> read(const Manifest& manifest) const;
  [[nodiscard]] Done load(const Manifest& manifest);
  [[nodiscard]] Done insert(const RowBatch& batch, const std::string& token);
  [[nodiscard]] Done insert_rejected(const std::vector<RejectedRow>& rows, const std::string& token);
  [[nodiscard]] Done isolate(const std::vector<Row>& rows, const std::string& token,
                             std::vector<Row>& refused);
  [[nodiscard]] Step failure(std::string_view reason);

  const LoaderOptions options_;
  Ledger ledger_;
  spool::Spool& spool_;
  Rows& rows_;
  const std::shared_ptr<const enrich::Resolver> resolver_;
  const SiteHosts hosts_;
  const Now now_;
  observe::Counters& counters_;

  std::optional<Manifest> current_;
  unsigned attempts_ = 0;  ///< of the current manifest, in this process
  unsigned failures_ = 0;  ///< in a row
};

}  // namespace etappe::feed
