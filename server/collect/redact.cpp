#include "server/collect/redact.hpp"

#include <array>
#include <string>

namespace etappe::collect {

namespace {

std::string_view without_nul(std::string_view text, Scratch& scratch) {
  if (text.find('\0') == std::string_view::npos) return text;
  std::string replaced;
  for (const char c : text) {
    if (c == '\0') {
      replaced += "\xEF\xBF\xBD";
    } else {
      replaced += c;
    }
  }
  return scratch.keep(std::move(replaced));
}

}  // namespace

void redact_event(event::EventView& event, codec::Lists& lists, redact::RulesView rules, Scratch& scratch) {
  const auto clean = [&](std::string_view& text) { text = without_nul(text, scratch); };
  std::array<char, event::kMaxUrlBytes> memory;
  const auto room = [&](std::size_t most) { return std::span(memory).first(most); };
  const auto keep = [&](std::string_view& text, std::string_view redacted) {
    if (redacted.data() != text.data()) text = scratch.keep(std::string(redacted));
  };
  const auto redact_name = [&](std::string_view& name) {
    keep(name, redact::redact_text(name, room(event::kMaxNameBytes)));
  };

  for (std::string_view* text : {&event.url, &event.referrer, &event.title, &event.visitor, &event.session,
                                 &event.name, &event.funnel, &event.step, &event.order_id, &event.tag}) {
    clean(*text);
  }
  keep(event.url, redact::redact_url(event.url, rules, room(event::kMaxUrlBytes)));
  keep(event.referrer, redact::redact_url(event.referrer, rules, room(event::kMaxUrlBytes)));
  keep(event.title, redact::redact_text(event.title, room(event::kMaxTitleBytes)));
  for (std::string_view* name : {&event.name, &event.funnel, &event.step}) redact_name(*name);
  for (std::size_t i = 0; i < event.props.size(); ++i) {
    event::PropView& prop = lists.props[i];
    clean(prop.key);
    clean(prop.value);
    keep(prop.value, redact::redact_value(prop.key, prop.value, rules, room(event::kMaxPropBytes)));
    redact_name(prop.key);
  }
  for (std::size_t i = 0; i < event.items.size(); ++i) {
    event::ItemView& item = lists.items[i];
    clean(item.id);
    clean(item.name);
    redact_name(item.name);
  }
}

}  // namespace etappe::collect
