#include "server/erase/desk.hpp"

#include <utility>

namespace etappe::erase {

std::string_view name_of(Taken taken) {
  switch (taken) {
    case Taken::written: return "written";
    case Taken::busy: return "busy";
    case Taken::too_many: return "too_many";
    case Taken::failed: return "failed";
  }
  return "failed";
}

Desk::Desk(Journal& journal, Withdrawn& withdrawn, observe::Counters& counters, std::function<Time()> now,
           DeskLimits limits)
    : journal_(journal),
      withdrawn_(withdrawn),
      counters_(counters),
      now_(std::move(now)),
      limits_(limits),
      writer_([this] { run(); }) {}

Desk::~Desk() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  writer_.join();
}

void Desk::take(Wish wish, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < limits_.longest_queue && !stopping_) {
      queue_.push_back({std::move(wish), std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  note(Taken::busy, wish.reason);
  done(Taken::busy, {});
}

Result<std::string, Taken> Desk::take_now(const Wish& wish) {
  const auto receipts = journal_.add({wish}, now_());
  if (!receipts) {
    note(Taken::failed, wish.reason);
    return fail(Taken::failed);
  }
  if (const auto order = journal_.find(receipts->front())) withdrawn_.add(*order, now_());
  note(Taken::written, wish.reason);
  return receipts->front();
}

void Desk::run() {
  for (;;) {
    std::vector<Waiting> group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      group.swap(queue_);
    }
    write(std::move(group));
  }
}

void Desk::write(std::vector<Waiting> group) {
  const Time now = now_();
  std::vector<Waiting> admitted;
  std::vector<Wish> wishes;
  for (Waiting& one : group) {
    if (!may_order(one.wish, now)) {
      note(Taken::too_many, one.wish.reason);
      one.done(Taken::too_many, {});
      continue;
    }
    wishes.push_back(one.wish);
    admitted.push_back(std::move(one));
  }
  const auto receipts = journal_.add(wishes, now);
  for (std::size_t i = 0; i < admitted.size(); ++i) {
    const Taken taken = receipts ? Taken::written : Taken::failed;
    note(taken, admitted[i].wish.reason);
    if (receipts)
      if (const auto order = journal_.find((*receipts)[i])) withdrawn_.add(*order, now);
    admitted[i].done(taken, receipts ? (*receipts)[i] : std::string());
  }
}

bool Desk::may_order(const Wish& wish, Time now) {
  if (journal_.receipt_for(wish, now)) return true;
  Minute& minute = minutes_[wish.site];
  if (now < minute.began || now - minute.began >= std::chrono::minutes(1)) minute = {now, 0};
  if (minute.count >= limits_.orders_per_minute) return false;
  ++minute.count;
  return true;
}

void Desk::note(Taken taken, Reason reason) {
  if (taken == Taken::written)
    counters_.add("etappe_erasures_ordered_total", observe::label("reason", name_of(reason)));
  else
    counters_.add("etappe_erasures_refused_total", observe::label("reason", name_of(taken)));
}

}  // namespace etappe::erase
