// The only extern "C" of the tracker: what the loader calls, and what the tracker asks of the loader.
// docs/abi.md is the table, exports.txt the reviewed list; tests/wasm/module_test.mjs compares both with the
// module. All calls come from the page's one thread. None may be made from inside an import.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "wasm/abi/call.hpp"
#include "wasm/tracker/tracker.hpp"

#define ETAPPE_IMPORT(name) __attribute__((import_module("env"), import_name(name)))
#define ETAPPE_EXPORT(name) __attribute__((export_name(name)))

extern "C" {
ETAPPE_IMPORT("random") void etappe_random(std::uint32_t out, std::uint32_t length);
ETAPPE_IMPORT("command")
void etappe_command(std::uint32_t operation, std::uint32_t a, std::uint32_t b, std::uint32_t c);
#ifndef ETAPPE_BASIC_RULES
ETAPPE_IMPORT("look")
std::uint32_t etappe_look(std::uint32_t type_and_part, std::uint32_t name, std::uint32_t name_length,
                          std::uint32_t room, std::uint32_t room_length);
ETAPPE_IMPORT("matches") std::uint32_t etappe_matches(std::uint32_t selector, std::uint32_t length);
#endif
}

namespace etappe::abi {
namespace {

/// The first argument of `command`; docs/abi.md says what the other three are.
enum class Operation : std::uint32_t {
  send = 1,
  remember = 2,
  forget = 3,
  wake_in = 4,
  keep = 5,
  hold = 6,
  request = 7,
  release = 8
};

/// In the decision that `decide` brings: what it allows holds, its event comes later.
constexpr std::uint32_t kPermitOnly = 16;

void command(Operation operation, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  etappe_command(static_cast<std::uint32_t>(operation), a, b, c);
}

template <class Bytes>
std::uint32_t address(const Bytes& bytes) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(bytes.data()));
}
template <class Bytes>
std::uint32_t length(const Bytes& bytes) {
  return static_cast<std::uint32_t>(bytes.size());
}

class Page final : public tracker::Host {
 public:
  void random(std::span<std::uint8_t> out) override { etappe_random(address(out), length(out)); }
  void send(tracker::Slot slot, std::span<const std::byte> batch) override {
    command(Operation::send, address(batch), length(batch), static_cast<std::uint32_t>(slot));
  }
  void remember(std::string_view text, std::chrono::seconds max_age) override {
    command(Operation::remember, address(text), length(text), static_cast<std::uint32_t>(max_age.count()));
  }
  void forget(std::string_view visitor) override {
    command(Operation::forget, address(visitor), length(visitor), 0);
  }
  void keep(tracker::Slot slot, std::span<const std::byte> batch) override {
    command(Operation::keep, address(batch), length(batch), static_cast<std::uint32_t>(slot));
  }
  void wake_in(std::chrono::milliseconds delay) override {
    command(Operation::wake_in, static_cast<std::uint32_t>(delay.count()), 0, 0);
  }
};

#ifndef ETAPPE_BASIC_RULES
/// What `trigger` and `fire` are told of the occasion: bits 0–3 its number, bit 4: prevented, from bit 8 on
/// the trigger's number, 256 for every one.
tracker::TriggerView unpack_trigger(std::uint32_t packed) {
  return {.occasion = static_cast<rules::Occasion>(packed & 15U),
          .trigger = packed >> 8U,
          .prevented = (packed & 16U) != 0};
}
std::uint32_t pack_trigger(const tracker::TriggerView& what) {
  return static_cast<std::uint32_t>(what.occasion) | (what.prevented ? 16U : 0U) | what.trigger << 8U;
}

