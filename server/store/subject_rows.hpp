#pragma once
// Everything the store holds of somebody, to be shown to them. It only reads, beside whatever else runs.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/erase/ports.hpp"
#include "server/store/client.hpp"

namespace etappe::store {

/// Thread-safe; blocks.
class SubjectRows {
 public:
  /// `client` outlives this.
  explicit SubjectRows(Client& client, std::chrono::seconds patience = std::chrono::seconds(60))
      : client_(client), patience_(patience) {}

  /// The visitors of a person; as erase::Store::visitors_of().
  [[nodiscard]] Result<std::vector<erase::PersonVisitor>, erase::StoreError> visitors_of(
      const erase::Subject& person);
  /// Rows as the engine writes JSON, one object each, every column; at most `most`.
  [[nodiscard]] Result<std::vector<std::string>, erase::StoreError> events(
      const std::vector<erase::Subject>& subjects, std::size_t most);
  /// {"segment", "record", "reason", "rejected_at", "bytes"}; the envelope in hexadecimal digits.
  [[nodiscard]] Result<std::vector<std::string>, erase::StoreError> rejected(
      const std::vector<erase::Subject>& subjects);

 private:
  [[nodiscard]] Result<std::vector<std::string>, erase::StoreError> lines(
      const std::string& sql, const std::vector<erase::Subject>& subjects);
  Client& client_;
  const std::chrono::seconds patience_;
};

/// From rows (visitor, person) of every visitor that was ever identified as `person` to their use.
[[nodiscard]] std::vector<erase::PersonVisitor> person_visitors(
    const std::vector<erase::Subject>& persons,
    const std::vector<std::pair<erase::Subject, erase::Subject>>& seen);

}  // namespace etappe::store
