#pragma once
// Looks at a page as a stranger would and says what it carries of a site's tracker: the script element, its
// key and collector, the policy that applies to it, and whether a cache in between serves an older page.
//
// It asks only the site's own hosts, at most four times and for five seconds together, and never runs a
// script: what a tag manager adds at run time it cannot see.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/probe/csp.hpp"
#include "server/probe/fetcher.hpp"

namespace etappe::probe {

/// What should be on the page.
struct Wanted {
  std::string key;
  std::string collector;             ///< its public address without a trailing slash
  std::vector<std::string> domains;  ///< the site's, subdomains included
};

/// Why a page could not be looked at, or not to its end.
enum class Trouble : std::uint8_t {
  none,
  bad_url,       ///< no http or https address
  foreign_host,  ///< not one of the site's hosts, or it leads to one that is not
  too_many_redirects,
  private_address,
  unreachable,
  too_slow,
  bad_certificate,
  bad_status,  ///< 400 and above; what came was looked at all the same
};
[[nodiscard]] std::string_view name_of(Trouble trouble);

/// A script element that loads a tracker: of the right key, or from the right collector, or both.
struct Snippet {
  std::string key;
  std::string collector;
};

struct Page {
  Trouble trouble = Trouble::none;
  std::string url;      ///< after redirects
  std::string host;     ///< of `url`; with foreign_host: the host that is not the site's
  unsigned status = 0;  ///< 0: nothing was answered
  std::vector<Snippet> snippets;
  bool loads_inline = false;  ///< an inline script names the tracker's file
  bool is_stale = false;      ///< the page as cached lacks the right snippet, the page itself has it
  bool has_policy = false;
  Allowed allowed;
  std::string cache_control;
  std::optional<std::uint32_t> age_seconds;

  /// How many of the snippets have the right key and the right collector.
  [[nodiscard]] std::size_t right_snippets(const Wanted& wanted) const;
};

inline constexpr unsigned kMaxRedirects = 3;
inline constexpr std::chrono::milliseconds kPatience{5000};

/// `fresh` becomes the value of a query parameter that no cache has seen.
[[nodiscard]] Page look(Fetcher& fetcher, const std::string& url, const Wanted& wanted,
                        std::string_view fresh);

}  // namespace etappe::probe
