// Any bytes as a page's life: calls of the loader, texts of the device, answers of the network, in any order.
// Whatever comes, nothing is sent or stored without a grant, what is sent can be read, and it stays within
// what a browser takes.
#include <array>
#include <string>
#include <vector>

#include "core/codec/batch.hpp"
#include "tests/fuzz/core/touch.hpp"
#include "wasm/abi/call.hpp"
#include "wasm/tracker/tracker.hpp"

using namespace etappe;

namespace {

class Page final : public tracker::Host {
 public:
  void random(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(state_ = state_ * 1103515245U + 12345U);
  }
  void send(tracker::Slot slot, std::span<const std::byte> batch) override {
    fuzz::require(the_tracker->consent().analytics == consent::State::granted);
    const auto index = static_cast<std::size_t>(slot);
    fuzz::require(index < tracker::kSlots && in_flight[index] == 0);
    in_flight[index] = batch.size();
    std::size_t all = 0;
    for (const std::size_t size : in_flight) all += size;
    fuzz::require(all <= 60'000);
    fuzz::require(codec::BatchReader::open(batch).has_value());
  }
  void remember(std::string_view text, std::chrono::seconds max_age) override {
    fuzz::require(the_tracker->consent().analytics == consent::State::granted);
    fuzz::require(!text.empty() && max_age.count() > 0 && max_age <= tracker::kVisitorLifetime);
    device = text;
  }
  void forget() override { device.clear(); }
  void keep(tracker::Slot slot, std::span<const std::byte> batch) override {
    fuzz::require(the_tracker->consent().analytics == consent::State::granted);
    fuzz::require(in_flight[static_cast<std::size_t>(slot)] != 0 && batch.size() <= tracker::kBatchBytes);
  }
  void wake_in(std::chrono::milliseconds delay) override { fuzz::require(delay.count() >= 0); }

  tracker::Tracker* the_tracker = nullptr;
  std::array<std::size_t, tracker::kSlots> in_flight{};
  std::string device;

 private:
  std::uint32_t state_ = 1;
};

/// Cuts the input into operation, number and bytes.
struct Input {
  std::span<const std::byte> rest;
  unsigned byte() {
    if (rest.empty()) return 0;
    const auto value = std::to_integer<unsigned>(rest[0]);
    rest = rest.subspan(1);
    return value;
  }
  std::span<const std::byte> bytes() {
    const std::size_t wanted = byte() | byte() << 8U;
    const auto taken = rest.first(std::min(wanted, rest.size()));
    rest = rest.subspan(taken.size());
    return taken;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{std::as_bytes(std::span(data, size))};
  Page page;
  static abi::CallReader reader;
  tracker::Tracker tracker(page);
  tracker.open({.site = "NORDWERK"});
  page.the_tracker = &tracker;
  event::TimeMs now{std::chrono::milliseconds{1'795'000'000'000}};
  const auto compiled = input.bytes();
  const std::vector<std::byte> container(compiled.begin(), compiled.end());
  if (rules::ContainerView::open(container)) tracker.load_container(container);
  while (!input.rest.empty()) {
    const unsigned operation = input.byte();
    now += std::chrono::milliseconds{1} * (1LL << (input.byte() % 36));  // two years at most
    if (now > event::kMaxTime) break;
    const auto type = static_cast<event::Type>(1 + operation / 8 % 10);
    const bool takes_a_call = operation % 8 < 4;
    if (takes_a_call && !reader.read(input.bytes(), type)) continue;
    tracker::CallView call = reader.call();
    switch (operation % 8) {
      case 0: tracker.page(now, call); break;
      case 1: tracker.track(now, call); break;
      case 2: tracker.push(now, call); break;
      case 3: tracker.decide(now, consent::unpack(operation / 8), call); break;
      case 4: {
        const auto text = input.bytes();
        tracker.device(now, operation < 128
                                ? page.device
                                : std::string(reinterpret_cast<const char*>(text.data()), text.size()));
        break;
      }
      case 5: {
        const std::size_t slot = operation / 8 % tracker::kSlots;
        if (page.in_flight[slot] == 0) break;
        page.in_flight[slot] = 0;
        tracker.ack(static_cast<tracker::Slot>(slot), {.status = static_cast<int>(input.byte()) * 4}, now);
        break;
      }
      case 6:
        operation < 128
            ? tracker.tick(now)
            : tracker.flush(now, operation < 192 ? tracker::Network::maybe : tracker::Network::none);
        break;
      default: {
        const std::string target(1, static_cast<char>(input.byte()));
        const std::string link(tracker.link(now, target));
        fuzz::require(link.empty() == (tracker.consent().analytics != consent::State::granted));
        if (operation >= 128) tracker.reset(now);
        fuzz::require(link.empty() || tracker.adopt(now, link, target));
      }
    }
  }
  return 0;
}
