#pragma once
// What a page says of itself while somebody checks its installation: the tracker asks for its own file once
// more, with `?check=TOKEN&engine=…&consent=…&policy=…&csp=…&events=…&v=…` (docs/live-check.md). Outside
// text: whatever is not of that form is no report, and nothing of it is ever sent back to the page.

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "server/live/short_text.hpp"

namespace etappe::live {

/// Which build of the tracker runs: the page's policy or browser may refuse WebAssembly.
enum class Engine : std::uint8_t { wasm, js };

struct CheckReport {
  event::TimeMs at;     ///< set by the board
  ShortText<64> host;   ///< of the page, from the Referer; set by the board
  ShortText<64> token;  ///< 16 to 64 of A–Z, a–z, 0–9, '-', '_'
  Engine engine = Engine::wasm;
  consent::States consent;
  ShortText<32> violated;       ///< the first directive of the page's policy that was violated; empty: none
  std::uint32_t events = 0;     ///< sent so far
  std::uint32_t container = 0;  ///< version of the container, 0: none
};

/// The report in a query; nothing when `check` is missing or any parameter that is there is not of its form.
/// Parameters it does not know are passed over. Pure.
[[nodiscard]] std::optional<CheckReport> check_report(std::string_view query);

}  // namespace etappe::live
