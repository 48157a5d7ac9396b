#pragma once
// What a page's Content-Security-Policy lets the tracker do: load its file, send to the collector, compile
// WebAssembly. The parts of https://www.w3.org/TR/CSP3/ that decide these three questions: source lists,
// fallbacks between directives, nonces, 'strict-dynamic'. Hashes of external scripts and report-only policies
// are not looked at. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace etappe::probe {

/// One serialized policy.
class Policy {
 public:
  explicit Policy(std::string_view text);

  /// `nonce` is that of the script element, empty: none. `page` is the page's address.
  [[nodiscard]] bool allows_script(std::string_view url, std::string_view nonce, std::string_view page) const;
  [[nodiscard]] bool allows_connection(std::string_view url, std::string_view page) const;
  [[nodiscard]] bool allows_wasm() const;

 private:
  struct Directive {
    std::string name;  ///< lower-case
    std::vector<std::string> sources;
  };
  [[nodiscard]] const Directive* first_of(std::initializer_list<std::string_view> names) const;
  std::vector<Directive> directives_;
};

/// The policies of a header's value, which may hold several, separated by commas.
[[nodiscard]] std::vector<Policy> policies_in(std::string_view header);

/// Every policy of a page must allow a thing.
struct Allowed {
  bool script = true;
  bool connection = true;
  bool wasm = true;
};
[[nodiscard]] Allowed allowed_by(const std::vector<Policy>& policies, std::string_view script_url,
                                 std::string_view nonce, std::string_view collector_url,
                                 std::string_view page);

}  // namespace etappe::probe
