#include "server/cli/engine_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "server/engine/exit_code.hpp"

extern char** environ;

namespace etappe::cli {
namespace {

/// A word for counters and the log: how a child ended.
std::string reason_of(int status) {
  if (WIFSIGNALED(status)) return "signal_" + std::to_string(WTERMSIG(status));
  return std::string(name_of(static_cast<engine::ExitCode>(WEXITSTATUS(status))));
}

/// A child with default signals: ours are blocked or ignored, and both would be inherited.
int spawn(const std::vector<std::string>& command, pid_t& pid) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  const int error = posix_spawn(&pid, argv[0], &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return error;
}

/// Waits for the end of a child. False when it still runs after `patience`.
bool ended_within(pid_t pid, std::chrono::milliseconds patience) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return false;
  pollfd watched{descriptor, POLLIN, 0};
  const int ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
  ::close(descriptor);
  return ready == 1;
}

}  // namespace

BackOff::Clock::duration BackOff::after_death(Clock::duration lived) {
  if (lived >= std::chrono::minutes(1)) next_ = kFirst;
  const auto pause = next_;
  next_ = std::min(next_ * 2, kLongest);
  return pause;
}

EngineChild::EngineChild(std::vector<std::string> command, observe::Log& log, observe::Counters& counters)
    : command_(std::move(command)), log_(log), counters_(counters) {}

EngineChild::~EngineChild() {
  if (pid_ != 0) stop(Clock::duration::zero());
}

void EngineChild::start(Clock::time_point now) {
  started_ = now;
  pid_t pid = 0;
  if (const int error = spawn(command_, pid); error != 0) {
    counters_.add("etappe_engine_ends_total", "reason=\"not_started\"");
    log_.error("engine", command_.front() + " cannot be started: " + std::strerror(error));
    due_ = now + back_off_.after_death(Clock::duration::zero());
    return;
  }
  pid_ = pid;
  counters_.add("etappe_engine_starts_total", "");
}

void EngineChild::tick(Clock::time_point now) {
  if (pid_ != 0) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) note_death(status, now);
  }
  if (pid_ == 0 && now >= due_) start(now);
}

bool EngineChild::has_ended() {
  if (pid_ != 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ == 0;
}

void EngineChild::note_death(int status, Clock::time_point now) {
  pid_ = 0;
  const auto pause = back_off_.after_death(now - started_);
  due_ = now + pause;
  const std::string reason = reason_of(status);
  counters_.add("etappe_engine_ends_total", "reason=\"" + reason + "\"");
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(pause).count();
  log_.error("engine", reason + ": the engine has ended; collecting goes on, reports wait; next attempt in " +
                           std::to_string(milliseconds) + " ms");
}

void EngineChild::stop(Clock::duration patience) {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  if (!ended_within(pid_, std::chrono::duration_cast<std::chrono::milliseconds>(patience)))
    ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

}  // namespace etappe::cli
