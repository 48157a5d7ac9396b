// A further policy never allows more, and a policy that names nothing we ask about allows everything.

#include <cstdlib>

#include "server/probe/csp.hpp"

using namespace etappe::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view header = text.substr(0, text.find('\n'));
  const auto ask = [](const std::vector<Policy>& policies) {
    return allowed_by(policies, "https://track.shop.example/t/shop1.js", "abc",
                      "https://track.shop.example/v1/events", "https://shop.example/a");
  };
  const auto policies = policies_in(header);
  const Allowed all = ask(policies);
  for (const Policy& policy : policies) {
    const Allowed one = ask({policy});
    if ((all.script && !one.script) || (all.connection && !one.connection) || (all.wasm && !one.wasm))
      std::abort();
  }
  const Allowed none =
      ask(policies_in("img-src " + std::string(header.substr(0, header.find_first_of(";,")))));
  if (!none.script || !none.connection || !none.wasm) std::abort();
  return 0;
}
