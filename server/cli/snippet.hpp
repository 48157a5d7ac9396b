#pragma once
// What a person pastes into a website, and what a strict Content-Security-Policy must allow for it.

#include <string>
#include <string_view>

namespace etappe::cli {

/// The two script elements of README: the stub that holds calls until the tracker is there, and the tracker.
[[nodiscard]] std::string snippet(std::string_view public_url, std::string_view site_key);

/// The directives for a page with that snippet, the stub's hash, and the same without inline code.
[[nodiscard]] std::string csp_advice(std::string_view public_url, std::string_view site_key);

}  // namespace etappe::cli
