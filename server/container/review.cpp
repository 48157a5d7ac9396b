// What a container says that cannot be meant: references that lead nowhere, tags that never fire, names that
// nothing uses.
#include <algorithm>
#include <set>

#include "server/container/author.hpp"

namespace etappe::container {
namespace {

using namespace rules::layout;

class Review {
 public:
  Review(const Author& author, Problems& problems) : author_(author), problems_(problems) {}

  void all() {
    for (const Trigger& trigger : author_.triggers) review_trigger(trigger);
    for (const Tag& tag : author_.tags) review_tag(tag);
    for (const Trigger& trigger : author_.triggers) {
      if (!used_triggers_.contains(trigger.name)) {
        problems_.warning("trigger " + in_quotes(trigger.name), "no tag uses it; it is left out");
      }
    }
    for (const Variable& variable : author_.variables) {
      if (!used_variables_.contains(variable.name)) {
        problems_.warning("variable " + in_quotes(variable.name),
                          "nothing that fires uses it; it is left out");
      }
    }
    if (author_.tags.empty()) problems_.warning("container: tags", "is empty; nothing will ever fire");
  }

 private:
  void review_trigger(const Trigger& trigger) {
    for (std::size_t index = 0; index < trigger.conditions.size(); ++index) {
      const std::string place =
          "trigger " + in_quotes(trigger.name) + ": conditions[" + std::to_string(index) + ']';
      review_condition(trigger.conditions[index], place);
    }
  }

  void review_condition(const Condition& condition, const std::string& place) {
    const Variable* variable = find_variable(condition.variable, place + ": variable");
    if (variable == nullptr) return;
    if (condition.value.empty() && condition.op != Operator::equals) {
      const bool negated = (condition.flags & kNot) != 0;
      problems_.warning(place + ": value", negated ? "is empty, so that the condition never holds"
                                                   : "is empty, so that the condition always holds");
    }
    const bool from_the_start = condition.op == Operator::equals || condition.op == Operator::starts_with;
    if (variable->type == VariableType::url && variable->part == Part::path && from_the_start &&
        !condition.value.empty() && condition.value.front() != '/') {
      problems_.warning(place + ": value",
                        "is " + in_quotes(condition.value) + ", but a path begins with \"/\"");
    }
  }

  void review_tag(const Tag& tag) {
    const std::string place = "tag " + in_quotes(tag.name);
    if (tag.triggers.empty()) {
      problems_.error(place + ": triggers", "is empty, so that the tag never fires; name a trigger");
    }
    for (const std::string& name : tag.triggers) {
      use_trigger(name, place + ": triggers");
      if (std::find(tag.exceptions.begin(), tag.exceptions.end(), name) != tag.exceptions.end()) {
        problems_.warning(place + ": exceptions",
                          in_quotes(name) + " is among the triggers too, and never fires it");
      }
    }
    for (const std::string& name : tag.exceptions) use_trigger(name, place + ": exceptions");
    for (const auto& [key, parameter] : parameters_of(tag)) {
      if (parameter->kind != Parameter::Kind::variable) continue;
      use_variable(parameter->text, place + ": parameters." + std::string(key));
    }
    review_money(tag, place);
  }

  void review_money(const Tag& tag, const std::string& place) {
    if (tag.value.kind != Parameter::Kind::absent && tag.currency.kind == Parameter::Kind::absent) {
      problems_.warning(place + ": parameters.value", "has no currency beside it; add \"currency\"");
    }
    if (tag.order_id.kind == Parameter::Kind::literal) {
      problems_.warning(place + ": parameters.order_id",
                        "is always the same, so that only the first conversion counts; use a variable");
    }
    if (tag.repeat == rules::Repeat::every_time && tag.order_id.kind == Parameter::Kind::absent) {
      problems_.warning(place + ": repeat",
                        "is every_time without an order_id, so that a page loaded again counts again");
    }
  }

  const Variable* find_variable(const std::string& name, const std::string& place) {
    const Variable* variable = find_named(author_.variables, name);
    if (variable == nullptr) {
      problems_.error(place, "there is no variable " + in_quotes(name) + "; define it under \"variables\"");
    }
    return variable;
  }

  void use_variable(const std::string& name, const std::string& place) {
    if (find_variable(name, place) != nullptr) used_variables_.insert(name);
  }

  void use_trigger(const std::string& name, const std::string& place) {
    const Trigger* trigger = find_named(author_.triggers, name);
    if (trigger == nullptr) {
      problems_.error(place, "there is no trigger " + in_quotes(name) + "; define it under \"triggers\"");
      return;
    }
    used_triggers_.insert(name);
    for (const Condition& condition : trigger->conditions) used_variables_.insert(condition.variable);
  }

  const Author& author_;
  Problems& problems_;
  std::set<std::string> used_triggers_;
  std::set<std::string> used_variables_;
};

}  // namespace

void review(const Author& author, Problems& problems) { Review(author, problems).all(); }

}  // namespace etappe::container
