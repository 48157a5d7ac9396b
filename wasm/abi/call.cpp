#include "wasm/abi/call.hpp"

namespace etappe::abi {

namespace {

struct TextField {
  Field field;
  std::uint16_t
      limit;  ///< beyond it the collector refuses the whole event; a text's beginning is worth more than that
  std::string_view event::EventView::*member;
};
constexpr TextField kTextFields[] = {
    {Field::url, UINT16_MAX, &event::EventView::url},
    {Field::referrer, UINT16_MAX, &event::EventView::referrer},
    {Field::title, UINT16_MAX, &event::EventView::title},
    {Field::name, event::kMaxNameBytes, &event::EventView::name},
    {Field::value, UINT16_MAX, &event::EventView::value},
    {Field::currency, UINT16_MAX, &event::EventView::currency},
    {Field::order_id, UINT16_MAX, &event::EventView::order_id},
    {Field::funnel, event::kMaxNameBytes, &event::EventView::funnel},
    {Field::step, event::kMaxNameBytes, &event::EventView::step},
    {Field::person, UINT16_MAX, &event::EventView::person},
};

}  // namespace

bool CallReader::read(std::span<const std::byte> bytes, event::Type type) {
  call_ = {};
  call_.event.type = type;
  cut_ = false;
  prop_count_ = item_count_ = path_count_ = 0;
  prop_ = nullptr;
  item_ = nullptr;
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
  call_.props = props_.first(prop_count_);
  call_.items = items_.first(item_count_);
  call_.data_layer = paths_.first(path_count_);
  return true;
}

[[gnu::noinline]] std::size_t CallReader::next(std::size_t& used, std::size_t limit) {
  const std::size_t at = used;
  if (at == limit) {
    cut_ = true;
  } else {
    ++used;
  }
  return at;
}

bool CallReader::take(Field field, std::string_view text) {
  for (const TextField& known : kTextFields) {
    if (field == known.field) {
      call_.event.*known.member = tracker::beginning(text, known.limit);
      return true;
    }
  }
  const std::string_view name = tracker::beginning(text, event::kMaxNameBytes);
  const std::uint32_t count = tracker::read_count(text);
  switch (field) {
    case Field::quantity: call_.event.quantity = count; break;
    case Field::engagement: call_.event.engagement_ms = count; break;
    case Field::scroll: call_.event.scroll = static_cast<std::uint8_t>(count); break;
    case Field::prop_key:
      prop_ = &props_[next(prop_count_, event::kMaxProps)];
      *prop_ = {.key = name, .value = {}};
      break;
    case Field::prop_text:
    case Field::prop_number:
    case Field::prop_boolean:
      if (prop_ == nullptr) {
        return false;
      }
      prop_->value =
          tracker::beginning(text, field == Field::prop_text ? event::kMaxPropBytes : event::kMaxNameBytes);
      prop_->kind =
          static_cast<event::PropKind>(static_cast<int>(field) - static_cast<int>(Field::prop_text));
      break;
    case Field::item_id:
      item_ = &items_[next(item_count_, event::kMaxItems)];
      *item_ = {.id = name, .name = {}, .price = {}};
      break;
    case Field::item_name:
    case Field::item_price:
    case Field::item_quantity:
      if (item_ == nullptr) {
        return false;
      }
      if (field == Field::item_name) {
        item_->name = name;
      } else if (field == Field::item_price) {
        item_->price = text;
      } else {
        item_->quantity = count;
      }
      break;
    case Field::data_layer: paths_[next(path_count_, kMaxPaths)] = text; break;
    default: break;
  }
  return true;
}

}  // namespace etappe::abi
