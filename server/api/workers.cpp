#include "server/api/workers.hpp"

#include <utility>

namespace etappe::api {

Workers::Workers(unsigned threads, std::size_t longest_queue) : longest_queue_(longest_queue) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
  std::deque<std::function<void()>> unheard;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    unheard.swap(queue_);
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

Workers::Posted Workers::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= longest_queue_) return Posted::full;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return Posted::taken;
}

void Workers::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job();
  }
}

}  // namespace etappe::api
