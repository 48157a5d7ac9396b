#include "core/rules/features.hpp"
#include "core/rules/layout.hpp"
#include "core/rules/match.hpp"
#include "core/rules/pattern.hpp"
#include "core/rules/rules.hpp"
#include "core/rules/values.hpp"

namespace etappe::rules {

using namespace layout;

namespace {

/// Which share of the visitors, in ten thousandths, this one belongs to, for one tag: FNV-1a.
std::uint32_t place_of(std::string_view visitor, std::string_view tag) {
  std::uint32_t hash = 2166136261U;
  for (const std::string_view text : {visitor, tag}) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return (hash ^ hash >> 16U) % more_of_tag::kWholeShare;
}

}  // namespace

/// One happening against one container. Every trigger is decided once, before the tags ask.
class ContainerView::Run {
 public:
  Run(const ContainerView& container, const Happening& happening, Outcome& outcome)
      : container_(container), happening_(happening), outcome_(outcome), values_(container, happening) {}

  void decide() {
    decide_triggers();
    std::size_t entry_at = container_.entries_.offset;
    for (std::size_t index = 0; index < container_.tags_.count; ++index) {
      const std::size_t at = container_.tags_.offset + index * tag::kSize;
      const bool triggered = any_set_off(entry_at, container_.u16(at + tag::kTriggers));
      const bool excepted = any_set_off(entry_at, container_.u16(at + tag::kExceptions));
      if (!triggered) continue;
      if (!excepted) {
        attempt(index, at);
      } else if constexpr (kFullRules) {
        hold(index, Reason::exception);
      }
    }
  }

  /// A tag that is to fire; false when it is held back.
  bool attempt(std::size_t index, std::size_t at) {
    const unsigned lacking = container_.u8(at + tag::kConsent) & ~granted();
    if constexpr (kFullRules) {
      if (container_.full_) return attempt_in_full(index, at, lacking);
    }
    if (lacking != 0) {
      hold(index, Reason::consent, lacking);
    } else {
      report(index, at);
    }
    return lacking == 0;
  }

 private:
  void decide_triggers() {
    std::size_t condition_at = container_.conditions_.offset;
    for (std::size_t index = 0; index < container_.triggers_.count; ++index) {
      const std::size_t at = container_.triggers_.offset + index * trigger::kSize;
      bool off = happens(index, at);
      const std::size_t end = condition_at + container_.u16(at + trigger::kConditions) * condition::kSize;
      for (; condition_at < end; condition_at += condition::kSize) off = off && holds(condition_at);
      set_off_[index] = off;
    }
    if constexpr (kFullRules) {
      if (around().seen != nullptr) decide_groups(*around().seen);
    }
  }

  /// Whether the trigger is for what happens, before its conditions are asked.
  bool happens(std::size_t index, std::size_t at) const {
    if (container_.u8(at + trigger::kOccasion) != static_cast<unsigned>(happening_.occasion)) return false;
    if constexpr (kFullRules) {
      if (around().trigger != kEveryTrigger && around().trigger != index) return false;
      if (around().prevented && (container_.u8(at + trigger::kFlags) & trigger::kOnlyFollowed) != 0)
        return false;
    }
    if (happening_.occasion != Occasion::event) return true;
    const std::string_view name = container_.text(at + trigger::kEvent);
    if constexpr (kFullRules) {
      if ((container_.u8(at + trigger::kFlags) & trigger::kEventIsPattern) != 0)
        return pattern_found(name, happening_.event_name);
    }
    return event::is_same(name, happening_.event_name);
  }

