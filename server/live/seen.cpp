#include "server/live/seen.hpp"

#include <algorithm>
#include <memory>

#include "core/campaign/campaign.hpp"
#include "core/codec/envelope.hpp"
#include "core/url/url.hpp"

namespace etappe::live {

namespace {

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("-._:[]").find(c) != std::string_view::npos;
}

SeenEvent seen(const codec::EnvelopeView& envelope) {
  SeenEvent one;
  one.at = envelope.received_at;
  one.type = envelope.event.type;
  one.consent = envelope.event.consent;
  one.name = ShortText<48>(envelope.event.name.empty() ? envelope.event.step : envelope.event.name);
  if (const auto url = url::split(envelope.event.url)) {
    one.host = ShortText<64>(url->host);
    one.path = ShortText<128>(url->path);
    one.has_campaign = campaign::announces_campaign(*url);
  }
  return one;
}

}  // namespace

std::vector<SeenEvent> seen_in(std::span<const std::vector<std::byte>> envelopes) {
  if (envelopes.size() > kEvents) envelopes = envelopes.last(kEvents);
  std::vector<SeenEvent> events;
  events.reserve(envelopes.size());
  codec::Lists lists;
  for (const auto& bytes : envelopes) {
    if (const auto envelope = codec::read_envelope(bytes, lists)) events.push_back(seen(*envelope));
  }
  return events;
}

std::string_view host_in(std::string_view header, std::span<char> space) {
  if (header == "null") return "null";
  const auto url = url::split(header);
  if (!url || url->host.size() > space.size()) return {};
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto end = std::ranges::transform(url->host, space.begin(), lower).out;
  if (!std::all_of(space.begin(), end, is_host_char)) return {};
  return {space.data(), url->host.size()};
}

}  // namespace etappe::live
