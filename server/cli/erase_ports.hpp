#pragma once
// The erasing room laid over collector, spool, feeder and store.

#include <chrono>
#include <filesystem>

#include "server/cli/ready_store.hpp"
#include "server/collect/withdrawals.hpp"
#include "server/erase/desk.hpp"
#include "server/erase/ports.hpp"
#include "server/feed/feeder.hpp"
#include "server/spool/spool.hpp"
#include "server/store/mutations.hpp"

namespace etappe::cli {

/// The room's clock.
[[nodiscard]] erase::Time erasing_now();

/// What pages order, and whose events the collector refuses.
class PageWithdrawals final : public collect::Withdrawals {
 public:
  /// Both outlive this.
  PageWithdrawals(erase::Desk& desk, const erase::Withdrawn& withdrawn)
      : desk_(desk), withdrawn_(withdrawn) {}
  [[nodiscard]] bool withdrawn(std::string_view site_id, std::string_view visitor) const override {
    return withdrawn_.contains(site_id, visitor, erasing_now());
  }
  void order(std::string_view site_id, std::vector<std::string> visitors,
             std::function<void(collect::Ordered, std::string)> done) override;

 private:
  erase::Desk& desk_;
  const erase::Withdrawn& withdrawn_;
};

class SpoolWaiting final : public erase::Waiting {
 public:
  /// All of it outlives this. Shorter than a drain, which has to wait for it.
  SpoolWaiting(feed::Feeder& feeder, const spool::Spool& spool, std::filesystem::path folder)
      : feeder_(feeder), spool_(spool), folder_(std::move(folder)) {}
  [[nodiscard]] Stored flush() override {
    return feeder_.flush(std::chrono::seconds(5)) == feed::Flushed::done ? Stored::all : Stored::not_yet;
  }
  [[nodiscard]] std::string newest() const override;
  [[nodiscard]] std::string oldest() const override;
  [[nodiscard]] Leftovers leftovers() const override;

 private:
  feed::Feeder& feeder_;
  const spool::Spool& spool_;
  const std::filesystem::path folder_;
};

/// Asked before every statement of who deletes. `schema` outlives it.
[[nodiscard]] store::Mutations::Ready ready_by(Schema& schema);

}  // namespace etappe::cli
