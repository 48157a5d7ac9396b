#pragma once
// What a Content-Security-Policy must allow for the snippet, for each way in which pages state such a policy
// (CSP Level 3; Trusted Types). Which way is right is the page's decision.

#include <string>
#include <string_view>
#include <vector>

namespace etappe::cli {

struct Directive {
  std::string name;                  ///< "script-src"
  std::vector<std::string> sources;  ///< to be added to what the page allows already
};

struct CspWay {
  std::string name;  ///< "hash", "nonce", "no-inline", "same-origin", "trusted-types"
  std::string when;  ///< one sentence: which page it is for, and what it asks of the page
  std::vector<Directive> directives;
  std::string snippet;  ///< what the page carries then; empty: as in any other way
};

/// "sha256-…" of the stub, without quotes.
[[nodiscard]] std::string stub_hash();

/// All ways. Where `public_url` has a path, only what lies below it is allowed. `image_hosts` are those that
/// tags of the site's container have the browser ask.
[[nodiscard]] std::vector<CspWay> csp_ways(std::string_view public_url, std::string_view site_key,
                                           const std::vector<std::string>& image_hosts = {});

/// For people, and for programs.
[[nodiscard]] std::string csp_text(const std::vector<CspWay>& ways);
[[nodiscard]] std::string csp_json(const std::vector<CspWay>& ways);

}  // namespace etappe::cli