class PageTags final : public tracker::TagHost {
 public:
  std::size_t look(rules::layout::VariableType type, unsigned part, std::string_view name,
                   std::span<char> room) override {
    return etappe_look(static_cast<std::uint32_t>(type) | part << 8U, address(name), length(name),
                       address(room), length(room));
  }
  bool element_matches(std::string_view selector) override {
    return etappe_matches(address(selector), length(selector)) != 0;
  }
  void hold(std::uint32_t tag, const tracker::TriggerView& what) override {
    command(Operation::hold, tag, pack_trigger(what), 0);
  }
  void release() override { command(Operation::release, 0, 0, 0); }
  void request(std::string_view where) override {
    command(Operation::request, address(where), length(where), 0);
  }
};

#endif

// One page, one tracker, all of it constant-initialised. What the code names often comes first: there an
// address is short.
struct Memory {
  Page host;
#ifndef ETAPPE_BASIC_RULES
  PageTags tags;
  tracker::Tracker tracker{host, &tags};
#else
  tracker::Tracker tracker{host};
#endif
  CallReader reader;
  std::array<char, 4096> redact_rules{};
  alignas(8) std::array<std::byte, kScratchBytes> scratch{};
  std::array<std::byte, rules::kMaxContainerBytes> container{};
};
constinit Memory memory;

event::TimeMs time(double ms) {
  return event::TimeMs{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
}

std::string_view scratch_text(std::uint32_t size) {
  return {reinterpret_cast<const char*>(memory.scratch.data()), size};
}

/// Hands a text to the loader: in the scratch buffer, and its length.
std::uint32_t give(std::string_view text) {
  std::copy(text.begin(), text.end(), reinterpret_cast<char*>(memory.scratch.data()));
  return length(text);
}

/// A call that cannot be read is counted and goes no further; one with too many parts goes on without the
/// last.
bool read_call(std::uint32_t size, event::Type type) {
  const bool good = size <= kScratchBytes && memory.reader.read(std::span(memory.scratch).first(size), type);
  if (!good || memory.reader.cut()) {
    memory.tracker.drops().add(tracker::Drop::truncated, 1);
  }
  return good;
}

}  // namespace
}  // namespace etappe::abi

using namespace etappe;  // the functions below are the ABI; they have no namespace of their own

