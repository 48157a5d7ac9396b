// Any two texts as landing URL and referrer: the answer names a known channel, a first network where there is
// any, and a clean URL that is no longer than the one it was made from.
#include <cstdint>
#include <cstdlib>

#include "server/enrich/channel.hpp"
#include "server/enrich/resolver.hpp"

using namespace etappe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto resolver = *enrich::Resolver::make();
  static const std::string kOwn[] = {"shop.example"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(text.find('\n'), text.size());
  const std::string_view url = text.substr(0, cut);
  const enrich::Resolution found = resolver->resolve(url, text.substr(std::min(cut + 1, text.size())), kOwn);
  if (!enrich::is_channel(found.channel)) std::abort();
  if (found.network.empty() != found.all_networks.empty()) std::abort();
  if (found.clean_url.size() > url.size()) std::abort();
  return 0;
}
