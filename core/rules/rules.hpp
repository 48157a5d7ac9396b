#pragma once
// The rule engine: which tags of a compiled container fire for what just happened.
//
// A container is authored as JSON and compiled by server/container; this room reads the compiled form and
// runs it, in the browser and on the server alike. Nothing here allocates, throws or remembers: "once per
// session" and the like are for the caller, who keeps the state. The format is docs/container-format.md.
// First form: page-view and event triggers with URL and event conditions; first-party tags for conversions
// and funnel steps.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "core/result.hpp"
#include "core/url/url.hpp"

namespace etappe::rules {

inline constexpr std::uint8_t kFormatVersion = 1;
inline constexpr std::size_t kMaxTags = 256;
inline constexpr std::size_t kMaxTriggers = 256;
inline constexpr std::size_t kMaxConditions = 1024;
inline constexpr std::size_t kMaxVariables = 256;
/// The longest value of a query parameter that a condition or a conversion sees; the rest is cut.
inline constexpr std::size_t kMaxQueryValueBytes = 1024;
inline constexpr std::size_t kMaxContainerBytes = 65536;

enum class Error : std::uint8_t {
  truncated,
  trailing_bytes,
  bad_magic,
  bad_version,
  bad_field,
  bad_reference,
  too_large,
};
[[nodiscard]] std::string_view name_of(Error error);

/// What may set a trigger off.
enum class Occasion : std::uint8_t { page_view = 0, event = 1 };

/// Reads what the page knows. Both hosts implement it: the tracker over the values its loader handed in, the
/// server over an event under test.
class Facts {
 public:
  /// The value of a data layer path ("ecommerce.value") or an event property; empty when absent. The view
  /// lives until run() returns.
  [[nodiscard]] virtual std::string_view data_layer(std::string_view path) const = 0;
  [[nodiscard]] virtual std::string_view event_property(std::string_view key) const = 0;

 protected:
  ~Facts() = default;
};

struct Happening {
  Occasion occasion = Occasion::page_view;
  std::string_view event_name = {};  ///< for Occasion::event
  std::string_view page_url = {};
  consent::States consent = {};
  const Facts* facts = nullptr;  ///< may be absent: then data layer and properties are empty
};

enum class Repeat : std::uint8_t { every_time = 0, once_per_page = 1, once_per_session = 2 };

/// What a tag asks to record.
enum class Kind : std::uint8_t { conversion = 0, step = 1 };

/// A conversion or a step that a tag asks to record. Its texts live as long as the callback: copy what is
/// kept. They are as the page gave them: event::check says whether they are a value, a currency, an order id,
/// and a step may lack its funnel or its name.
struct FiringView {
  /// What the tag knows of the event: type and tag; of a conversion name, value, currency, order_id and
  /// weight, of a step funnel and step. The rest is for who records it.
  event::EventView event;
  std::string_view quantity;  ///< as text, empty when the container leaves it out
  std::uint32_t tag_index = 0;
  Repeat repeat = Repeat::every_time;
};

/// A tag that matched but may not fire: its consent purpose is not granted.
struct HeldView {
  std::uint32_t tag_index = 0;
  std::string_view tag_name;
  consent::Purpose purpose = consent::Purpose::analytics;
};

/// Receives what run() decides, in the container's tag order. A firing is its own to change.
class Outcome {
 public:
  virtual void fired(FiringView& firing) = 0;
  virtual void held(const HeldView& held) = 0;

 protected:
  ~Outcome() = default;
};

/// A compiled container over bytes that the caller keeps alive. Immutable: run() may be called on any thread.
class ContainerView {
 public:
  /// Checks every reference once, so that run() needs no error path.
  [[nodiscard]] static Result<ContainerView, Error> open(std::span<const std::byte> bytes);
  /// For bytes that open() has accepted before, and that came together with this code: a site's file. Other
  /// bytes give nonsense and reach beyond their end.
  [[nodiscard]] static ContainerView trusted(std::span<const std::byte> bytes);
  ContainerView() = default;  ///< nothing in it: nothing fires

  /// The author's version number.
  [[nodiscard]] std::uint32_t version() const { return version_; }
  [[nodiscard]] std::size_t tag_count() const { return tags_.count; }
  /// The data layer paths the container reads, so that the loader hands over these and no others.
  [[nodiscard]] std::size_t path_count() const;
  /// Path number `index`, in the container's order; empty beyond the last.
  [[nodiscard]] std::string_view path(std::size_t index) const;
  /// Linear in the container's size for a given page. Uses less than 8 KB of stack.
  void run(const Happening& happening, Outcome& outcome) const;

 private:
  class Checker;
  class Run;
  struct Table {
    std::size_t offset = 0;
    std::size_t count = 0;
  };

  /// Where the tables are, by the header; returns where the last one ends.
  std::size_t place_tables();
  [[nodiscard]] unsigned u8(std::size_t at) const;
  [[nodiscard]] unsigned u16(std::size_t at) const;
  [[nodiscard]] std::string_view text(std::size_t at) const;

  std::span<const std::byte> bytes_;
  std::uint32_t version_ = 0;
  Table variables_, triggers_, conditions_, tags_, entries_, texts_;
};

}  // namespace etappe::rules
