// Any text as an address: its parts lie within it and in order, and walking its query ends.
#include <array>

#include "core/campaign/campaign.hpp"
#include "core/url/url.hpp"
#include "tests/fuzz/core/touch.hpp"

using namespace etappe;

namespace {

/// Whether `part` lies in `text` at or after `at`, which then moves behind it.
bool follows(std::string_view text, std::string_view part, const char*& at) {
  if (part.empty()) return true;
  const bool inside = part.data() >= at && part.data() + part.size() <= text.data() + text.size();
  at = part.data() + part.size();
  return inside;
}

void walk(std::string_view query) {
  std::array<char, 64> room{};
  url::QueryReader reader(query);
  std::size_t total = 0;
  while (const auto param = reader.next()) {
    total += param->name.size() + param->value.size();
    for (const std::size_t size : {0U, 1U, 2U, 3U, 63U, 64U}) {
      const std::string_view text = url::decode(param->value, std::span(room).first(size));
      fuzz::require(text.size() <= size && text.size() <= param->value.size());
      fuzz::touch(text);
    }
    (void)url::find_param(query, param->name);
  }
  fuzz::require(total <= query.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)event::is_utf8(text);
  (void)event::is_decimal(text);
  (void)event::parse_uuid(text);
  walk(text);
  const auto url = url::split(text);
  if (!url) return 0;
  const char* at = text.data();
  for (const std::string_view part :
       {url->scheme, url->host, url->port, url->path, url->query, url->fragment}) {
    fuzz::require(follows(text, part, at));
    fuzz::touch(part);
  }
  fuzz::require(!url->host.empty() && (url->path.empty() || url->path.front() == '/'));
  fuzz::require(url::host_matches(url->host, url->host) || url->host == ".");
  walk(url->query);
  walk(url::fragment_query(url->fragment));
  for (const std::string_view field : campaign::read(*url).fields) fuzz::touch(field);
  (void)campaign::announces_campaign(*url);
  return 0;
}
