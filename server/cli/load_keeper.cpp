#include "server/cli/load_keeper.hpp"

#include <chrono>

#include "server/enrich/device.hpp"

namespace etappe::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetween = 60s;
/// Beyond it a store that stays away costs no more memory: the estimate then says too little.
constexpr std::size_t kMostKeys = 50'000;

std::chrono::sys_seconds quarter_of(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return seconds - seconds.time_since_epoch() % 15min;
}

}  // namespace

LoadKeeper::LoadKeeper(store::Client& store, Schema& schema, const collect::SiteSnapshot& sites,
                       const address::Front& front)
    : store_(store), schema_(schema), sites_(sites), front_(front), thread_([this] { run(); }) {}

LoadKeeper::~LoadKeeper() { stop(); }

void LoadKeeper::count(std::string_view site_key, const http::Request& request) {
  const auto table = sites_.get();
  const artefact::Site* site = table->find(site_key);
  if (site == nullptr) return;
  store::LoadKey key{site->id, quarter_of(std::chrono::system_clock::now()), site->consent_version,
                     address::region_of(request.peer, request.header(front_.region_header), front_),
                     std::string(enrich::device_of(request.header("user-agent")))};
  const std::lock_guard lock(mutex_);
  if (loads_.size() < kMostKeys || loads_.contains(key)) ++loads_[std::move(key)];
}

void LoadKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (is_over_) return;
    is_over_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LoadKeeper::run() {
  for (std::unique_lock lock(mutex_); !is_over_;) {
    wake_.wait_for(lock, kBetween, [this] { return is_over_; });
    lock.unlock();
    write();
    lock.lock();
  }
}

void LoadKeeper::write() {
  store::ScriptLoads loads;
  {
    const std::lock_guard lock(mutex_);
    loads.swap(loads_);
  }
  if (loads.empty()) return;
  if (schema_.ensure() == Schema::State::ready && store::add(store_, loads)) return;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, count] : loads) loads_[key] += count;
}

}  // namespace etappe::cli
