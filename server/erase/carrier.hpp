#pragma once
// Carrying orders out, one step at a time; the table of order.hpp says what each step makes durable. No
// thread, no sleep and no clock of its own; the eraser around it has them.
//
// Many orders share one statement, because a mutation rewrites every part that holds one of the rows.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "server/erase/journal.hpp"
#include "server/erase/ports.hpp"
#include "server/erase/withdrawn.hpp"
#include "server/observe/counters.hpp"

namespace etappe::erase {

/// How old an order is when it is carried out: by then what a request had in hand when the order was written
/// is in the spool, or was refused.
inline constexpr std::chrono::seconds kCompany{5};

/// Belongs to one thread. Counters: etappe_erasures_carried_out_total, etappe_erased_rows_total{place},
/// etappe_erasure_failures_total{reason}; gauge etappe_erasures_open.
class Carrier {
 public:
  /// All of it outlives the carrier.
  Carrier(Journal& journal, Withdrawn& withdrawn, Store& store, Waiting& waiting, observe::Counters& counters,
          const Secret& secret, std::chrono::seconds company = kCompany);

  enum class Step : std::uint8_t {
    idle,    ///< nothing to do now
    done,    ///< something became durable: there may be more
    failed,  ///< the store, the feeder or the disk did not: try again later
  };
  /// Blocks on the disk, the feeder and the store.
  [[nodiscard]] Step step(Time now);

  /// Why the last step failed: the reason of the counter.
  [[nodiscard]] std::string_view trouble() const { return trouble_; }

  static constexpr std::size_t kMostAtOnce = 500;

 private:
  [[nodiscard]] Step carry_out(std::vector<Order> orders, Time now);
  [[nodiscard]] Step see_gone(Time now);
  [[nodiscard]] Result<void, StoreError> add_visitors(std::vector<Order>& orders);
  [[nodiscard]] Result<void, StoreError> count(std::vector<Order>& orders, const std::vector<Subject>& all);
  /// Whether rows of orders that were erased before this process began have come back.
  [[nodiscard]] Result<bool, StoreError> order_again(const std::vector<Order>& gone, Time now);
  /// `reason` is a static text.
  [[nodiscard]] Step failure(std::string_view reason);

  Journal& journal_;
  Withdrawn& withdrawn_;
  Store& store_;
  Waiting& waiting_;
  observe::Counters& counters_;
  const Secret secret_;
  const std::chrono::seconds company_;
  std::string_view trouble_;
  /// Receipts of orders that an earlier process erased. After a loss of power the feeder may take records for
  /// missing that were erased (its manifest is open again, the store has them no more) and store them anew.
  std::unordered_set<std::string> unsure_;
};

}  // namespace etappe::erase
