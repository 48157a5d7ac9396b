#pragma once
// How one call of the loader lies in the scratch buffer, and how it becomes a tracker::CallView.
//
//   call  = field*
//   field = number:u8  length:u16 little-endian  bytes (UTF-8)
//
// The numbers up to 31 are those of an event's fields on the wire (docs/wire-format.md); docs/abi.md has the
// whole table. Views point into the scratch buffer. An unknown number is passed over. Names and property
// values that are longer than the wire allows are cut.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/event/event.hpp"
#include "wasm/tracker/tracker.hpp"

namespace etappe::abi {

inline constexpr std::size_t kScratchBytes = 65536;
inline constexpr std::size_t kMaxPaths = 256;

enum class Field : std::uint8_t {
  url = 5,
  referrer = 6,
  title = 7,
  name = 10,
  value = 11,
  currency = 12,
  quantity = 13,  ///< decimal digits
  order_id = 14,
  item_id = 15,  ///< begins a new item; the next three belong to it
  funnel = 16,
  step = 17,
  prop_key = 18,    ///< begins a new property; one of prop_text, prop_number, prop_boolean is its value
  engagement = 20,  ///< milliseconds, decimal digits
  scroll = 23,      ///< percent, decimal digits
  person = 24,
  prop_text = 32,
  prop_number = 33,
  prop_boolean = 34,
  item_name = 35,
  item_price = 36,
  item_quantity = 37,
  data_layer = 38,  ///< the value of the container's next data layer path
};

/// Room for N values, each written before it is read: nothing to initialise, so that it costs a module no
/// code.
template <class Value, std::size_t N>
class Room {
 public:
  Value& operator[](std::size_t at) { return data()[at]; }
  [[nodiscard]] std::span<Value> first(std::size_t count) { return {data(), count}; }

 private:
  [[nodiscard]] Value* data() { return reinterpret_cast<Value*>(bytes_.data()); }
  alignas(Value) std::array<std::byte, N * sizeof(Value)> bytes_{};
};

/// Memory for the lists of one call; reused from call to call.
class CallReader {
 public:
  /// False when a length points beyond the bytes, or a value stands without its property or item; then the
  /// call is not to be used.
  [[nodiscard]] bool read(std::span<const std::byte> bytes, event::Type type);
  /// Whether the call had more properties, items or data layer values than fit, which were left out.
  [[nodiscard]] bool cut() const { return cut_; }

  /// Its lists are this reader's memory, and are valid until the next read().
  [[nodiscard]] tracker::CallView& call() { return call_; }

 private:
  [[nodiscard]] bool take(Field field, std::string_view text);
  /// The next place in a list; what is beyond its limit goes into one place more, which nobody reads.
  [[nodiscard]] std::size_t next(std::size_t& used, std::size_t limit);

  tracker::CallView call_{};
  bool cut_ = false;
  event::PropView* prop_ = nullptr;  ///< that a value would belong to
  event::ItemView* item_ = nullptr;
  std::size_t prop_count_ = 0;
  std::size_t item_count_ = 0;
  std::size_t path_count_ = 0;
  Room<event::PropView, event::kMaxProps + 1> props_;
  Room<event::ItemView, event::kMaxItems + 1> items_;
  Room<std::string_view, kMaxPaths + 1> paths_;
};

}  // namespace etappe::abi
