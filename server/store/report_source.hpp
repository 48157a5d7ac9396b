#pragma once
// The reports' questions, asked over ClickHouse's HTTP interface. Every question is asked read-only and with
// a limit of time.

#include <chrono>

#include "server/report/source.hpp"
#include "server/store/client.hpp"

namespace etappe::store {

class ReportSource final : public report::Source {
 public:
  /// `client` outlives this. The engine gives up after `limit`; the connection a little later.
  explicit ReportSource(Client& client, std::chrono::seconds limit = std::chrono::seconds(30))
      : client_(client), limit_(limit) {}

  [[nodiscard]] Result<report::Table, report::SourceError> ask(const report::Question& question) override;
  /// Exports may take ten times the limit of a report.
  [[nodiscard]] Result<void, report::SourceError> pour(
      const report::Question& question, report::Format format,
      const std::function<bool(std::string_view)>& take) override;

 private:
  Client& client_;
  std::chrono::seconds limit_;
};

}  // namespace etappe::store
