// Triggers of the author's form.
#include <nlohmann/json.hpp>

#include "server/container/author_reader.hpp"
#include "server/container/pattern.hpp"

namespace etappe::container {

using event::kMaxNameBytes;
using nlohmann::json;
using namespace rules::layout;
using rules::Occasion;

namespace {

/// In the order of rules::Occasion.
const std::initializer_list<std::string_view> kOccasions = {
    "page_view", "event",      "consent",     "init",           "dom_ready",    "window_loaded",
    "click",     "link_click", "form_submit", "history_change", "scroll_depth", "visibility",
    "timer",     "engagement", "js_error",    "group"};

/// In the order of layout::Operator; those up to `selector` but the comparisons of numbers can be negated,
/// those up to `matches` can ignore case.
constexpr std::array<std::string_view, 10> kOperators = {
    "equals", "contains",      "starts_with", "ends_with",        "matches",
    "less",   "less_or_equal", "greater",     "greater_or_equal", "selector"};

constexpr std::uint32_t kDay = 86'400'000;  // milliseconds
constexpr std::uint32_t kMostPixels = 1'000'000;

bool read_operator(std::string_view text, Condition& condition) {
  constexpr std::string_view kNotPrefix = "not_";
  constexpr std::string_view kIgnoreSuffix = "_ignore_case";
  if (text.starts_with(kNotPrefix)) {
    condition.flags |= kNot;
    text.remove_prefix(kNotPrefix.size());
  }
  if (text.ends_with(kIgnoreSuffix)) {
    condition.flags |= kIgnoreCase;
    text.remove_suffix(kIgnoreSuffix.size());
  }
  const auto* const name = std::ranges::find(kOperators, text);
  if (name == kOperators.end()) return false;
  condition.op = static_cast<Operator>(name - kOperators.begin());
  const bool compares = condition.op > Operator::matches && condition.op < Operator::selector;
  if (compares && condition.flags != 0) return false;
  return condition.op <= Operator::matches || (condition.flags & kIgnoreCase) == 0;
}

std::string operators_allowed() {
  return one_of({"equals", "contains", "starts_with", "ends_with", "matches", "selector"}) +
         ", with not_ in front to negate and, but for selector, _ignore_case behind to ignore case; or " +
         one_of({"less", "less_or_equal", "greater", "greater_or_equal"});
}

}  // namespace

void AuthorReader::read_trigger(const json& value, std::size_t index) {
  Trigger trigger;
  ObjectReader object = begin(value, index, "trigger", trigger, author_.triggers);
  object.require("on");
  const auto on = object.choice("on", kOccasions);
  if (!on) return;
  trigger.occasion = static_cast<Occasion>(*on);
  read_occasion_fields(object, trigger);
  if (trigger.occasion != Occasion::group) {
    object.each("conditions", [&](const json& condition, std::size_t number) {
      read_condition(condition, object.place() + ": conditions[" + std::to_string(number) + ']', trigger);
    });
  }
  object.done();
  author_.triggers.push_back(std::move(trigger));
}

void AuthorReader::read_occasion_fields(ObjectReader& object, Trigger& trigger) {
  Listening& listening = trigger.listening;
  switch (trigger.occasion) {
    case Occasion::event: {
      const json* pattern = object.find("event_matches");
      if (pattern == nullptr) {
        trigger.event = object.required_text("event", kMaxNameBytes);
        break;
      }
      trigger.event = object.required_text("event_matches", kMaxPatternBytes);
      trigger.flags |= trigger::kEventIsPattern;
      break;
    }
    case Occasion::link_click:
    case Occasion::form_submit:
      if (object.flag("only_followed")) trigger.flags |= trigger::kOnlyFollowed;
      break;
    case Occasion::scroll_depth:
      listening.thresholds = object.numbers("percent", 1, 100);
      listening.pixels = object.numbers("pixels", 1, kMostPixels);
      listening.horizontal = object.choice("axis", {"vertical", "horizontal"}).value_or(0) == 1;
      if (listening.thresholds.empty() && listening.pixels.empty()) {
        object.error("percent", "is missing, and so is pixels; say how far is far enough");
      }
      break;
    case Occasion::visibility:
      listening.selector = object.required_text("selector", kMaxValueBytes);
      listening.percent = static_cast<std::uint32_t>(object.number("percent", 1, 100).value_or(50));
      listening.milliseconds = static_cast<std::uint32_t>(object.number("milliseconds", 0, kDay).value_or(0));
      listening.once =
          static_cast<std::uint32_t>(object.choice("once", {"page", "element", "never"}).value_or(0));
      break;
    case Occasion::timer:
      object.require("milliseconds");
      listening.milliseconds =
          static_cast<std::uint32_t>(object.number("milliseconds", 100, kDay).value_or(kDay));
      listening.limit = static_cast<std::uint32_t>(object.number("limit", 0, 1'000'000).value_or(1));
      break;
    case Occasion::engagement:
      object.require("milliseconds");
      listening.thresholds = object.numbers("milliseconds", 100, kDay);
      break;
    case Occasion::group:
      object.require("triggers");
      trigger.members = object.texts("triggers", kMaxNameBytes);
      break;
    default: break;
  }
}

void AuthorReader::read_condition(const json& value, std::string place, Trigger& trigger) {
  ObjectReader object(value, std::move(place), problems_);
  Condition condition;
  condition.variable = object.required_text("variable", kMaxNameBytes);
  const std::string op = object.required_text("operator", kMaxNameBytes);
  if (!op.empty() && !read_operator(op, condition)) {
    object.error("operator", "is " + in_quotes(op) + "; write " + operators_allowed());
  }
  object.require("value");
  const json* operand = object.find("value");
  if (operand != nullptr && operand->is_object()) {
    ObjectReader reference(*operand, object.at("value"), problems_);
    condition.value = reference.required_text("variable", kMaxNameBytes);
    condition.flags |= kValueIsVariable;
    reference.done();
    if (condition.op == Operator::matches || condition.op == Operator::selector) {
      object.error("value",
                   "is a variable; a pattern or selector has to be written down, so that it can be checked");
    }
  } else {
    condition.value = object.any_text("value", kMaxValueBytes);
  }
  object.done();
  trigger.conditions.push_back(std::move(condition));
}

}  // namespace etappe::container
