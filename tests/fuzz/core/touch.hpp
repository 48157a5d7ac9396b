#pragma once
// Makes a sanitizer look at every byte that a view promises.

#include <cstdint>
#include <string_view>

#include "core/event/event.hpp"

namespace etappe::fuzz {

inline void require(bool truth) {
  if (!truth) __builtin_trap();
}

inline void touch(std::string_view text) {
  unsigned sum = 0;
  for (const char c : text) sum += static_cast<unsigned char>(c);
  asm volatile("" : : "r"(sum));  // the reads have to happen
}

inline void touch(const event::EventView& event) {
  for (const std::string_view text :
       {event.url, event.referrer, event.title, event.visitor, event.session, event.name, event.funnel,
        event.step, event.value, event.currency, event.order_id, event.tag, event.person}) {
    touch(text);
  }
  for (const event::ItemView& item : event.items) touch(item.id), touch(item.name), touch(item.price);
  for (const event::PropView& prop : event.props) touch(prop.key), touch(prop.value);
}

/// Whether a codec has kept everything of an event.
inline bool same(const event::EventView& a, const event::EventView& b) {
  const auto same_item = [](const event::ItemView& x, const event::ItemView& y) {
    return x.id == y.id && x.name == y.name && x.price == y.price && x.quantity == y.quantity;
  };
  const auto same_prop = [](const event::PropView& x, const event::PropView& y) {
    return x.key == y.key && x.value == y.value && x.kind == y.kind;
  };
  const auto same_list = [](auto x, auto y, auto same_one) {
    if (x.size() != y.size()) return false;
    for (std::size_t index = 0; index < x.size(); ++index) {
      if (!same_one(x[index], y[index])) return false;
    }
    return true;
  };
  return a.id == b.id && a.type == b.type && a.time == b.time && a.consent == b.consent && a.url == b.url &&
         a.referrer == b.referrer && a.title == b.title && a.visitor == b.visitor && a.session == b.session &&
         a.name == b.name && a.funnel == b.funnel && a.step == b.step && a.value == b.value &&
         a.currency == b.currency && a.order_id == b.order_id && a.tag == b.tag && a.quantity == b.quantity &&
         a.engagement_ms == b.engagement_ms && a.weight == b.weight && a.scroll == b.scroll &&
         a.person == b.person && same_list(a.items, b.items, same_item) &&
         same_list(a.props, b.props, same_prop);
}

}  // namespace etappe::fuzz
