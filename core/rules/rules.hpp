#pragma once
// The rule engine: which tags of a compiled container fire for what just happened.
//
// A container is authored as JSON and compiled by server/container; this room reads the compiled form and
// runs it, in the browser and on the server alike. Nothing here allocates, throws or remembers: "once per
// session", what has been set off on a page, and what waits for a grant are for the caller, who keeps the
// state. The format and what everything means is docs/container-format.md. What is marked `full` there and
// here is not compiled into the small one of the tracker's two modules (features.hpp).

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "core/result.hpp"
#include "core/rules/features.hpp"
#include "core/rules/layout.hpp"
#include "core/url/url.hpp"

namespace etappe::rules {

inline constexpr std::uint8_t kFormatVersion = 1;
inline constexpr std::size_t kMaxTags = 256;
inline constexpr std::size_t kMaxTriggers = 256;
inline constexpr std::size_t kMaxConditions = 1024;
inline constexpr std::size_t kMaxVariables = 256;
inline constexpr std::size_t kMaxRows = 1024;        ///< of all tables
inline constexpr std::size_t kMaxParameters = 1024;  ///< of all tags
/// How far a variable may lead to others: a table whose input is a text of tables …
inline constexpr std::size_t kMaxDepth = 16;
/// How far a tag's set-up or clean-up tag may lead to others.
inline constexpr std::size_t kMaxChain = 4;
/// The same for the parameters of an address that a basic container reads.
inline constexpr std::size_t kMaxBasicValueBytes = 1024;
/// The longest value that is decoded, read from the page or put together; the rest is cut.
inline constexpr std::size_t kMaxValueBytes = 2048;
/// All values of one happening that are decoded, read or put together; beyond it they are cut.
inline constexpr std::size_t kValueMemory = 12'288;
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

/// What may set a trigger off. From `consent` on full.
enum class Occasion : std::uint8_t {
  page_view = 0,
  event = 1,
  consent = 2,
  init = 3,
  dom_ready = 4,
  window_loaded = 5,
  click = 6,
  link_click = 7,
  form_submit = 8,
  history_change = 9,
  scroll_depth = 10,
  visibility = 11,
  timer = 12,
  engagement = 13,
  js_error = 14,
  group = 15,  ///< happens by itself, when its triggers have been set off
};
inline constexpr std::size_t kOccasions = 16;
/// As people and documents name it: "page_view".
[[nodiscard]] std::string_view name_of(Occasion occasion);

/// Reads what the page knows. Both hosts implement it: the tracker over the values its loader handed in, the
/// server over an event under test.
class Facts {
 public:
  /// The value of a data layer path ("ecommerce.value") or an event property; empty when absent. The view
  /// lives until run() returns.
  [[nodiscard]] virtual std::string_view data_layer(std::string_view path) const = 0;
  [[nodiscard]] virtual std::string_view event_property(std::string_view key) const = 0;

  /// Full: a cookie (`name` is its name), a global of the page (its path), a piece of the document (selector,
  /// and behind a NUL the attribute), of the occasion's element (`part` is a layout::ElementPart, `name` the
  /// attribute), of its details (layout::Detail). Writes the value to `room`, cut at a whole character, and
  /// returns it; empty when absent. Asked at most once for each variable of a happening, and only when
  /// something needs it.
  [[nodiscard]] virtual std::string_view of_page(layout::VariableType, unsigned /*part*/,
                                                 std::string_view /*name*/, std::span<char> /*room*/) const {
    return {};
  }
  /// Full: whether the occasion's element matches the CSS selector. False without an element.
  [[nodiscard]] virtual bool element_matches(std::string_view /*selector*/) const { return false; }
  /// Full: 31 random bits.
  [[nodiscard]] virtual std::uint32_t random() const { return 0; }

