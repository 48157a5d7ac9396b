#pragma once
// What is taken out of every event before it is written anywhere: e-mail addresses, phone numbers and secrets
// that sites put into their own addresses, titles and properties. Everything else stays byte for byte, click
// ids and campaign values above all.
//
// It knows secrets by the name of their parameter, and e-mail addresses and JSON web tokens by their look,
// also percent-encoded. It cannot know that ?q=… holds somebody's name: docs/privacy.md says so. Pure
// functions: what was not changed is returned as it was, what was changed lives in `scratch`.

#include <string_view>

#include "core/codec/batch.hpp"
#include "core/event/event.hpp"
#include "server/collect/scratch.hpp"

namespace etappe::collect {

inline constexpr std::string_view kEmailMark = "[email]";
inline constexpr std::string_view kPhoneMark = "[phone]";
inline constexpr std::string_view kSecretMark = "[redacted]";

/// An address: user and password before the host are dropped; path segments, query and fragment values are
/// replaced whole by a mark.
[[nodiscard]] std::string_view redact_url(std::string_view url, Scratch& scratch);
/// Free text: each e-mail address and token in it is replaced.
[[nodiscard]] std::string_view redact_text(std::string_view text, Scratch& scratch);
/// The value of a named thing: a query parameter or a property.
[[nodiscard]] std::string_view redact_value(std::string_view name, std::string_view value, Scratch& scratch);

/// All texts of an event. U+0000 in any of them becomes U+FFFD. `lists` holds the event's items and props and
/// is changed.
void redact_event(event::EventView& event, codec::Lists& lists, Scratch& scratch);

}  // namespace etappe::collect
