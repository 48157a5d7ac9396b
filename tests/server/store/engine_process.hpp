#pragma once
// A real etappe-engine for tests, in a folder of its own: started, asked, killed, started again.
//
// Built with a sanitizer, the tests take the engine of another build from ETAPPE_ENGINE; without one they say
// that they are skipped.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "server/store/client.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::store::testing {

inline std::string engine_program() {
  if (const char* path = std::getenv("ETAPPE_ENGINE")) return path;
  return ETAPPE_BINARY_DIR "/bin/etappe-engine";
}
inline std::string engine_library() {
  if (const char* path = std::getenv("ETAPPE_CHDB_LIBRARY")) return path;
  return ETAPPE_SOURCE_DIR "/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so";
}
/// Why no engine can be started here; empty when it can.
inline std::string engine_absent() {
  if (!std::filesystem::exists(engine_program()))
    return "no engine at " + engine_program() + ": set ETAPPE_ENGINE";
  if (!std::filesystem::exists(engine_library())) return "no library at " + engine_library() + ": run npm ci";
  return {};
}

class EngineProcess {
 public:
  explicit EngineProcess(std::filesystem::path folder) : folder_(std::move(folder)) { start(); }
  ~EngineProcess() { end(SIGKILL); }
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  void start() {
    std::vector<std::string> arguments{engine_program(),
                                       "--path",
                                       (folder_ / "store").string(),
                                       "--library",
                                       engine_library(),
                                       "--listen",
                                       "unix:" + (folder_ / "engine.sock").string(),
                                       "--child-of",
                                       std::to_string(getpid())};
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, (folder_ / "engine.log").c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (posix_spawn(&process_, pointers[0], &actions, nullptr, pointers.data(), environ) != 0) process_ = -1;
    posix_spawn_file_actions_destroy(&actions);
  }
  /// Whether the engine answers before `patience` is over; false at once when it has ended.
  [[nodiscard]] bool wait_until_ready(std::chrono::seconds patience = std::chrono::seconds(60)) {
    Client client(endpoint());
    const auto last = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < last) {
      if (client.ping(std::chrono::seconds(1))) return true;
      if (int status = 0; waitpid(process_, &status, WNOHANG) == process_) {
        process_ = -1;
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }
  /// Sends the signal, waits for the end; the exit status as waitpid() gives it.
  int end(int signal) {
    if (process_ <= 0) return -1;
    int status = 0;
    kill(process_, signal);
    waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }
  [[nodiscard]] Endpoint endpoint() const {
    return {.address = "unix:" + (folder_ / "engine.sock").string()};
  }

 private:
  std::filesystem::path folder_;
  pid_t process_ = -1;
};

}  // namespace etappe::store::testing
