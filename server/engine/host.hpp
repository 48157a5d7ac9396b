#pragma once
// The engine with its folder, and the threads that may talk to it.
//
// Every question gets a session of its own (0.1 ms), so that settings never leak from one to the next.
// Reports and inserts have separate threads: a slow report does not delay rows. Queues are bounded; a full
// one is an answer. It knows no HTTP.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "server/engine/chdb.hpp"
#include "server/engine/statement.hpp"

namespace etappe::engine {

enum class Access : std::uint8_t { read_write, read_only };

struct Question {
  Statement statement;
  std::string format = "TabSeparated";  ///< where the statement has no FORMAT clause
  std::string database;                 ///< empty: default
  Parameters settings;                  ///< names checked by is_setting_name(), values any text
  Parameters parameters;
  Access access = Access::read_write;
};

/// Lower-case words with underscores: what may stand in a SET statement or as a database name.
[[nodiscard]] bool is_setting_name(std::string_view name);
/// Between single quotes, as ClickHouse reads it.
[[nodiscard]] std::string sql_literal(std::string_view text);

struct HostOptions {
  std::filesystem::path library;
  std::filesystem::path folder;
  std::uint64_t memory_bytes = 0;  ///< of all queries together; 0: the engine's own default
  Access access = Access::read_write;
  unsigned readers = 4;
  unsigned writers = 1;
  std::size_t max_waiting = 256;  ///< per kind
};

class Host {
 public:
  /// Locks the folder, loads the library, opens the engine, checks its version, starts the threads. Seconds.
  [[nodiscard]] static Result<std::unique_ptr<Host>, StartFailure> open(HostOptions options);
  /// Finishes what runs; what waits is answered as refused.
  ~Host();

  /// Thread-safe, does not block. `done` is called once, on one of the host's threads or, when the queue is
  /// full (false), not at all.
  [[nodiscard]] bool ask(Question question, std::function<void(Outcome)> done);

  [[nodiscard]] const std::string& version() const { return version_; }

 private:
  struct Task {
    Question question;
    std::function<void(Outcome)> done;
  };
  struct Queue {
    std::deque<Task> tasks;
    std::condition_variable ready;
  };
  struct FolderLock;

  explicit Host(HostOptions options);
  void work(Queue& queue);
  Outcome run(const Question& question) const;

  HostOptions options_;
  std::unique_ptr<FolderLock> lock_;
  std::unique_ptr<Library> library_;
  std::optional<Session> anchor_;  ///< keeps the engine up between questions
  std::string version_;

  std::mutex mutex_;
  bool stopping_ = false;
  Queue reads_, writes_;
  std::vector<std::thread> threads_;
};

}  // namespace etappe::engine
