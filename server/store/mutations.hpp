#pragma once
// Statements that rewrite parts of the store: handed over, then watched, so that rows can be inserted
// meanwhile. Shared by whoever deletes.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/erase/ports.hpp"
#include "server/store/client.hpp"

namespace etappe::store {

/// One thread at a time, except stop().
class Mutations {
 public:
  /// Asked before every statement: whether the schema is there.
  using Ready = std::function<Result<void, erase::StoreError>()>;

  /// `client` outlives this. A mutation that takes longer than `patience` is `away`; it goes on, and the next
  /// call waits for it first.
  explicit Mutations(Client& client, Ready ready = {},
                     std::chrono::seconds patience = std::chrono::minutes(10))
      : client_(client), ready_(std::move(ready)), patience_(patience) {}

  using Rows = std::vector<std::vector<std::string>>;  ///< cells as text
  [[nodiscard]] Result<Rows, erase::StoreError> ask(Ask question);
  /// A statement that answers at once; an ALTER is only handed over.
  [[nodiscard]] Result<void, erase::StoreError> tell(const Ask& statement);
  /// Blocks until no mutation of the events' tables is left. One that fails is taken back: `refused`.
  [[nodiscard]] Result<void, erase::StoreError> wait();
  /// Likewise, as the result's lines arrive.
  [[nodiscard]] Result<void, erase::StoreError> pour(const Ask& question, const Client::Take& take);

  /// Ends a call that waits, with `away`; likewise all later ones. Any thread.
  void stop() { stopping_ = true; }

 private:
  [[nodiscard]] Result<void, erase::StoreError> may_ask() const;
  Client& client_;
  const Ready ready_;
  const std::chrono::seconds patience_;
  std::atomic<bool> stopping_ = false;
};

/// A number as the store writes it.
[[nodiscard]] std::uint64_t number_in(const std::string& cell);
/// What an answer that is not good means for whoever deletes or shows.
[[nodiscard]] erase::StoreError subject_error(const Answer& answer);
/// A string literal of the engine's SQL.
[[nodiscard]] std::string literal_of(std::string_view text);

}  // namespace etappe::store
