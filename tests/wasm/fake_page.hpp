#pragma once
// A page for the tracker's tests: a host that writes down what was asked of it, with a tracker in it.

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/batch.hpp"
#include "wasm/tracker/tracker.hpp"

namespace etappe::tracker {

using namespace std::chrono_literals;

/// What is compared of an event that was sent.
struct SentEvent {
  event::Type type{};
  std::string name;
  std::string visitor;
  std::string session;
  std::string url;
  std::string referrer;
  std::string title;
  std::string value;
  std::string tag;
  std::string order_id;
  std::string funnel;
  std::string step;
  std::uint32_t quantity = 0;
  consent::States consent;
  event::TimeMs time;
  event::Uuid id;
  bool operator==(const SentEvent&) const = default;
};

class FakeHost final : public Host {
 public:
  void random(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      state_ = state_ * 1103515245U + 12345U;
      byte = static_cast<std::uint8_t>(state_ >> 16U);
    }
  }
  void send(Slot slot, std::span<const std::byte> batch) override {
    sent.emplace_back(slot, std::vector<std::byte>(batch.begin(), batch.end()));
  }
  void remember(std::string_view text, std::chrono::seconds max_age) override {
    device = text;
    lifetime = max_age;
    ++writes;
  }
  void forget(std::string_view visitor) override {
    device.clear();
    withdrawn = visitor;
    ++forgotten;
  }
  void keep(Slot slot, std::span<const std::byte> batch) override {
    kept.emplace_back(slot, std::vector<std::byte>(batch.begin(), batch.end()));
  }
  void wake_in(std::chrono::milliseconds delay) override { wake = delay; }

  std::vector<std::pair<Slot, std::vector<std::byte>>> sent;
  std::vector<std::pair<Slot, std::vector<std::byte>>> kept;
  std::string device;
  std::string withdrawn;  ///< whom the collector is to forget
  std::chrono::seconds lifetime{0};
  std::optional<std::chrono::milliseconds> wake;
  int writes = 0;
  int forgotten = 0;

 private:
  std::uint32_t state_ = 1;
};

inline std::vector<SentEvent> read(std::span<const std::byte> batch) {
  std::vector<SentEvent> events;
  auto reader = codec::BatchReader::open(batch);
  EXPECT_TRUE(reader) << "the tracker wrote a batch that cannot be read";
  codec::Lists lists;
  while (reader && reader->more()) {
    const auto event = reader->next(lists);
    EXPECT_TRUE(event) << "the tracker wrote an event that the collector refuses";
    if (event) {
      events.push_back({event->type, std::string(event->name), std::string(event->visitor),
                        std::string(event->session), std::string(event->url), std::string(event->referrer),
                        std::string(event->title), std::string(event->value), std::string(event->tag),
                        std::string(event->order_id), std::string(event->funnel), std::string(event->step),
                        event->quantity, event->consent, event->time, event->id});
    }
  }
  return events;
}

inline constexpr consent::States kGrant{.analytics = consent::State::granted};
inline constexpr consent::States kGrantAll{consent::State::granted, consent::State::granted};
inline constexpr consent::States kDeny{consent::State::denied, consent::State::denied};

class FakePage {
 public:
  explicit FakePage(SettingsView settings = {.site = "NORDWERK", .container_version = 7}) : tracker(host) {
    tracker.open(settings);
  }

  void view(std::string_view url = "https://nordwerk.example/", std::string_view referrer = {}) {
    CallView call;
    call.event.url = url;
    call.event.referrer = referrer;
    call.event.title = "Nordwerk";
    tracker.page(now, call);
  }
  void happen(event::Type type, std::string_view name) {
    CallView call;
    call.event.type = type;
    call.event.name = name;
    call.event.funnel = name;
    call.event.step = name;
    tracker.track(now, call);
  }
  void leave(Network network = Network::maybe) { tracker.flush(now, network); }
  void decide(consent::States decision, std::string_view source = {}) {
    CallView call;
    call.event.name = source;
    tracker.decide(now, decision, call);
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    tracker.tick(now);
  }
  bool answer(Slot slot, int status, std::chrono::seconds retry_after = 0s) {
    return tracker.ack(slot, {.status = status, .retry_after = retry_after}, now);
  }
  /// Lets everything that waits leave and be accepted; returns it.
  std::vector<SentEvent> delivered() {
    std::vector<SentEvent> events;
    leave();
    for (const auto& [slot, batch] : std::exchange(host.sent, {})) {
      for (SentEvent& event : read(batch)) {
        events.push_back(std::move(event));
      }
      answer(slot, 204);
    }
    return events;
  }
  std::vector<event::Type> types() {
    std::vector<event::Type> types;
    for (const SentEvent& event : delivered()) {
      types.push_back(event.type);
    }
    return types;
  }

  FakeHost host;
  Tracker tracker;
  event::TimeMs now{std::chrono::milliseconds{1'795'000'000'000}};
};

}  // namespace etappe::tracker
