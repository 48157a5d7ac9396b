#include <utility>

#include "core/rules/layout.hpp"
#include "core/rules/match.hpp"
#include "core/rules/rules.hpp"

namespace etappe::rules {

using namespace layout;

/// One happening against one container. Every trigger is decided once, before the tags ask.
class ContainerView::Run {
 public:
  Run(const ContainerView& container, const Happening& happening)
      : container_(container),
        happening_(happening),
        url_(url::split_trusted(happening.page_url)) {}

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
                  container_.text(at + trigger::kEvent) == happening_.event_name);
      const std::size_t end = condition_at + container_.u16(at + trigger::kConditions) * condition::kSize;
      for (; condition_at < end; condition_at += condition::kSize) off = off && holds(condition_at);
      set_off_[index] = off;
    }
  }

  bool holds(std::size_t at) const {
    Memory memory;
    const std::string_view text = value_of(container_.u16(at + condition::kVariable), memory);
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
    const unsigned needs = container_.u8(at + tag::kConsent);
    for (const consent::Purpose purpose : {consent::Purpose::analytics, consent::Purpose::marketing}) {
      const bool needed = (needs & (1U << static_cast<unsigned>(purpose))) != 0;
      if (needed && happening_.consent.of(purpose) != consent::State::granted) {
        outcome.held({.tag_index = tag_index, .tag_name = name, .purpose = purpose});
        return;
      }
    }
    Memory value, currency, quantity, order_id;
    FiringView firing{.tag_index = tag_index,
                      .tag_name = name,
                      .kind = static_cast<Kind>(container_.u8(at + tag::kKind)),
                      .conversion = container_.text(at + tag::kConversion),
                      .value = value_of(container_.u16(at + tag::kValue), value),
                      .currency = value_of(container_.u16(at + tag::kCurrency), currency),
                      .quantity = value_of(container_.u16(at + tag::kQuantity), quantity),
                      .order_id = value_of(container_.u16(at + tag::kOrderId), order_id),
                      .weight = static_cast<event::Weight>(container_.u8(at + tag::kWeight)),
                      .repeat = static_cast<Repeat>(container_.u8(at + tag::kRepeat))};
    static_assert(tag::kFunnel == tag::kValue && tag::kStep == tag::kCurrency);
    if (firing.kind == Kind::step) {
      firing.funnel = std::exchange(firing.value, {});
      firing.step = std::exchange(firing.currency, {});
    }
    outcome.fired(firing);
  }

  /// The value of variable `index`, or of none. Only a decoded query parameter needs the memory.
  std::string_view value_of(unsigned index, Memory& memory) const {
    if (index == kNone) return {};
    const std::size_t at = container_.variables_.offset + index * variable::kSize;
    const std::string_view text = container_.text(at + variable::kText);
    switch (static_cast<VariableType>(container_.u8(at + variable::kType))) {
      case VariableType::constant: return text;
      case VariableType::url: return part(static_cast<Part>(container_.u8(at + variable::kPart)));
      case VariableType::query:
        return url::decode(url::find_param(url_.query, text).value_or(std::string_view{}), memory);
      case VariableType::data_layer:
        return happening_.facts == nullptr ? std::string_view{} : happening_.facts->data_layer(text);
      case VariableType::event_property:
        return happening_.facts == nullptr ? std::string_view{} : happening_.facts->event_property(text);
    }
    return {};
  }

  std::string_view part(Part part) const {
    switch (part) {
      case Part::host: return url_.host;
      case Part::path: return url_.path;
      case Part::query: return url_.query;
      case Part::fragment: return url_.fragment;
      case Part::full: return happening_.page_url;
    }
    return {};
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
