#pragma once
// The event: everything Etappe knows about one thing that happened on a page.
//
// An EventView owns nothing. Its texts point into the batch it was decoded from, into the JSON document, or
// into the tracker's scratch buffer, and live exactly as long as those do. It is what the codec reads and
// writes, what enrichment looks at, and what a test builds with designated initialisers.
// It does not say how an event is written (core/codec) nor what is stored (docs/privacy.md).

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/consent/consent.hpp"
#include "core/result.hpp"

namespace etappe::event {

/// Milliseconds since 1970-01-01 UTC.
using TimeMs = std::chrono::sys_time<std::chrono::milliseconds>;

/// The numbers are part of the wire format and never change their meaning.
enum class Type : std::uint8_t {
  view = 1,
  click = 2,
  impression = 3,
  step = 4,
  conversion = 5,
  event = 6,
  identify = 7,
  consent = 8,
  engagement = 9,
  error = 10,
  tag = 11,  ///< a tag that the collector is to send on has fired (docs/container-format.md, "Tags")
};

/// The name of a type in JSON, reports and rows; empty for a value outside the enumeration.
[[nodiscard]] std::string_view name_of(Type type);
[[nodiscard]] std::optional<Type> type_named(std::string_view name);

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  friend constexpr bool operator==(const Uuid&, const Uuid&) = default;
  [[nodiscard]] constexpr bool is_nil() const {
    unsigned any = 0;
    for (const std::uint8_t byte : bytes) any |= byte;
    return any == 0;
  }
};

/// RFC 9562 text, 36 characters, either case; nothing else is accepted.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);
/// Lower-case text; `out` receives exactly 36 characters and no terminator.
void write_uuid(const Uuid& uuid, std::span<char, 36> out);

enum class PropKind : std::uint8_t { text = 0, number = 1, boolean = 2 };

/// A property the site attached. A number keeps the digits it was written with; a boolean is "true"/"false".
struct PropView {
  std::string_view key;
  std::string_view value;
  PropKind kind = PropKind::text;
};

/// One line of a cart. `price` is decimal text per piece, empty when unknown.
struct ItemView {
  std::string_view id;
  std::string_view name;
  std::string_view price;
  std::uint32_t quantity = 1;
};

/// Whether a conversion counts in totals or only as a step on the way.
enum class Weight : std::uint8_t { primary = 0, micro = 1 };

struct EventView {
  Uuid id;
  TimeMs time;

  std::string_view url;
  std::string_view referrer;
  std::string_view title;
  std::string_view visitor;  ///< opaque, at most kMaxIdBytes; present only under analytics consent
  std::string_view session;

  /// identify: who this is, as far as this place may know it. On the wire a hash (docs/wire-format.md, "A
  /// person"), in an envelope the keyed hash of that, present only under analytics consent.
  std::string_view person;

  std::string_view name;      ///< event, conversion, click, impression
  std::string_view funnel;    ///< step
  std::string_view step;      ///< step
  std::string_view value;     ///< money as decimal text, e.g. "129.90"
  std::string_view currency;  ///< ISO 4217, three upper-case letters
  std::string_view order_id;
  std::string_view tag;  ///< the container tag that made this event, empty when the page did

  std::span<const ItemView> items;
  std::span<const PropView> props;

  std::uint32_t quantity = 0;
  std::uint32_t engagement_ms = 0;  ///< visible and focused time
  Type type = Type::event;
  consent::States consent;
  Weight weight = Weight::primary;
  std::uint8_t scroll = 0;  ///< deepest part of the page that was seen, percent of its height
};

// Limits, in bytes of UTF-8 unless said otherwise. docs/wire-format.md has the same table.
inline constexpr std::size_t kMaxUrlBytes = 4096;
inline constexpr std::size_t kMaxTitleBytes = 512;
inline constexpr std::size_t kMaxNameBytes =
    128;                                        ///< name, funnel, step, tag, property key, item id and name
inline constexpr std::size_t kMaxIdBytes = 64;  ///< visitor, session, person, order id
inline constexpr std::size_t kMaxPropBytes = 1024;  ///< one property value
inline constexpr std::size_t kMaxProps = 64;        ///< count
inline constexpr std::size_t kMaxItems = 64;        ///< count
inline constexpr std::uint8_t kMaxScroll = 100;     ///< percent
/// All texts of one event together, amounts aside: references make a small batch name long texts many times
/// over, and an event must fit an envelope of the spool.
inline constexpr std::size_t kMaxEventTextBytes = 49152;
/// Times before 1970 or from 2200 on are a broken clock or a broken sender; the store holds less than that.
inline constexpr TimeMs kMinTime{std::chrono::milliseconds{1}};
inline constexpr TimeMs kMaxTime{std::chrono::milliseconds{7'258'118'399'999}};

/// Why an event cannot be kept. Every one is counted by this name.
enum class Defect : std::uint8_t {
  missing_id,
  missing_url,
  missing_name,
  missing_step,
  missing_person,
  bad_time,
  bad_type,
  bad_value,
  bad_currency,
  bad_url,
  bad_utf8,
  text_too_long,
  too_many_props,
  too_many_items,
  event_too_large,
};
[[nodiscard]] std::string_view name_of(Defect defect);

/// Whether the event has what its type needs and keeps within the limits; the first defect found, in the
/// order type, id, time, texts (length, then UTF-8), what the type needs, money. Pure; safe on any thread.
[[nodiscard]] Result<void, Defect> check(const EventView& event);

/// What == says. A visitor's page carries this instead, where the standard library's asks for the order of
/// two texts first, which is longer.
[[nodiscard]] bool is_same(std::string_view a, std::string_view b);

/// Well-formed UTF-8 (Unicode 15, table 3-7): no surrogates, no overlong forms, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Decimal text: optional minus, 1–12 digits, optionally a point and 1–6 digits. No exponent, no spaces.
[[nodiscard]] bool is_decimal(std::string_view text);

}  // namespace etappe::event
