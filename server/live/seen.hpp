#pragma once
// What the collecting side remembers of a site for some minutes, as values: events without ids, hosts without
// addresses, reasons. docs/privacy.md lists it.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "server/live/check_report.hpp"
#include "server/live/short_text.hpp"

namespace etappe::live {

inline constexpr std::size_t kEvents = 50;   ///< remembered per site
inline constexpr std::size_t kMinutes = 30;  ///< counted per site
inline constexpr std::size_t kTallies = 16;  ///< hosts remembered per site and kind
inline constexpr std::size_t kReports = 8;   ///< check reports remembered per site

/// One event after policy and redaction. Of a rejected one only time and reason are known.
struct SeenEvent {
  event::TimeMs at;  ///< when it arrived
  event::Type type = event::Type::event;
  consent::States consent;
  bool has_campaign = false;  ///< its address announces a campaign
  std::string_view rejected;  ///< why it was not kept, a static text; empty: it was
  ShortText<48> name;
  ShortText<64> host;
  ShortText<128> path;  ///< never with a query
};

/// What happened how often on which host.
struct Tally {
  std::string host;  ///< empty: the browser did not say, or not in a form that is a host
  std::string what;  ///< a refusal's reason, a script's key; empty where there is nothing to say
  std::uint64_t count = 0;
  event::TimeMs last;
};

/// Everything about one site since a time; the newest first in every list.
struct Seen {
  event::TimeMs now;                              ///< the collector's clock
  std::array<std::uint32_t, kMinutes> minutes{};  ///< events kept per minute; the last is the running one
  std::vector<SeenEvent> events;
  std::vector<Tally> refusals;  ///< batches; `what` is the reason, `host` that of their Origin
  std::vector<Tally> scripts;   ///< fetches of the site's tracker file
  std::vector<Tally>
      wrong_scripts;  ///< fetches with another key from one of the site's hosts; `what`: that key
  std::vector<CheckReport> reports;
};

/// What the site's published tracker file does.
enum class Published : std::uint8_t { missing, switched_off, tracking };

/// The last kEvents of envelopes that the collector has made (docs/spool-format.md), in their order. What
/// cannot be read is passed over. Pure.
[[nodiscard]] std::vector<SeenEvent> seen_in(std::span<const std::vector<std::byte>> envelopes);

/// The host of an Origin or Referer header in lower case; "null" for `null`; empty for what is no address or
/// holds anything but letters, digits and the marks of a host name. `space` is where it is written.
[[nodiscard]] std::string_view host_in(std::string_view header, std::span<char> space);

}  // namespace etappe::live
