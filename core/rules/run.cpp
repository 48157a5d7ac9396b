#include "core/rules/layout.hpp"
#include "core/rules/match.hpp"
#include "core/rules/rules.hpp"

namespace etappe::rules {

using namespace layout;

/// One happening against one container. Every trigger is decided once, before the tags ask.
class ContainerView::Run {
 public:
  Run(const ContainerView& container, const Happening& happening)
      : container_(container), happening_(happening), url_(url::split_trusted(happening.page_url)) {}

  void decide(Outcome& outcome) {
    decide_triggers();
    std::size_t entry_at = container_.entries_.offset;
    for (std::size_t index = 0; index < container_.tags_.count; ++index) {
      const std::size_t at = container_.tags_.offset + index * tag::kSize;
      const bool triggered = any_set_off(entry_at, container_.u16(at + tag::kTriggers));
      const bool excepted = any_set_off(entry_at, container_.u16(at + tag::kExceptions));
      if (triggered && !excepted) report(index, at, outcome);
    }
  }

 private:
  using Memory = std::array<char, kMaxQueryValueBytes>;

  void decide_triggers() {
    std::size_t condition_at = container_.conditions_.offset;
    for (std::size_t index = 0; index < container_.triggers_.count; ++index) {
      const std::size_t at = container_.triggers_.offset + index * trigger::kSize;
      bool off = container_.u8(at + trigger::kOccasion) == static_cast<unsigned>(happening_.occasion) &&
                 (happening_.occasion != Occasion::event ||
                  event::is_same(container_.text(at + trigger::kEvent), happening_.event_name));
      const std::size_t end = condition_at + container_.u16(at + trigger::kConditions) * condition::kSize;
      for (; condition_at < end; condition_at += condition::kSize) off = off && holds(condition_at);
      set_off_[index] = off;
    }
  }

  bool holds(std::size_t at) const {
    Memory memory;
    std::string_view text;
    read_value(at + condition::kVariable, memory, text);
    return matches(static_cast<Operator>(container_.u8(at + condition::kOperator)),
                   container_.u8(at + condition::kFlags), text, container_.text(at + condition::kValue));
  }

  /// Moves `entry_at` past the entries.
  bool any_set_off(std::size_t& entry_at, unsigned count) const {
    bool any = false;
    for (unsigned index = 0; index < count; ++index) {
      any = any || set_off_[container_.u16(entry_at)];
      entry_at += entry::kSize;
    }
    return any;
  }

  void report(std::size_t index, std::size_t at, Outcome& outcome) const {
    const auto tag_index = static_cast<std::uint32_t>(index);
    const std::string_view name = container_.text(at + tag::kName);
    const unsigned lacking = container_.u8(at + tag::kConsent) & ~granted();
    if (lacking != 0) {
      const bool lacks_analytics = (lacking & kNeedsAnalytics) != 0;
      outcome.held({.tag_index = tag_index,
                    .tag_name = name,
                    .purpose = lacks_analytics ? consent::Purpose::analytics : consent::Purpose::marketing});
      return;
    }
    Memory first, second, quantity, order_id;
    FiringView firing;
    event::EventView& event = firing.event;
    const bool is_step = container_.u8(at + tag::kKind) == static_cast<unsigned>(Kind::step);
    static_assert(tag::kFunnel == tag::kValue && tag::kStep == tag::kCurrency);
    event.type = is_step ? event::Type::step : event::Type::conversion;
    event.tag = name;
    event.name = container_.text(at + tag::kConversion);
    read_value(at + tag::kValue, first, is_step ? event.funnel : event.value);
    read_value(at + tag::kCurrency, second, is_step ? event.step : event.currency);
    read_value(at + tag::kOrderId, order_id, event.order_id);
    event.weight = static_cast<event::Weight>(container_.u8(at + tag::kWeight));
    firing.tag_index = tag_index;
    firing.repeat = static_cast<Repeat>(container_.u8(at + tag::kRepeat));
    read_value(at + tag::kQuantity, quantity, firing.quantity);
    outcome.fired(firing);
  }

  /// The granted purposes, as layout::kNeedsAnalytics and layout::kNeedsMarketing.
  [[nodiscard]] unsigned granted() const {
    const auto [analytics, marketing] = happening_.consent;
    return (analytics == consent::State::granted ? kNeedsAnalytics : 0) |
           (marketing == consent::State::granted ? kNeedsMarketing : 0);
  }

  /// The value of the variable that a record names at `at`; of none, what `value` is. Only a decoded query
  /// parameter needs the memory.
  void read_value(std::size_t at, Memory& memory, std::string_view& value) const {
    const unsigned index = container_.u16(at);
    if (index == kNone) return;
    at = container_.variables_.offset + index * variable::kSize;
    value = container_.text(at + variable::kText);
    const auto type = static_cast<VariableType>(container_.u8(at + variable::kType));
    if (type == VariableType::url) {
      value = part(static_cast<Part>(container_.u8(at + variable::kPart)));
    } else if (type == VariableType::query) {
      value = url::decode(url::find_param(url_.query, value).value_or(std::string_view{}), memory);
    } else if (type != VariableType::constant) {
      const Facts* const facts = happening_.facts;
      value = facts == nullptr                   ? std::string_view{}
              : type == VariableType::data_layer ? facts->data_layer(value)
                                                 : facts->event_property(value);
    }
  }

  const std::string_view& part(Part part) const {
    switch (part) {
      case Part::host: return url_.host;
      case Part::path: return url_.path;
      case Part::query: return url_.query;
      case Part::fragment: return url_.fragment;
      case Part::full: break;
    }
    return happening_.page_url;
  }

  const ContainerView& container_;
  const Happening& happening_;
  url::UrlView url_;
  std::array<bool, kMaxTriggers> set_off_{};
};

void ContainerView::run(const Happening& happening, Outcome& outcome) const {
  Run(*this, happening).decide(outcome);
}

}  // namespace etappe::rules