  /// A group's members stand in the place of its event's name: their numbers, two bytes each.
  void decide_groups(TriggerSet& seen) {
    for (std::size_t index = 0; index < container_.triggers_.count; ++index) {
      if (set_off_[index]) seen.set(index);
    }
    for (std::size_t index = 0; index < container_.triggers_.count; ++index) {
      const std::size_t at = container_.triggers_.offset + index * trigger::kSize;
      if (container_.u8(at + trigger::kOccasion) != static_cast<unsigned>(Occasion::group) || seen[index])
        continue;
      const std::size_t first = container_.texts_.offset + container_.u16(at + trigger::kEvent);
      const std::size_t end = first + container_.u16(at + trigger::kEvent + 2);
      bool all = true;
      for (std::size_t member = first; member < end; member += 2) all = all && seen[container_.u16(member)];
      set_off_[index] = all;
      if (all) seen.set(index);
    }
  }

  bool holds(std::size_t at) {
    Memory memory;
    const auto op = static_cast<Operator>(container_.u8(at + condition::kOperator));
    const unsigned flags = container_.u8(at + condition::kFlags);
    std::string_view value;
    if constexpr (kFullRules) {
      if (op == Operator::selector) {
        const Facts* const facts = happening_.facts;
        return (facts != nullptr && facts->element_matches(container_.text(at + condition::kValue))) !=
               ((flags & kNot) != 0);
      }
      if ((flags & kValueIsVariable) != 0) values_.read(at + condition::kValue, memory, value);
    }
    std::string_view text;
    values_.read(at + condition::kVariable, memory, text);
    if (!kFullRules || (flags & kValueIsVariable) == 0) value = container_.text(at + condition::kValue);
    if constexpr (kFullRules) {
      if (op == Operator::matches) return pattern_found(value, text) != ((flags & kNot) != 0);
      if (op > Operator::matches) return compares(op, text, value);
    }
    return matches(op, flags, text, value);
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

  bool attempt_in_full(std::size_t index, std::size_t at, unsigned lacking) {
    const std::size_t more = container_.more_of_tags_.offset + index * more_of_tag::kSize;
    const unsigned flags = container_.u8(more + more_of_tag::kFlags);
    if (!is_time(more)) return hold(index, Reason::schedule);
    if (!is_drawn(more, container_.text(at + tag::kName))) return hold(index, Reason::share);
    if (lacking != 0)
      return hold(index, Reason::consent, lacking, (flags & more_of_tag::kSkipWithoutConsent) != 0);
    const unsigned setup = container_.u16(more + more_of_tag::kSetup);
    const bool ready = setup == kNone || attempt_chained(setup) || (flags & more_of_tag::kSetupMustFire) == 0;
    if (ready) {
      report(index, at);
    } else {
      hold(index, Reason::setup);
    }
    const unsigned cleanup = container_.u16(more + more_of_tag::kCleanup);
    if (cleanup != kNone && (ready || (flags & more_of_tag::kOnlyAfterFiring) == 0)) attempt_chained(cleanup);
    return ready;
  }

  /// A set-up or clean-up tag: its own triggers do not matter, its exceptions do.
  bool attempt_chained(std::size_t index) {
    std::size_t entry_at = container_.entries_.offset;
    std::size_t at = container_.tags_.offset;
    for (std::size_t before = 0; before < index; ++before, at += tag::kSize) {
      entry_at +=
          (container_.u16(at + tag::kTriggers) + container_.u16(at + tag::kExceptions)) * entry::kSize;
    }
    entry_at += container_.u16(at + tag::kTriggers) * entry::kSize;
    if (any_set_off(entry_at, container_.u16(at + tag::kExceptions))) return hold(index, Reason::exception);
    return attempt(index, at);
  }

  bool is_time(std::size_t more) const {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(around().now.time_since_epoch()).count();
    const std::int64_t from = container_.u32(more + more_of_tag::kFrom);
    const std::int64_t until = container_.u32(more + more_of_tag::kUntil);
    return seconds >= from && (until == 0 || seconds < until);
  }

  bool is_drawn(std::size_t more, std::string_view name) const {
    const unsigned share = container_.u16(more + more_of_tag::kShare);
    if (share == more_of_tag::kWholeShare) return true;
    if (!around().visitor.empty()) return place_of(around().visitor, name) < share;
    return happening_.facts != nullptr && happening_.facts->random() % more_of_tag::kWholeShare < share;
  }

  bool hold(std::size_t index, Reason reason, unsigned lacking = 0, bool skip = false) {
    const bool lacks_analytics = (lacking & kNeedsAnalytics) != 0;
    outcome_.held({.tag_index = static_cast<std::uint32_t>(index),
                   .tag_name = container_.tag_name(index),
                   .purpose = lacks_analytics ? consent::Purpose::analytics : consent::Purpose::marketing,
                   .reason = reason,
                   .skip = skip});
    return false;
  }

  void report(std::size_t index, std::size_t at) {
    Memory first, second, quantity, order_id;
    FiringView firing;
    event::EventView& event = firing.event;
    const auto kind = static_cast<Kind>(container_.u8(at + tag::kKind));
    if constexpr (kFullRules) firing.kind = kind;
    const bool is_step = kind == Kind::step;
    static_assert(tag::kFunnel == tag::kValue && tag::kStep == tag::kCurrency);
    event.type = is_step ? event::Type::step : event::Type::conversion;
    event.tag = container_.text(at + tag::kName);
    event.name = container_.text(at + tag::kConversion);
    values_.read(at + tag::kValue, first, is_step ? event.funnel : event.value);
    values_.read(at + tag::kCurrency, second, is_step ? event.step : event.currency);
    values_.read(at + tag::kOrderId, order_id, event.order_id);
    event.weight = static_cast<event::Weight>(container_.u8(at + tag::kWeight));
    firing.tag_index = static_cast<std::uint32_t>(index);
    firing.repeat = static_cast<Repeat>(container_.u8(at + tag::kRepeat));
    values_.read(at + tag::kQuantity, quantity, firing.quantity);
    if constexpr (kFullRules) {
      if (firing.kind >= Kind::image) return report_request(firing, index);
    }
    outcome_.fired(firing);
  }

  void report_request(FiringView& firing, std::size_t index) {
    std::array<ParameterView, event::kMaxProps> parameters;
    std::size_t count = 0;
    if (firing.kind == Kind::image) {
      parameters[count++] = {.key = {}, .value = firing.event.value};
      firing.event.value = {};
    }
    const std::size_t more = container_.more_of_tags_.offset + index * more_of_tag::kSize;
    std::size_t at =
        container_.parameters_.offset + container_.u16(more + more_of_tag::kFirst) * parameter::kSize;
    for (unsigned left = container_.u16(more + more_of_tag::kParameters); left > 0;
         --left, at += parameter::kSize) {
      ParameterView one{.key = container_.text(at + parameter::kKey), .value = {}};
      values_.read(at + parameter::kVariable, {}, one.value);
      if (!one.value.empty() && count < parameters.size()) parameters[count++] = one;
    }
    firing.parameters = std::span(parameters).first(count);
    outcome_.fired(firing);
  }

  [[nodiscard]] const Surroundings& around() const {
    static constexpr Surroundings kNothing;
    return happening_.around == nullptr ? kNothing : *happening_.around;
  }

  /// The granted purposes, as layout::kNeedsAnalytics and layout::kNeedsMarketing.
  [[nodiscard]] unsigned granted() const {
    const auto [analytics, marketing] = happening_.consent;
    return (analytics == consent::State::granted ? kNeedsAnalytics : 0) |
           (marketing == consent::State::granted ? kNeedsMarketing : 0);
  }

  const ContainerView& container_;
  const Happening& happening_;
  Outcome& outcome_;
  std::conditional_t<kFullRules, FullValues, BasicValues> values_;
  std::array<bool, kMaxTriggers> set_off_{};
};

void ContainerView::run(const Happening& happening, Outcome& outcome) const {
  Run(*this, happening, outcome).decide();
}

void ContainerView::fire(std::size_t tag_index, const Happening& happening, Outcome& outcome) const {
  Run(*this, happening, outcome).attempt(tag_index, tags_.offset + tag_index * tag::kSize);
}

}  // namespace etappe::rules
