// Whatever body arrives, what is kept of it is readable, bounded, and keeps the promises of policy: no id
// without a grant, nothing from the future, no U+0000. A binary body may come by as well.

#include <cstdlib>
#include <memory>

#include "core/codec/envelope.hpp"
#include "server/collect/intake.hpp"
#include "server/collect/json_batch.hpp"

using namespace etappe;

namespace {

void demand(bool condition) {
  if (!condition) std::abort();
}

std::shared_ptr<const artefact::SiteTable> table() {
  artefact::Site site;
  site.key = "s1";
  return artefact::SiteTable::of({site});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto sites = table();
  static const auto lists = std::make_unique<codec::Lists>();
  const auto bytes = std::as_bytes(std::span(data, size));
  static_cast<void>(collect::has_lone_surrogate({reinterpret_cast<const char*>(data), size}));

  collect::Arrival arrival;
  arrival.received_at = event::TimeMs(std::chrono::milliseconds(1'777'629'600'000));
  const auto intake = collect::take_in(bytes, arrival, *sites, {});
  if (!intake) return 0;
  demand(intake->records.size() == intake->ids.size());
  demand(intake->records.size() + intake->rejected.size() <= codec::kMaxEvents);
  for (std::size_t i = 0; i < intake->records.size(); ++i) {
    const auto envelope = codec::read_envelope(intake->records[i], *lists);
    demand(envelope.has_value());
    demand(envelope->event.id == intake->ids[i]);
    demand(envelope->event.time <= arrival.received_at);
    const bool granted = envelope->event.consent.analytics == consent::State::granted;
    demand(granted || (envelope->event.visitor.empty() && envelope->event.session.empty() &&
                       envelope->event.person.empty()));
    demand(envelope->event.person.empty() || envelope->event.person.size() == 32);
    for (const std::string_view text : {envelope->event.url, envelope->event.title, envelope->event.name}) {
      demand(text.find('\0') == std::string_view::npos);
      demand(event::is_utf8(text));
    }
  }
  return 0;
}
