#pragma once
// All that the tracker can ask of the page it runs in. In a browser wasm/abi forwards it to the loader; in
// tests it is a fake that writes down what was asked.
//
// The tracker has no clock: every call brings its time. A host must not call back into the tracker from one
// of these functions; the outcome of send() arrives later, as Tracker::ack().

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/rules/layout.hpp"
#include "core/rules/rules.hpp"

namespace etappe::tracker {

/// Which of the outbox's places a batch occupies while the network has it.
enum class Slot : std::uint8_t {};

class Host {
 public:
  /// Fills `out` from a cryptographic source.
  virtual void random(std::span<std::uint8_t> out) = 0;
  /// Sends one batch to the collector. The bytes are valid during the call only. Exactly one ack() follows,
  /// unless the page ends first.
  virtual void send(Slot slot, std::span<const std::byte> batch) = 0;
  /// Stores `text` on the device, replacing what was there; it expires by itself after `max_age`. Asked only
  /// under analytics consent. `text` has letters, digits and ".-_" only.
  virtual void remember(std::string_view text, std::chrono::seconds max_age) = 0;
  /// Deletes everything of ours on the device, and asks the collector to forget `visitor`; empty: nobody was
  /// known.
  virtual void forget(std::string_view visitor) = 0;
  /// Keeps one batch on the device for a later page, which hands it to Tracker::restore(). Asked only while
  /// the page is being left, for what could not be delivered so far; forgotten when an ack() of that slot
  /// says that it is over.
  virtual void keep(Slot slot, std::span<const std::byte> batch) = 0;
  /// Calls Tracker::tick() after `delay`; replaces an earlier wish.
  virtual void wake_in(std::chrono::milliseconds delay) = 0;

 protected:
  ~Host() = default;
};

/// What has set rules off.
struct TriggerView {
  rules::Occasion occasion = rules::Occasion::page_view;
  unsigned trigger = rules::kEveryTrigger;  ///< the one that its listener means
  bool prevented = false;                   ///< the page has kept a link or form from being followed
};

/// What only full containers ask of the page (docs/container-format.md). The same rules hold.
class TagHost {
 public:
  /// A value that the page knows: core/rules, Facts::of_page(). Written to `room`; returns how many bytes.
  [[nodiscard]] virtual std::size_t look(rules::layout::VariableType type, unsigned part,
                                         std::string_view name, std::span<char> room) = 0;
  [[nodiscard]] virtual bool element_matches(std::string_view selector) = 0;
  /// A tag waits for a grant: the call that is under way is to be kept, for Tracker::fire().
  virtual void hold(std::uint32_t tag, const TriggerView& what) = 0;
  /// Something was granted: what is kept is to be tried again, when this call is over.
  virtual void release() = 0;
  /// The browser is to fetch an image.
  virtual void request(std::string_view address) = 0;

 protected:
  ~TagHost() = default;
};

}  // namespace etappe::tracker
