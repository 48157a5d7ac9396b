#pragma once
// Rows that have become too old, month by month: a month is a partition of the table.

#include "server/erase/retention.hpp"
#include "server/store/mutations.hpp"

namespace etappe::store {

class OldRows final : public erase::OldRows {
 public:
  /// `mutations` outlives this and is used by nobody else meanwhile.
  explicit OldRows(Mutations& mutations) : mutations_(mutations) {}
  [[nodiscard]] Result<std::vector<erase::SiteMonth>, erase::StoreError> months() override;
  [[nodiscard]] Result<std::vector<erase::IdMonth>, erase::StoreError> months_with_ids(
      std::chrono::sys_days before) override;
  [[nodiscard]] Result<void, erase::StoreError> remove(erase::Month month,
                                                       const std::vector<erase::Cut>& cuts) override;
  [[nodiscard]] Result<void, erase::StoreError> remove_whole(erase::Month month) override;
  [[nodiscard]] Result<void, erase::StoreError> empty_ids(erase::Month month) override;

 private:
  [[nodiscard]] Result<void, erase::StoreError> done(const std::string& sql);
  Mutations& mutations_;
};

}  // namespace etappe::store
