#pragma once
// Deleting the rows of subjects in ClickHouse's engine, for good (docs/decisions/0007-erasure.md).
//
// The statements name no id: they read the ids from a table in the engine's memory, because the text of a
// mutation stays on disk after it is done. After a restart of the engine an unfinished mutation goes on and
// finds that table empty; whoever ordered it asks again.

#include <functional>
#include <string>
#include <vector>

#include "server/store/mutations.hpp"

namespace etappe::store {

/// One thread at a time; only one of it may exist for a store.
class Erasure final : public erase::Store {
 public:
  /// `mutations` outlives this and is used by nobody else meanwhile.
  explicit Erasure(Mutations& mutations) : mutations_(mutations) {}

  [[nodiscard]] Result<std::vector<erase::PersonVisitor>, erase::StoreError> visitors_of(
      const std::vector<erase::Subject>& persons) override;
  /// A row that is both a visitor's and a person's counts for the visitor.
  [[nodiscard]] Result<std::vector<erase::Found>, erase::StoreError> count(
      const std::vector<erase::Subject>& subjects) override;
  [[nodiscard]] Result<erase::Time, erase::StoreError> erase(
      const std::vector<erase::Subject>& subjects) override;
  [[nodiscard]] Result<std::uint64_t, erase::StoreError> replaced_parts(erase::Time until) override;
  [[nodiscard]] Result<std::uint64_t, erase::StoreError> detached_parts() override;

  [[nodiscard]] Result<void, erase::StoreError> each_id(
      const std::function<void(const erase::Subject&)>& take) override;

 private:
  struct RejectedRecord {
    erase::Subject subject;
    std::string segment;
    std::int64_t record = 0;
  };
  /// Fills the table `erasing`; waits for what still reads it.
  [[nodiscard]] Result<void, erase::StoreError> name(const std::vector<erase::Subject>& subjects);
  [[nodiscard]] Result<std::vector<RejectedRecord>, erase::StoreError> rejected(
      const std::vector<erase::Subject>& subjects);

  Mutations& mutations_;
};

}  // namespace etappe::store
