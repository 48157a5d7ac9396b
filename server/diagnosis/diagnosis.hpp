#pragma once
// Why does nothing arrive, or does it? From what the collecting side has seen and what the page carries to
// one cause and what to do about it: the table of docs/live-check.md as one pure function. It asks nobody
// anything.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/consent/consent.hpp"
#include "server/live/seen.hpp"
#include "server/probe/look.hpp"

namespace etappe::diagnosis {

/// In the order of docs/live-check.md. The names are part of the interface and stay.
enum class Cause : std::uint8_t {
  receiving,
  no_consent_yet,
  switched_off,
  not_published,
  wrong_domain,
  events_rejected,
  csp_blocks_script,
  csp_blocks_connection,
  wrong_key,
  unknown_site,
  wrong_collector,
  cached_page,
  snippet_missing,
  page_unreachable,
  blocked_by_browser_extension,
  not_reported,
  script_not_fetched,
};
[[nodiscard]] std::string_view name_of(Cause cause);
/// Whether the installation is sound: events arrive, or will once somebody agrees.
[[nodiscard]] bool is_success(Cause cause);
/// What it means and what to do, in English, for programs and the command line.
[[nodiscard]] std::string_view advice_for(Cause cause);

/// True beside the cause, and no cause by itself.
enum class Remark : std::uint8_t {
  several_snippets,  ///< the page carries the snippet more than once; it counts once all the same
  plain_javascript,  ///< the page's policy refuses WebAssembly; the JavaScript build runs
};
[[nodiscard]] std::string_view name_of(Remark remark);

struct Verdict {
  Cause cause = Cause::script_not_fetched;
  std::string subject;  ///< the host, key, directive, reason or address that the cause is about; may be empty
  std::vector<Remark> remarks;
};

struct Facts {
  live::Published published = live::Published::tracking;
  consent::Policy policy = consent::Policy::block;
  const live::Seen& seen;             ///< since the check began
  std::string_view token;             ///< of the page that was opened for the check; empty: none was
  const probe::Page* page = nullptr;  ///< nullptr: nobody has looked at the page
  probe::Wanted wanted;
  std::vector<std::string> keys;  ///< of the sites there are
};

/// Pure. Evidence from a browser counts more than what the page looks like from here.
[[nodiscard]] Verdict diagnose(const Facts& facts);

}  // namespace etappe::diagnosis
