#pragma once
// Deleting the rows of subjects in ClickHouse's engine, for good (docs/decisions/0007-erasure.md).
//
// The statements name no id: they read the ids from a table in the engine's memory, because the text of a
// mutation stays on disk after it is done. The statement is handed over and then watched, so that rows can be
// inserted meanwhile. After a restart of the engine an unfinished mutation goes on and finds that table
// empty; whoever ordered it asks again.

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "server/erase/ports.hpp"
#include "server/store/client.hpp"

namespace etappe::store {

/// One thread at a time, except stop(); only one of it may exist for a store.
class Erasure final : public erase::Store {
 public:
  /// `client` outlives this. What takes longer than `patience` is `away`.
  explicit Erasure(Client& client, std::chrono::seconds patience = std::chrono::minutes(10))
      : client_(client), patience_(patience) {}

  [[nodiscard]] Result<std::vector<erase::PersonVisitor>, erase::StoreError> visitors_of(
      const std::vector<erase::Subject>& persons) override;
  /// A row that is both a visitor's and a person's counts for the visitor.
  [[nodiscard]] Result<std::vector<erase::Found>, erase::StoreError> count(
      const std::vector<erase::Subject>& subjects) override;
  [[nodiscard]] Result<erase::Time, erase::StoreError> erase(
      const std::vector<erase::Subject>& subjects) override;
  [[nodiscard]] Result<std::uint64_t, erase::StoreError> replaced_parts(erase::Time until) override;
  [[nodiscard]] Result<std::uint64_t, erase::StoreError> detached_parts() override;

  /// Ends a call that waits, with `away`; likewise all later ones. Any thread.
  void stop() { stopping_ = true; }

 private:
  struct RejectedRecord {
    erase::Subject subject;
    std::string segment;
    std::int64_t record = 0;
  };
  using Rows = std::vector<std::vector<std::string>>;  ///< cells as text
  [[nodiscard]] Result<Rows, erase::StoreError> ask(Ask ask);
  [[nodiscard]] Result<void, erase::StoreError> tell(const std::string& sql);
  /// Fills the table `erasing`; waits for what still reads it.
  [[nodiscard]] Result<void, erase::StoreError> name(const std::vector<erase::Subject>& subjects);
  [[nodiscard]] Result<void, erase::StoreError> wait_for_mutations();
  [[nodiscard]] Result<std::vector<RejectedRecord>, erase::StoreError> rejected(
      const std::vector<erase::Subject>& subjects);

  Client& client_;
  const std::chrono::seconds patience_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace etappe::store