extern "C" {

// The standard library's answer to a broken invariant. Emscripten's own would import proc_exit.
void abort() { __builtin_trap(); }

ETAPPE_EXPORT("scratch") std::uint32_t etappe_scratch() { return abi::address(abi::memory.scratch); }

ETAPPE_EXPORT("init")
void etappe_init(std::uint32_t site_length, std::uint32_t rules_length, std::uint32_t session_minutes,
                 std::uint32_t new_on_campaign, std::uint32_t container_version, std::uint32_t policy) {
  const std::string_view rules = tracker::beginning(
      abi::scratch_text(site_length + rules_length).substr(site_length), abi::memory.redact_rules.size());
  std::copy(rules.begin(), rules.end(), abi::memory.redact_rules.begin());
  abi::memory.tracker.open(
      {.site = abi::scratch_text(site_length),
       .policy = static_cast<consent::Policy>(policy),
       .session = {.silence = std::chrono::minutes{session_minutes}, .new_on_campaign = new_on_campaign != 0},
       .container_version = container_version,
       .redact = {{abi::memory.redact_rules.data(), rules.size()}}});
}

ETAPPE_EXPORT("container") void etappe_container(std::uint32_t length) {
  std::copy_n(abi::memory.scratch.begin(), length, abi::memory.container.begin());
  abi::memory.tracker.load_container(std::span(abi::memory.container).first(length));
}

ETAPPE_EXPORT("path") std::uint32_t etappe_path(std::uint32_t index) {
  return abi::give(abi::memory.tracker.data_layer_path(index));
}

ETAPPE_EXPORT("device") void etappe_device(double now, std::uint32_t length) {
  abi::memory.tracker.device(abi::time(now), abi::scratch_text(length));
}

ETAPPE_EXPORT("page") void etappe_page(double now, std::uint32_t length) {
  if (abi::read_call(length, event::Type::view)) {
    abi::memory.tracker.page(abi::time(now), abi::memory.reader.call());
  }
}

ETAPPE_EXPORT("track") void etappe_track(double now, std::uint32_t length, std::uint32_t type) {
  if (abi::read_call(length, static_cast<event::Type>(type))) {
    abi::memory.tracker.track(abi::time(now), abi::memory.reader.call());
  }
}

ETAPPE_EXPORT("push") std::uint32_t etappe_push(double now, std::uint32_t length) {
  if (!abi::read_call(length, event::Type::event)) {
    return 0;
  }
  return abi::memory.tracker.push(abi::time(now), abi::memory.reader.call());
}

#ifndef ETAPPE_BASIC_RULES
ETAPPE_EXPORT("trigger")
void etappe_trigger(double now, std::uint32_t length, std::uint32_t what) {
  if (abi::read_call(length, event::Type::event)) {
    abi::memory.tracker.trigger(abi::time(now), abi::unpack_trigger(what), abi::memory.reader.call());
  }
}

ETAPPE_EXPORT("fire")
void etappe_fire(double now, std::uint32_t length, std::uint32_t what, std::uint32_t tag) {
  if (abi::read_call(length, event::Type::event)) {
    abi::memory.tracker.fire(abi::time(now), tag, abi::unpack_trigger(what), abi::memory.reader.call());
  }
}
#endif

ETAPPE_EXPORT("decide")
void etappe_decide(double now, std::uint32_t length, std::uint32_t consent) {
  if ((consent & abi::kPermitOnly) != 0) {
    abi::memory.tracker.permit(consent::unpack(consent));
  } else if (abi::read_call(length, event::Type::consent)) {
    abi::memory.tracker.decide(abi::time(now), consent::unpack(consent), abi::memory.reader.call());
  }
}

ETAPPE_EXPORT("reset") void etappe_reset(double now) { abi::memory.tracker.reset(abi::time(now)); }
ETAPPE_EXPORT("tick") void etappe_tick(double now) { abi::memory.tracker.tick(abi::time(now)); }
ETAPPE_EXPORT("flush") void etappe_flush(double now, std::uint32_t offline) {
  abi::memory.tracker.flush(abi::time(now), offline != 0 ? tracker::Network::none : tracker::Network::maybe);
}

ETAPPE_EXPORT("restore") std::uint32_t etappe_restore(double now, std::uint32_t length) {
  return abi::memory.tracker.restore(abi::time(now), std::span(abi::memory.scratch).first(length)) ? 1 : 0;
}

ETAPPE_EXPORT("link") std::uint32_t etappe_link(double now, std::uint32_t target_length) {
  const std::string_view link = abi::memory.tracker.link(abi::time(now), abi::scratch_text(target_length));
  return abi::give(link);
}

ETAPPE_EXPORT("adopt")
std::uint32_t etappe_adopt(double now, std::uint32_t link_length, std::uint32_t target_length) {
  const std::string_view both = abi::scratch_text(link_length + target_length);
  return abi::memory.tracker.adopt(abi::time(now), both.substr(0, link_length), both.substr(link_length)) ? 1
                                                                                                          : 0;
}

ETAPPE_EXPORT("ack")
std::uint32_t etappe_ack(double now, std::uint32_t slot, std::int32_t status,
                         std::uint32_t retry_after_seconds) {
  const bool over = abi::memory.tracker.ack(
      static_cast<tracker::Slot>(slot),
      {.status = status, .retry_after = std::chrono::seconds{retry_after_seconds}}, abi::time(now));
  return over ? 1 : 0;
}

ETAPPE_EXPORT("dropped") std::uint32_t etappe_dropped(std::uint32_t reason) {
  return reason < tracker::kDropReasons ? abi::memory.tracker.drops().of(static_cast<tracker::Drop>(reason))
                                        : 0;
}
}
