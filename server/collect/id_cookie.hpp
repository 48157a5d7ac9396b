#pragma once
// The visitor's id in a cookie that the collector keeps: where page and collector share a site, the browser
// keeps an HttpOnly cookie of a server longer than one that a script has written. docs/collector.md, "The id
// cookie", has the rules.
//
// Pure functions over what a request says. It decides nothing about consent: that only a grant sets or uses
// the cookie is intake's doing.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/artefact/sites.hpp"

namespace etappe::collect {

/// `?id=new` of a request: whether the page says that its visitor is another one than before.
enum class IdWish : std::uint8_t { known, fresh };

/// What became of the cookie when a batch was taken in.
struct IdCookie {
  enum class Use : std::uint8_t { none, set, used } use = Use::none;
  std::string visitor = {};  ///< with `set`: the value
};

/// Whether page and collector share a site: `origin` and `host` (the headers, as sent) both lie in one domain
/// of the site. A request without Origin does not say so, neither does `null`.
[[nodiscard]] bool shares_site(const artefact::Site& site, std::string_view origin, std::string_view host);

/// 1–64 characters of A–Z a–z 0–9 _ -: what the cookie may hold.
[[nodiscard]] bool is_cookie_id(std::string_view id);

/// The id in a Cookie header (RFC 6265, 4.2), a view into it; empty when there is none that is_cookie_id().
/// The name is compared byte for byte; of several the first good one counts.
[[nodiscard]] std::string_view id_in(std::string_view cookie, std::string_view site_key);

/// The Path: where a same-origin proxy serves the collector under a prefix, only the page knows it and says
/// `?path=/prefix`. "/v1" without one; nothing when the prefix does not begin with '/', has other characters
/// than A–Z a–z 0–9 / _ . - or more than 128 bytes.
[[nodiscard]] std::optional<std::string> cookie_path(std::string_view query);

/// The values of Set-Cookie. `origin` decides about Secure. 395 days, within the 13 months of
/// docs/privacy.md.
[[nodiscard]] std::string cookie_with(std::string_view site_key, std::string_view id, std::string_view path,
                                      std::string_view origin);
[[nodiscard]] std::string expired_cookie(std::string_view site_key, std::string_view path,
                                         std::string_view origin);

}  // namespace etappe::collect
