#pragma once
// The eraser: the thread that carries orders out, and does what retention asks for, while the collector goes
// on accepting.
//
// It is the only one that deletes rows, so that no two statements meet. When something is away it waits,
// longer each time, and the orders stay open.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "server/erase/carrier.hpp"
#include "server/erase/retention.hpp"
#include "server/observe/log.hpp"

namespace etappe::erase {

class Eraser {
 public:
  /// Starts the thread. All of it outlives the eraser; `now` is the wall clock.
  Eraser(Carrier& carrier, Retention& retention, observe::Log& log, std::function<Time()> now);
  ~Eraser() { stop(); }
  Eraser(const Eraser&) = delete;
  Eraser& operator=(const Eraser&) = delete;

  /// Ends the thread after the step in hand. Once.
  void stop();

  static constexpr std::chrono::seconds kGlance{1};        ///< between two looks when there is nothing to do
  static constexpr std::chrono::seconds kLongestWait{60};  ///< after failures

 private:
  void run();

  Carrier& carrier_;
  Retention& retention_;
  observe::Log& log_;
  const std::function<Time()> now_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace etappe::erase
