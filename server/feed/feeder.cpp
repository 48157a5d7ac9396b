#include "server/feed/feeder.hpp"

#include <algorithm>
#include <limits>

#include "server/observe/counters.hpp"

namespace etappe::feed {

namespace {

using Clock = std::chrono::steady_clock;
/// More than any segment's records: the segment is stored whole and deleted.
constexpr std::uint32_t kGone = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Result<std::unique_ptr<Feeder>, LedgerError> Feeder::start(FeederOptions options, spool::Spool& spool,
                                                           Rows& rows,
                                                           std::shared_ptr<const enrich::Resolver> resolver,
                                                           SiteHosts hosts, observe::Counters& counters) {
  auto ledger = Ledger::open(options.folder);
  if (!ledger) return fail(ledger.error());
  std::unique_ptr<Feeder> feeder(new Feeder(std::move(options), spool, counters));
  feeder->loader_ = std::make_unique<Loader>(
      feeder->options_.loader, std::move(*ledger), spool, rows, std::move(resolver), std::move(hosts),
      [] { return std::chrono::system_clock::now(); }, counters);
  feeder->caught_up_ = Clock::now();
  for (const spool::Position& position : spool.durable())
    feeder->settled_[position.segment] = feeder->loader_->settled(position.segment);
  feeder->thread_ = std::thread([self = feeder.get()] { self->run(); });
  return feeder;
}

Feeder::~Feeder() { stop(); }

void Feeder::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Feeder::run() {
  constexpr std::chrono::milliseconds kGlance{250};  // how soon stop() is noticed while nothing arrives
  publish(loader_->waiting());
  for (;;) {
    std::uint64_t hurry = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      hurry = hurries_;
    }
    const Loader::Step step = loader_->step();
    if (step.kind == Loader::Step::Kind::stored) settle(step.segment, step.records);
    for (const std::string& segment : loader_->clear()) settle(segment, kGone);
    publish(loader_->waiting());
    switch (step.kind) {
      case Loader::Step::Kind::idle: {
        spool::Position seen;
        if (const auto positions = spool_.durable(); !positions.empty())
          seen.segment = positions.back().segment;
        seen.records = loader_->settled(seen.segment);
        spool_.wait_beyond(seen, kGlance);
        break;
      }
      case Loader::Step::Kind::stored:
        if (!step.full) pause(options_.min_interval, hurry);
        break;
      case Loader::Step::Kind::failed: pause(step.wait, hurry); break;
    }
  }
}

void Feeder::pause(std::chrono::milliseconds time, std::uint64_t hurry) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [&] { return stopping_ || hurries_ != hurry; });
}

void Feeder::settle(const std::string& segment, std::uint32_t records) {
  const std::lock_guard lock(mutex_);
  if (records == kGone) {
    settled_.erase(segment);
  } else {
    settled_[segment] = records;
  }
  for (Waiter* waiter : waiters_)
    std::erase_if(waiter->left, [&](const spool::Position& position) {
      return position.segment == segment && position.records <= records;
    });
  changed_.notify_all();
}

Flushed Feeder::flush(std::chrono::milliseconds timeout) {
  Waiter waiter;
  std::unique_lock lock(mutex_);
  // Looked at under the lock: what is settled or deleted after this moment comes through settle().
  for (spool::Position& position : spool_.durable()) {
    const auto known = settled_.find(position.segment);
    if (known == settled_.end() || known->second < position.records)
      waiter.left.push_back(std::move(position));
  }
  if (waiter.left.empty()) return Flushed::done;
  waiters_.push_back(&waiter);
  ++hurries_;
  changed_.notify_all();
  changed_.wait_for(lock, timeout, [&] { return stopping_ || waiter.left.empty(); });
  std::erase(waiters_, &waiter);
  if (waiter.left.empty()) return Flushed::done;
  return stopping_ ? Flushed::stopping : Flushed::timed_out;
}

Lag Feeder::lag() const {
  const std::lock_guard lock(mutex_);
  if (lag_records_ == 0) return {};
  return {lag_records_, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - caught_up_)};
}

void Feeder::publish(std::uint64_t waiting) {
  double seconds = 0;
  {
    const std::lock_guard lock(mutex_);
    lag_records_ = waiting;
    if (waiting == 0) caught_up_ = Clock::now();
    seconds = std::chrono::duration<double>(Clock::now() - caught_up_).count();
  }
  counters_.set("etappe_feed_lag_records", "", static_cast<double>(waiting));
  counters_.set("etappe_feed_lag_seconds", "", seconds);
}

}  // namespace etappe::feed
