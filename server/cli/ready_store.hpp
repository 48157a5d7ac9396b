#pragma once
// The store, once its schema is up to date. The engine starts beside the collector, and nothing waits for it:
// the schema is seen to by whoever asks first, a feeder's insert or a report.

#include <mutex>
#include <string>

#include "server/feed/rows.hpp"
#include "server/observe/log.hpp"
#include "server/report/source.hpp"
#include "server/store/schema.hpp"

namespace etappe::cli {

/// Thread-safe; blocks while it asks the store.
class Schema {
 public:
  enum class State : std::uint8_t { ready, away, unfit };

  /// `client` and `log` outlive this.
  Schema(store::Client& client, observe::Log& log) : client_(client), log_(log) {}
  /// Migrates unless that is done. `away` and `unfit` are tried again at the next call.
  [[nodiscard]] State ensure();

 private:
  store::Client& client_;
  observe::Log& log_;
  std::mutex mutex_;
  bool ready_ = false;
  std::string said_;  ///< the last complaint, so that it is not repeated
};

class ReadyRows final : public feed::Rows {
 public:
  ReadyRows(Schema& schema, feed::Rows& rows) : schema_(schema), rows_(rows) {}
  [[nodiscard]] Result<void, feed::StoreError> insert(const std::vector<feed::Row>& rows,
                                                      std::string_view token) override;
  [[nodiscard]] Result<void, feed::StoreError> insert_rejected(const std::vector<feed::RejectedRow>& rows,
                                                               std::string_view token) override;
  [[nodiscard]] Result<std::vector<std::uint32_t>, feed::StoreError> stored(const event::Uuid& segment,
                                                                            std::uint32_t first,
                                                                            std::uint32_t last) override;

 private:
  Schema& schema_;
  feed::Rows& rows_;
};

class ReadySource final : public report::Source {
 public:
  ReadySource(Schema& schema, report::Source& source) : schema_(schema), source_(source) {}
  [[nodiscard]] Result<report::Table, report::SourceError> ask(const report::Question& question) override;
  [[nodiscard]] Result<void, report::SourceError> pour(
      const report::Question& question, report::Format format,
      const std::function<bool(std::string_view)>& take) override;

 private:
  Schema& schema_;
  report::Source& source_;
};

}  // namespace etappe::cli
