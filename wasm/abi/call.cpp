#include "wasm/abi/call.hpp"

namespace etappe::abi {

bool CallReader::read(std::span<const std::byte> bytes, event::Type type) {
  event_ = {};
  event_.type = type;
  prop_count_ = item_count_ = path_count_ = 0;
  while (!bytes.empty()) {
    if (bytes.size() < 3) {
      return false;
    }
    const auto length = std::to_integer<std::size_t>(bytes[1]) | std::to_integer<std::size_t>(bytes[2]) << 8U;
    if (bytes.size() - 3 < length) {
      return false;
    }
    const auto* const begin = reinterpret_cast<const char*>(bytes.data() + 3);
    if (!take(static_cast<Field>(bytes[0]), {begin, length})) {
      return false;
    }
    bytes = bytes.subspan(3 + length);
  }
  return true;
}

bool CallReader::take(Field field, std::string_view text) {
  // Beyond these lengths the collector refuses the whole event; the beginning of a text is worth more than that.
  const bool is_prop = field == Field::prop_text;
  const std::string_view kept = tracker::beginning(text, is_prop ? event::kMaxPropBytes : event::kMaxNameBytes);
  switch (field) {
    case Field::url: event_.url = text; break;
    case Field::referrer: event_.referrer = text; break;
    case Field::title: event_.title = text; break;
    case Field::name: event_.name = kept; break;
    case Field::value: event_.value = text; break;
    case Field::currency: event_.currency = text; break;
    case Field::quantity: event_.quantity = tracker::read_count(text); break;
    case Field::order_id: event_.order_id = text; break;
    case Field::funnel: event_.funnel = kept; break;
    case Field::step: event_.step = kept; break;
    case Field::engagement: event_.engagement_ms = tracker::read_count(text); break;
    case Field::scroll: event_.scroll = static_cast<std::uint8_t>(tracker::read_count(text)); break;
    case Field::person: event_.person = text; break;
    case Field::prop_key:
      if (prop_count_ == props_.size()) {
        return false;
      }
      props_[prop_count_++] = {.key = kept, .value = {}};
      break;
    case Field::prop_text:
    case Field::prop_number:
    case Field::prop_boolean:
      if (prop_count_ == 0) {
        return false;
      }
      props_[prop_count_ - 1].value = kept;
      props_[prop_count_ - 1].kind =
          static_cast<event::PropKind>(static_cast<int>(field) - static_cast<int>(Field::prop_text));
      break;
    case Field::item_id:
      if (item_count_ == items_.size()) {
        return false;
      }
      items_[item_count_++] = {.id = kept, .name = {}, .price = {}};
      break;
    case Field::item_name:
    case Field::item_price:
    case Field::item_quantity: {
      if (item_count_ == 0) {
        return false;
      }
      event::ItemView& item = items_[item_count_ - 1];
      if (field == Field::item_name) {
        item.name = kept;
      } else if (field == Field::item_price) {
        item.price = text;
      } else {
        item.quantity = tracker::read_count(text);
      }
      break;
    }
    case Field::data_layer:
      if (path_count_ == paths_.size()) {
        return false;
      }
      paths_[path_count_++] = text;
      break;
  }
  return true;
}

tracker::CallView CallReader::call() const {
  tracker::CallView call{.event = event_, .data_layer = {paths_.data(), path_count_}};
  call.event.props = {props_.data(), prop_count_};
  call.event.items = {items_.data(), item_count_};
  return call;
}

}  // namespace etappe::abi
