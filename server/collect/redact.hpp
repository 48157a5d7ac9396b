#pragma once
// Redaction of a whole event, before it is written anywhere: which of its texts are an address, a text or a
// property. What is taken out of each is core/redact's business, and the tracker's has done the same already;
// events of senders that skip it come here as they are.

#include "core/codec/batch.hpp"
#include "core/event/event.hpp"
#include "core/redact/redact.hpp"
#include "server/collect/scratch.hpp"

namespace etappe::collect {

/// All texts of an event. U+0000 in any of them becomes U+FFFD. A redacted text keeps within the limit of its
/// field. `lists` holds the event's items and props and is changed; what had to be rewritten lives in
/// `scratch`.
void redact_event(event::EventView& event, codec::Lists& lists, redact::RulesView rules, Scratch& scratch);

}  // namespace etappe::collect
