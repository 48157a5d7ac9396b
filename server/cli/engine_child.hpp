#pragma once
// The engine as a child process: started, watched, started again after a pause, stopped. Collecting goes on
// while it is away. All functions belong to the thread that called start(): the kernel ends the child with
// that thread.

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "server/observe/counters.hpp"
#include "server/observe/log.hpp"

namespace etappe::cli {

/// How long to wait before the engine is started again: doubles with every early death, from a fifth of a
/// second to half a minute, and begins anew once it has lived for a minute.
class BackOff {
 public:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] Clock::duration after_death(Clock::duration lived);

 private:
  static constexpr std::chrono::milliseconds kFirst{200};
  static constexpr std::chrono::milliseconds kLongest{30'000};
  std::chrono::milliseconds next_ = kFirst;
};

class EngineChild {
 public:
  using Clock = std::chrono::steady_clock;

  /// The program and its arguments. `log` and `counters` outlive this.
  EngineChild(std::vector<std::string> command, observe::Log& log, observe::Counters& counters);
  /// Kills what stop() has not stopped.
  ~EngineChild();
  EngineChild(const EngineChild&) = delete;
  EngineChild& operator=(const EngineChild&) = delete;

  void start(Clock::time_point now);
  /// Notices a death, starts again when it is time. Call it on SIGCHLD and about once a second.
  void tick(Clock::time_point now);
  /// Asks it to end and waits that long; then kills it. It is not started again.
  void stop(Clock::duration patience);

  /// For who starts it once and waits: whether it is not running any more. Use it without tick().
  [[nodiscard]] bool has_ended();

 private:
  void note_death(int status, Clock::time_point now);

  std::vector<std::string> command_;
  observe::Log& log_;
  observe::Counters& counters_;
  pid_t pid_ = 0;  ///< 0: none is running
  Clock::time_point started_;
  Clock::time_point due_;
  BackOff back_off_;
};

}  // namespace etappe::cli
