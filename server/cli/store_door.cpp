#include "server/cli/store_door.hpp"

#include <thread>

#include "server/cli/complain.hpp"
#include "server/store/schema.hpp"

namespace etappe::cli {
namespace {

using namespace std::chrono_literals;

/// An engine reads its tables before it answers; a large store takes a while.
constexpr auto kEngineStart = 60s;

}  // namespace

Result<std::unique_ptr<StoreDoor>, int> StoreDoor::open(const config::Settings& settings) {
  const DataFolder data{settings.data};
  std::unique_ptr<StoreDoor> door(new StoreDoor);
  if (!DataLock::holder(data.lock()))
    if (const int code = door->start_engine(settings); code != kFine) return fail(code);
  store::Endpoint endpoint;
  endpoint.address = "unix:" + data.engine_socket().string();
  door->client_ = std::make_unique<store::Client>(endpoint);
  if (const int code = door->wait_for_answer(data); code != kFine) return fail(code);
  if (const auto migrated = store::migrate(*door->client_); !migrated)
    return fail(complain("store_unusable", data.store().string() + ": " + migrated.error().detail));
  return door;
}

StoreDoor::~StoreDoor() {
  if (engine_) engine_->stop(10s);
}

int StoreDoor::start_engine(const config::Settings& settings) {
  const DataFolder data{settings.data};
  if (const int code = data.make(); code != kFine) return code;
  lock_ = DataLock::take(data.lock());
  if (!lock_)
    return complain("data_in_use", data.path.string() + ": another process has just begun to use it");
  engine_ = std::make_unique<EngineChild>(engine_command(settings), log_, counters_);
  engine_->start(EngineChild::Clock::now());
  return kFine;
}

int StoreDoor::wait_for_answer(const DataFolder& data) {
  const auto end = EngineChild::Clock::now() + kEngineStart;
  while (!client_->ping(1s)) {
    if (engine_ && engine_->has_ended())
      return complain("engine_unavailable", "the engine did not start; its last line says why");
    if (EngineChild::Clock::now() > end)
      return complain("engine_unavailable", data.engine_socket().string() +
                                                ": the engine does not answer; the log of "
                                                "`etappe serve` says why");
    std::this_thread::sleep_for(20ms);
  }
  return kFine;
}

}  // namespace etappe::cli
