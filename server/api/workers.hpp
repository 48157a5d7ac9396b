#pragma once
// Threads for work that waits: the database, a password's hash, the engine. The queue in front of them is
// bounded, and "full" is an answer.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace etappe::api {

class Workers {
 public:
  Workers(unsigned threads, std::size_t longest_queue);
  /// Lets running jobs finish and destroys those that wait.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  enum class Posted : std::uint8_t { taken, full };
  /// Thread-safe, does not block. A job that is not taken is destroyed by the caller.
  [[nodiscard]] Posted post(std::function<void()> job);

 private:
  void run();

  const std::size_t longest_queue_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace etappe::api
