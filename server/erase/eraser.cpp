#include "server/erase/eraser.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace etappe::erase {

Eraser::Eraser(Carrier& carrier, Retention& retention, observe::Log& log, std::function<Time()> now)
    : carrier_(carrier), retention_(retention), log_(log), now_(std::move(now)), thread_([this] { run(); }) {}

void Eraser::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Eraser::run() {
  std::chrono::seconds wait = kGlance;
  std::string_view said;  // the last complaint, so that it is not repeated
  for (;;) {
    const Carrier::Step carried = carrier_.step(now_());
    // Somebody who waits goes first. Retention has a pause of its own after failures.
    if (carried == Carrier::Step::idle) static_cast<void>(retention_.step(now_()));
    wait = carried == Carrier::Step::failed ? std::min(2 * wait, kLongestWait) : kGlance;
    if (carried == Carrier::Step::failed && said != carrier_.trouble()) {
      said = carrier_.trouble();
      log_.warning("erase", "orders of erasure wait: " + std::string(said));
    }
    if (carried == Carrier::Step::done) said = {};
    std::unique_lock lock(mutex_);
    const auto pause = carried == Carrier::Step::done ? std::chrono::seconds(0) : wait;
    if (wake_.wait_for(lock, pause, [&] { return stopping_; })) return;
  }
}

}  // namespace etappe::erase
