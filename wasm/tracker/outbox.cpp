#include "wasm/tracker/outbox.hpp"

#include <algorithm>
#include <cstring>

namespace etappe::tracker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCompany{2'000};
constexpr milliseconds kFirstRetry{2'000};
constexpr milliseconds kLongestRetry = std::chrono::minutes{10};
/// More of them make no difference: the delay is at its longest.
constexpr std::uint8_t kMostTries = 9;
static_assert(kFirstRetry * (1U << kMostTries) >= kLongestRetry);
constexpr milliseconds kLongestRetryAfter = std::chrono::hours{1};

/// Worth another try: no answer, a timeout, too many requests, or a server that is unwell.
bool is_passing(int status) { return status == 0 || status == 408 || status == 429 || status >= 500; }

}  // namespace

event::Uuid Outbox::random_uuid() {
  event::Uuid uuid;
  host_.random(uuid.bytes);
  // RFC 9562, version 4.
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0FU) | 0x40U);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3FU) | 0x80U);
  return uuid;
}

void Outbox::open(std::string_view site, std::uint64_t container_version) {
  site_.assign(site);
  header_.site = site_.view();
  header_.instance = random_uuid();
  header_.container = container_version;
  for (Place& place : places_) {
    place.writer = codec::BatchWriter(place.space);
  }
}

const Outbox::Place* Outbox::place_in(State state) const {
  for (const Place& place : places_) {
    if (place.state == state) {
      return &place;
    }
  }
  return nullptr;
}

Outbox::Place* Outbox::free_place() {
  Place* const place = place_in(State::empty);
  if (place != nullptr) {
    place->tries = 0;
    place->restored = 0;
  }
  return place;
}

Outbox::Place* Outbox::place_for_event(event::TimeMs now) {
  if (Place* const open = place_in(State::open)) {
    return open;
  }
  Place* const place = free_place();
  if (place != nullptr) {
    header_.batch = random_uuid();
    header_.base = now;
    place->writer.begin(header_);
    place->state = State::open;
    place->base = now;
    place->due = now + kCompany;
  }
  return place;
}

bool Outbox::restore(std::span<const std::byte> batch, event::TimeMs now) {
  Place* const place = free_place();
  if (place == nullptr || batch.size() > kBatchBytes || batch.empty()) {
    return false;
  }
  std::copy(batch.begin(), batch.end(), place->space.begin());
  place->restored = batch.size();
  place->tries = 1;
  place->newest = now;  // its age is the keeper's to watch
  send(*place, now);
  return true;
}

void Outbox::add(const event::EventView& event, event::TimeMs now, Urgency urgency) {
  // At most twice: once into the open batch, once into a fresh one when that has no room.
  for (;;) {
    Place* const place = place_for_event(now);
    if (place == nullptr) {
      drops_.add(Drop::no_space, 1);
      return;
    }
    if (place->writer.add(event, next_seq_)) {
      ++next_seq_;
      place->newest = now;
      if (urgency == Urgency::next_task) {
        place->due = now;
      }
      if (place->writer.event_count() >= kBatchEvents) {
        send(*place, now);
      }
      break;
    }
    if (place->writer.event_count() == 0) {
      place->state = State::empty;
      drops_.add(Drop::too_large, 1);
      return;
    }
    send(*place, now);
  }
  wake(now);
}

void Outbox::send(Place& place, event::TimeMs now) {
  // Older events of the batch are for the collector to refuse, one by one.
  if (now - place.newest > kMaxAge) {
    drop(place, Drop::expired);
    return;
  }
  if (now < hold_until_) {
    place.state = State::waiting;
    place.due = hold_until_;
    return;
  }
  place.state = State::flying;
  host_.send(slot_of(place), bytes_of(place, now));
}

Slot Outbox::slot_of(const Place& place) const { return static_cast<Slot>(&place - places_.data()); }

std::span<const std::byte> Outbox::bytes_of(Place& place, event::TimeMs sent) {
  return place.restored != 0 ? std::span<const std::byte>(place.space).first(place.restored)
                             : place.writer.finish(sent);
}

event::TimeMs Outbox::due_of(const Place& place) const {
  // An open batch goes on filling during an outage, and while all others are on their way: the next event
  // needs a place. Only a full one takes its turn among those that wait.
  if (place.state == State::open && place_in(State::empty) != nullptr) {
    return std::max(place.due, hold_until_);
  }
  return place.state == State::waiting ? place.due : kNever;
}

void Outbox::tick(event::TimeMs now) {
  wake_at_ = kNever;
  for (Place& place : places_) {
    if (due_of(place) <= now) {
      send(place, now);
    }
  }
  wake(now);
}

void Outbox::flush(event::TimeMs now, Network network, Keeping keeping) {
  const bool failing = network == Network::none || now < hold_until_;
  hold_until_ = {};
  for (Place& place : places_) {
    if (place.state == State::open || place.state == State::waiting) {
      send(place, now);
    }
    if (keeping == Keeping::allowed && place.state == State::flying && (failing || place.tries > 0)) {
      // As if sent at its base: by the time it is sent again, a time of sending would be wrong.
      host_.keep(slot_of(place), bytes_of(place, place.base));
    }
  }
}

bool Outbox::ack(Slot slot, Answer answer, event::TimeMs now) {
  const auto index = static_cast<std::size_t>(slot);
  if (index >= kSlots) {
    return true;
  }
  Place& place = places_[index];
  if (place.state == State::abandoned) {
    place.state = State::empty;
    return true;
  }
  if (place.state != State::flying) {
    return true;
  }
  if (is_passing(answer.status)) {
    // Up to half as much again, so that the pages of one outage do not come back in step.
    std::array<std::uint8_t, 1> dice{};
    host_.random(dice);
    milliseconds delay = std::min(kFirstRetry * (1U << place.tries), kLongestRetry);
    delay += delay * dice[0] / 512;
    delay = std::max<milliseconds>(delay, std::min<milliseconds>(answer.retry_after, kLongestRetryAfter));
    place.state = State::waiting;
    place.due = now + delay;
    if (place.tries < kMostTries) {
      ++place.tries;
    }
    hold_until_ = std::max(hold_until_, place.due);
  } else if (answer.status >= 200 && answer.status < 300) {
    place.state = State::empty;
    hold_until_ = {};
  } else {
    drop(place, Drop::refused);
  }
  wake(now);
  return place.state != State::waiting;
}

void Outbox::drop(Place& place, Drop reason) {
  drops_.add(reason, count_of(place));
  place.state = State::empty;
}

/// A batch of an earlier page counts as one event: nobody here has looked into it.
std::size_t Outbox::count_of(const Place& place) const {
  return place.restored != 0 ? 1 : place.writer.event_count();
}

void Outbox::clear() {
  for (Place& place : places_) {
    if (place.state == State::open || place.state == State::waiting) {
      drop(place, Drop::withdrawn);
    } else if (place.state == State::flying) {
      // Already with the network: the place is free again once that has answered.
      place.state = State::abandoned;
    }
    std::memset(place.space.data(), 0, place.space.size());
  }
}

void Outbox::wake(event::TimeMs now) {
  event::TimeMs next = kNever;
  for (const Place& place : places_) {
    next = std::min(next, due_of(place));
  }
  if (next != wake_at_ && next != kNever) {
    wake_at_ = next;
    host_.wake_in(std::max(next - now, milliseconds{0}));
  }
}

}  // namespace etappe::tracker
