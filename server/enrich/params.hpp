#pragma once
// The parameters of a landing URL in the order in which they count: the query's, then the fragment's.

#include <string>
#include <string_view>
#include <vector>

#include "core/url/url.hpp"

namespace etappe::enrich {

/// Views into the URL, still percent-encoded. Parameters without a name or a value are left out; a name that
/// begins with an escaped question mark (`%3Futm_source`, seen in the wild) loses it.
[[nodiscard]] std::vector<url::ParamView> params_of(const url::UrlView& url);

/// Percent-decoded, '+' as a space; invalid UTF-8 stays as it was written.
[[nodiscard]] std::string decoded(std::string_view encoded);

[[nodiscard]] std::string lower(std::string_view text);

}  // namespace etappe::enrich
