#pragma once
// Events on their way to the collector: which batch they join, when it leaves, and what its answer means.
//
// Four places, each with memory for one batch, so that a click does not wait behind a page view that is still
// in flight: three can be under way while the fourth takes what happens meanwhile. All of them together stay
// below what browsers let a page send while it is being left (64 KiB of keepalive bodies). A batch leaves
// when it is old, full, or the page is left; it is kept until the collector has said that it is on disk.
// Nothing is dropped silently: every loss has a reason and a count. It decides nothing about consent.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/codec/batch.hpp"
#include "core/event/event.hpp"
#include "wasm/tracker/fixed_text.hpp"
#include "wasm/tracker/host.hpp"

namespace etappe::tracker {

inline constexpr std::size_t kSlots = 4;
inline constexpr std::size_t kBatchBytes =
    15'000;  ///< 4 × 15,000 = 60,000; Chromium refuses 70,000 in flight
inline constexpr std::size_t kBatchEvents = 100;
/// Longest stay of an event on the page: the collector refuses what is more than 24 h old.
inline constexpr std::chrono::milliseconds kMaxAge = std::chrono::hours{24};

/// Why events were lost. The numbers are part of the ABI (docs/abi.md).
enum class Drop : std::uint8_t {
  consent,    ///< the policy of the site did not allow it
  no_space,   ///< every place is taken by batches that the collector has not answered
  too_large,  ///< one event that no batch can hold
  refused,    ///< the collector answered that it will never take it
  expired,    ///< not delivered within 24 h
  withdrawn,  ///< waited when consent was withdrawn
  bad_value,  ///< a value that is no decimal number: the event was sent without it
  truncated,  ///< the loader's call did not fit into the scratch buffer, or was malformed
  too_many,   ///< more events than a page may have (kBurst at once, then one each kRefill)
  repeated,   ///< a view of the address that was counted within the last second
};
inline constexpr std::size_t kDropReasons = 10;

class DropCounts {
 public:
  void add(Drop reason, std::size_t events) {
    counts_[static_cast<std::size_t>(reason)] += static_cast<std::uint32_t>(events);
  }
  [[nodiscard]] std::uint32_t of(Drop reason) const { return counts_[static_cast<std::size_t>(reason)]; }

 private:
  std::array<std::uint32_t, kDropReasons> counts_{};
};

/// What the network said about a batch.
struct Answer {
  int status = 0;  ///< HTTP status; 0 when there was no answer
  std::chrono::seconds retry_after{0};
};

/// Whether the device could be online while a page is left, as far as the browser knows.
enum class Network : std::uint8_t { maybe, none };

/// Whether the device may hold what could not be delivered.
enum class Keeping : std::uint8_t { forbidden, allowed };

/// How long an event may wait for company.
enum class Urgency : std::uint8_t {
  soon,      ///< within two seconds: more events of the same moment join it
  next_task  ///< as soon as the page's own handlers are done: the visitor may be leaving
};

class Outbox {
 public:
  constexpr Outbox(Host& host, DropCounts& drops) : host_(host), drops_(drops) {}

  /// Who sends, on every batch; draws the instance id.
  void open(std::string_view site, std::uint64_t container_version);
  void add(const event::EventView& event, event::TimeMs now, Urgency urgency);
  /// Sends what is due.
  void tick(event::TimeMs now);
  /// The page is being left: sends everything that is not in flight, also what waits for another try. What
  /// the collector has failed to take before, or cannot get now, is kept on the device as well, where that is
  /// allowed.
  void flush(event::TimeMs now, Network network, Keeping keeping);
  /// A batch that an earlier page has kept; sent at once. False when there is no place for it.
  [[nodiscard]] bool restore(std::span<const std::byte> batch, event::TimeMs now);
  /// Whether the batch is over, one way or the other: true unless it waits for another try.
  [[nodiscard]] bool ack(Slot slot, Answer answer, event::TimeMs now);
  /// Drops what waits, and what is in flight when its answer asks for another try.
  void clear();

 private:
  static constexpr event::TimeMs kNever = event::TimeMs::max();
  enum class State : std::uint8_t { empty, open, flying, waiting, abandoned };
  struct Place {
    State state = State::empty;
    std::uint8_t tries = 0;
    std::size_t restored =
        0;  ///< bytes at the front of its memory that an earlier page wrote; 0: the writer's
    event::TimeMs base{};
    event::TimeMs newest{};  ///< when its last event happened
    event::TimeMs due{};
    codec::BatchWriter writer;
    std::array<std::byte, kBatchBytes> space{};
  };

  /// The first place in that state, or nullptr.
  [[nodiscard]] const Place* place_in(State state) const;
  [[nodiscard]] Place* place_in(State state) {
    return const_cast<Place*>(std::as_const(*this).place_in(state));
  }
  [[nodiscard]] Place* free_place();
  [[nodiscard]] Place* place_for_event(event::TimeMs now);
  /// When it is to be sent; kNever while that is not its turn.
  [[nodiscard]] event::TimeMs due_of(const Place& place) const;
  void send(Place& place, event::TimeMs now);
  void drop(Place& place, Drop reason);
  [[nodiscard]] Slot slot_of(const Place& place) const;
  [[nodiscard]] std::span<const std::byte> bytes_of(Place& place, event::TimeMs sent);
  [[nodiscard]] std::size_t count_of(const Place& place) const;
  void wake(event::TimeMs now);
  [[nodiscard]] event::Uuid random_uuid();

  Host& host_;
  DropCounts& drops_;
  FixedText<event::kMaxIdBytes> site_;
  codec::HeaderView header_;  ///< of the batch begun last; its site is site_
  std::uint32_t next_seq_ = 0;
  event::TimeMs hold_until_{};  ///< after a failed try nothing is sent before, except when the page is left
  event::TimeMs wake_at_ = kNever;
  std::array<Place, kSlots> places_{};
};

}  // namespace etappe::tracker
