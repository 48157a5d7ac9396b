#pragma once
// What a site can set about its tracker: which listener modules its file carries and how they behave
// (docs/tracker.md, "Options of a site"). Here they are read from what a person wrote, checked, and written
// back; tracker_file.hpp puts them into the file of a site. What a redaction rule matches is not decided
// here.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "server/admin/file_problem.hpp"

namespace etappe::admin {

/// Which address a page view carries.
enum class PageUrl : std::uint8_t {
  actual,
  canonical,  ///< <link rel=canonical>, where it names the same host
};
/// Which changes of the address within a page are page views.
enum class Routes : std::uint8_t {
  history,  ///< of the path, by the History API
  hash,     ///< of what stands behind '#' too
  off,
};
/// Who keeps the visitor's id where collector and site share a site.
enum class IdCookie : std::uint8_t { server, script };

/// The extensions of Google Analytics 4's event file_download ("Enhanced measurement events").
[[nodiscard]] const std::vector<std::string>& default_downloads();

struct TrackerOptions {
  bool enabled = true;  ///< false: pages get an empty stub
  std::vector<std::string> listeners{"links", "engagement", "impressions"};
  PageUrl url = PageUrl::actual;
  Routes routes = Routes::history;
  std::vector<std::string> downloads = default_downloads();  ///< lower-case, without the point
  int impression_percent = 50;                               ///< of the element's area
  int impression_milliseconds = 1000;                        ///< on screen, without interruption
  std::vector<std::string> link_domains;                     ///< between which visits are linked
  std::vector<std::string> redact;                           ///< rules, in the author's order
  bool new_session_on_campaign = true;
  bool retry_storage = true;  ///< undelivered batches wait on the device, under consent
  IdCookie id_cookie = IdCookie::server;
  friend bool operator==(const TrackerOptions&, const TrackerOptions&) = default;
};

/// Names of the listener modules that the installed tracker has, in its own order. None: it tells none, and
/// only the spelling of a name can be checked.
using KnownListeners = std::vector<std::string>;

/// `options` with the changes of a JSON merge patch (RFC 7396): a key that is left out stays as it is, null
/// goes back to the default. Every place in a problem begins with "tracker". Pure.
[[nodiscard]] Result<TrackerOptions, FileProblem> patched(const TrackerOptions& options,
                                                          std::string_view patch,
                                                          const KnownListeners& known);

/// Every option as a JSON object, in the order of the struct.
[[nodiscard]] std::string all_options(const TrackerOptions& options);
/// Only what differs from the defaults; "{}" when nothing does. patched({}, …) reads it back.
[[nodiscard]] std::string changed_options(const TrackerOptions& options);
/// The rules as core/redact reads them: one a line.
[[nodiscard]] std::string joined_rules(const TrackerOptions& options);

}  // namespace etappe::admin