 protected:
  ~Facts() = default;
};

/// A set of triggers, by their numbers in the compiled container.
using TriggerSet = std::bitset<kMaxTriggers>;
inline constexpr unsigned kEveryTrigger = kMaxTriggers;

/// Full: what else there is to know of a happening.
struct Surroundings {
  std::string_view referrer = {};
  /// The one trigger that its listener has found to be set off (scroll depth, timer and the like), or
  /// kEveryTrigger of that occasion.
  unsigned trigger = kEveryTrigger;
  bool prevented = false;         ///< the page has kept the link or form from being followed
  std::string_view visitor = {};  ///< whom a share of visitors is drawn by; empty: by chance
  event::TimeMs now{};            ///< for schedules
  /// What has been set off since the view, for groups; run() adds to it. Without it groups are never set off.
  TriggerSet* seen = nullptr;
};

struct Happening {
  Occasion occasion = Occasion::page_view;
  std::string_view event_name = {};  ///< for Occasion::event
  std::string_view page_url = {};
  consent::States consent = {};
  const Facts* facts = nullptr;          ///< may be absent: then data layer and properties are empty
  const Surroundings* around = nullptr;  ///< full; may be absent: then it is what Surroundings{} says
};

enum class Repeat : std::uint8_t {
  every_time = 0,
  once_per_page = 1,
  once_per_session = 2,
  once_per_visitor = 3  ///< full
};

/// What a tag asks for.
enum class Kind : std::uint8_t {
  conversion = 0,  ///< to be recorded
  step = 1,        ///< to be recorded
  image = 2,       ///< full: an address to be fetched by the browser
  server = 3       ///< full: something that the collector sends on
};

struct ParameterView {
  std::string_view key;
  std::string_view value;
};

/// What a tag asks for. Its texts live as long as the callback: copy what is kept. They are as the page gave
/// them: event::check says whether they are a value, a currency, an order id, and a step may lack its funnel
/// or its name.
struct FiringView {
  Kind kind = Kind::conversion;
  /// What the tag knows of the event: type and tag; of a conversion or a server tag name, value, currency,
  /// order_id and weight, of a step funnel and step. The rest is for who records it.
  event::EventView event;
  std::string_view quantity;  ///< as text, empty when the container leaves it out
  std::uint32_t tag_index = 0;
  Repeat repeat = Repeat::every_time;
  /// Full: of an image one, without a key: its address. Of a server tag those that are not empty.
  std::span<const ParameterView> parameters = {};
};

/// Why a tag that was set off does not fire.
enum class Reason : std::uint8_t {
  consent = 0,    ///< its purpose is not granted; it may fire later: fire()
  exception = 1,  ///< full, like all that follow
  schedule = 2,
  share = 3,
  setup = 4,  ///< the tag in front of it was held back
};
[[nodiscard]] std::string_view name_of(Reason reason);

struct HeldView {
  std::uint32_t tag_index = 0;
  std::string_view tag_name;
  consent::Purpose purpose = consent::Purpose::analytics;  ///< the first that lacks, for Reason::consent
  Reason reason = Reason::consent;
  /// Its author wants it to be forgotten rather than to wait for a grant.
  bool skip = false;
};

/// Receives what run() decides, in the container's tag order: set-up tags in front of theirs, clean-up tags
/// behind. A firing is its own to change.
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
  [[nodiscard]] bool is_full() const { return kFullRules && full_; }
  [[nodiscard]] std::size_t tag_count() const { return tags_.count; }
  /// The data layer paths the container reads, so that the loader hands over these and no others.
  [[nodiscard]] std::size_t path_count() const;
  /// Path number `index`, in the container's order; empty beyond the last.
  [[nodiscard]] std::string_view path(std::size_t index) const;
  [[nodiscard]] std::string_view tag_name(std::size_t index) const {
    return text(tags_.offset + index * layout::tag::kSize + layout::tag::kName);
  }
  /// Full: what the page is to listen to, a JSON object; empty in a basic container. It is not for the
  /// tracker's module: it stands at the very end, and who delivers a container leaves it away.
  [[nodiscard]] std::string_view listening() const;
  /// Linear in the container's size for a given page. Uses less than 20 KB of stack (the small module: 8 KB).
  void run(const Happening& happening, Outcome& outcome) const;
  /// Full: a tag that was held back for want of consent, for the same happening: triggers and exceptions are
  /// not asked again, everything else is.
  void fire(std::size_t tag_index, const Happening& happening, Outcome& outcome) const;

 private:
  class Checker;
  class Run;
  class BasicValues;
  class FullValues;
  using Table = layout::Table;

  /// Where the tables are, by the header; returns where the last one ends.
  std::size_t place_tables();
  [[nodiscard]] std::size_t listening_size() const;
  [[nodiscard]] unsigned u8(std::size_t at) const;
  [[nodiscard]] unsigned u16(std::size_t at) const;
  [[nodiscard]] std::uint32_t u32(std::size_t at) const {
    return u16(at) | (std::uint32_t{u16(at + 2)} << 16U);
  }
  [[nodiscard, gnu::noinline]] std::string_view text(std::size_t at) const;

  std::span<const std::byte> bytes_;
  std::uint32_t version_ = 0;
  Table variables_, triggers_, conditions_, tags_, entries_, texts_;
  // Of full containers.
  ETAPPE_FULL_MEMBER Table more_of_variables_, rows_, more_of_tags_, parameters_;
  ETAPPE_FULL_MEMBER bool full_ = false;
};

}  // namespace etappe::rules
