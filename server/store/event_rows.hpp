#pragma once
// The feeder's rows, written over ClickHouse's HTTP interface into the tables of schema/.

#include <chrono>

#include "server/feed/rows.hpp"
#include "server/store/client.hpp"

namespace etappe::store {

class EventRows final : public feed::Rows {
 public:
  /// `client` outlives this. An insert that takes longer than `deadline` is of unknown outcome.
  explicit EventRows(Client& client, std::chrono::seconds deadline = std::chrono::seconds(30))
      : client_(client), deadline_(deadline) {}

  [[nodiscard]] Result<void, feed::StoreError> insert(const std::vector<feed::Row>& rows,
                                                      std::string_view token) override;
  [[nodiscard]] Result<void, feed::StoreError> insert_rejected(const std::vector<feed::RejectedRow>& rows,
                                                               std::string_view token) override;
  [[nodiscard]] Result<std::vector<std::uint32_t>, feed::StoreError> stored(const event::Uuid& segment,
                                                                            std::uint32_t first,
                                                                            std::uint32_t last) override;

 private:
  Result<Answer, feed::StoreError> run(const Ask& ask);
  Client& client_;
  std::chrono::seconds deadline_;
};

}  // namespace etappe::store
