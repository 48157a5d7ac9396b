#include "core/event/event.hpp"

namespace etappe::event {
namespace {

constexpr std::array<std::string_view, 12> kTypeNames = {"",        "view",       "click", "impression",
                                                         "step",    "conversion", "event", "identify",
                                                         "consent", "engagement", "error", "tag"};

/// Adds up the texts of an event and remembers the first that is too long or not UTF-8.
class TextCheck {
 public:
  void operator()(std::string_view text, std::size_t limit) {
    total_ += text.size();
    if (text.size() > limit) {
      too_long_ = true;
    } else if (!is_utf8(text)) {
      bad_utf8_ = true;
    }
  }
  [[nodiscard]] Result<void, Defect> result() const {
    if (too_long_) return fail(Defect::text_too_long);
    if (bad_utf8_) return fail(Defect::bad_utf8);
    if (total_ > kMaxEventTextBytes) return fail(Defect::event_too_large);
    return {};
  }

 private:
  std::size_t total_ = 0;
  bool too_long_ = false;
  bool bad_utf8_ = false;
};

Result<void, Defect> check_texts(const EventView& event) {
  if (event.props.size() > kMaxProps) return fail(Defect::too_many_props);
  if (event.items.size() > kMaxItems) return fail(Defect::too_many_items);
  TextCheck text;
  text(event.url, kMaxUrlBytes);
  text(event.referrer, kMaxUrlBytes);
  text(event.title, kMaxTitleBytes);
  text(event.visitor, kMaxIdBytes);
  text(event.session, kMaxIdBytes);
  text(event.person, kMaxIdBytes);
  text(event.name, kMaxNameBytes);
  text(event.funnel, kMaxNameBytes);
  text(event.step, kMaxNameBytes);
  text(event.order_id, kMaxIdBytes);
  text(event.tag, kMaxNameBytes);
  for (const ItemView& item : event.items) {
    text(item.id, kMaxNameBytes);
    text(item.name, kMaxNameBytes);
  }
  for (const PropView& prop : event.props) {
    text(prop.key, kMaxNameBytes);
    text(prop.value, kMaxPropBytes);
  }
  return text.result();
}

/// Absolute and http(s). Taking it apart is core/url's job, and enrichment's to do.
bool is_web_address(std::string_view url) {
  constexpr std::string_view kHttp = "http";
  std::size_t at = 0;
  for (; at < kHttp.size(); ++at) {
    if (at >= url.size() || (url[at] | 0x20) != kHttp[at]) return false;
  }
  if (at < url.size() && (url[at] | 0x20) == 's') ++at;
  return url.substr(at).starts_with("://") && url.size() > at + 3;
}

Result<void, Defect> check_needs(const EventView& event) {
  switch (event.type) {
    case Type::view:
      if (event.url.empty()) return fail(Defect::missing_url);
      break;
    case Type::click:
    case Type::impression:
    case Type::conversion:
    case Type::event:
    case Type::tag:
      if (event.name.empty()) return fail(Defect::missing_name);
      break;
    case Type::step:
      if (event.funnel.empty() || event.step.empty()) return fail(Defect::missing_step);
      break;
    case Type::identify:
      if (event.person.empty()) return fail(Defect::missing_person);
      break;
    case Type::consent:
    case Type::engagement:
    case Type::error: break;
  }
  if (!event.url.empty() && !is_web_address(event.url)) return fail(Defect::bad_url);
  return {};
}

bool is_currency(std::string_view text) {
  if (text.size() != 3) return false;
  for (const char c : text) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

Result<void, Defect> check_money(const EventView& event) {
  if (!event.value.empty() && !is_decimal(event.value)) return fail(Defect::bad_value);
  for (const ItemView& item : event.items) {
    if (!item.price.empty() && !is_decimal(item.price)) return fail(Defect::bad_value);
  }
  if (!event.currency.empty() && !is_currency(event.currency)) return fail(Defect::bad_currency);
  return {};
}

}  // namespace

std::string_view name_of(Type type) {
  const auto number = static_cast<std::size_t>(type);
  return number < kTypeNames.size() ? kTypeNames[number] : std::string_view{};
}

std::optional<Type> type_named(std::string_view name) {
  for (std::size_t number = 1; number < kTypeNames.size(); ++number) {
    if (kTypeNames[number] == name) return static_cast<Type>(number);
  }
  return std::nullopt;
}

std::string_view name_of(Defect defect) {
  switch (defect) {
    case Defect::missing_id: return "missing_id";
    case Defect::missing_url: return "missing_url";
    case Defect::missing_name: return "missing_name";
    case Defect::missing_step: return "missing_step";
    case Defect::missing_person: return "missing_person";
    case Defect::bad_time: return "bad_time";
    case Defect::bad_type: return "bad_type";
    case Defect::bad_value: return "bad_value";
    case Defect::bad_currency: return "bad_currency";
    case Defect::bad_url: return "bad_url";
    case Defect::bad_utf8: return "bad_utf8";
    case Defect::text_too_long: return "text_too_long";
    case Defect::too_many_props: return "too_many_props";
    case Defect::too_many_items: return "too_many_items";
    case Defect::event_too_large: return "event_too_large";
  }
  return {};
}

Result<void, Defect> check(const EventView& event) {
  if (name_of(event.type).empty()) return fail(Defect::bad_type);
  if (event.id.is_nil()) return fail(Defect::missing_id);
  if (event.time < kMinTime || event.time > kMaxTime) return fail(Defect::bad_time);
  if (const auto texts = check_texts(event); !texts) return texts;
  if (const auto needs = check_needs(event); !needs) return needs;
  return check_money(event);
}

}  // namespace etappe::event
