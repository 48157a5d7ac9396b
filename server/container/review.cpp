// What a container says that cannot be meant: references that lead nowhere or in a circle, tags that never
// fire, patterns that do not compile, names that nothing uses.
#include <algorithm>
#include <map>
#include <set>

#include "server/container/author.hpp"
#include "server/container/pattern.hpp"

namespace etappe::container {
namespace {

using namespace rules::layout;

class Review {
 public:
  Review(const Author& author, Problems& problems) : author_(author), problems_(problems) {}

  void all() {
    for (const Variable& variable : author_.variables) review_variable(variable);
    for (const Variable& variable : author_.variables) find_circle(variable);
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
  /// Every variable that `variable` leads to, with the field that names it.
  template <class Visit>
  static void each_reference(const Variable& variable, Visit visit) {
    if (!variable.input.empty()) {
      const bool is_table =
          variable.type == VariableType::lookup || variable.type == VariableType::pattern_lookup;
      visit(is_table ? "input" : "source", variable.input);
    }
    for (std::size_t index = 0; index < variable.rows.size(); ++index) {
      const std::string place =
          (variable.type == VariableType::text ? "parts[" : "rows[") + std::to_string(index) + ']';
      each_name(variable.rows[index].value, [&](const std::string& name) { visit(place, name); });
    }
  }

  template <class Visit>
  static void each_name(const Parameter& parameter, Visit visit) {
    if (parameter.kind == Parameter::Kind::variable) visit(parameter.text);
    for (const Parameter& piece : parameter.pieces) {
      if (piece.kind == Parameter::Kind::variable) visit(piece.text);
    }
  }

  void review_variable(const Variable& variable) {
    const std::string place = "variable " + in_quotes(variable.name);
    each_reference(variable, [&](const std::string& field, const std::string& name) {
      find_variable(name, place + ": " + field);
    });
    if (variable.type != VariableType::pattern_lookup) return;
    for (std::size_t index = 0; index < variable.rows.size(); ++index) {
      const bool ignore_case = (variable.flags & more_of_variable::kIgnoreCase) != 0;
      check_pattern(variable.rows[index].key, ignore_case,
                    place + ": rows[" + std::to_string(index) + "]: matches");
    }
  }

  void check_pattern(const std::string& pattern, bool ignore_case, const std::string& place) {
    if (const auto program = compile_pattern(pattern, ignore_case); !program)
      problems_.error(place, program.error());
  }

  /// How far a variable leads; 0 while it is being asked, so that a circle is met again.
  void find_circle(const Variable& variable) {
    if (depth_of(variable) > rules::kMaxDepth) {
      problems_.error(
          "variable " + in_quotes(variable.name),
          "leads to others more than " + std::to_string(rules::kMaxDepth) + " deep; take a step out");
    }
  }

  std::size_t depth_of(const Variable& variable) {
    const auto [entry, is_new] = depths_.try_emplace(variable.name, 0);
    if (!is_new) {
      if (entry->second == 0 && circles_.insert(variable.name).second) {
        problems_.error("variable " + in_quotes(variable.name),
                        "leads to itself; take it out of what it is made of");
      }
      return std::max(entry->second, std::size_t{1});
    }
    std::size_t depth = 1;
    each_reference(variable, [&](const std::string&, const std::string& name) {
      const Variable* other = find_named(author_.variables, name);
      if (other != nullptr) depth = std::max(depth, 1 + depth_of(*other));
    });
    depths_[variable.name] = depth;
    return depth;
  }

  void review_trigger(const Trigger& trigger) {
    const std::string place = "trigger " + in_quotes(trigger.name);
    if ((trigger.flags & trigger::kEventIsPattern) != 0 && trigger.occasion == rules::Occasion::event) {
      check_pattern(trigger.event, false, place + ": event_matches");
    }
    if (trigger.occasion == rules::Occasion::group) review_group(trigger, place);
    for (std::size_t index = 0; index < trigger.conditions.size(); ++index) {
      review_condition(trigger.conditions[index], place + ": conditions[" + std::to_string(index) + ']');
    }
  }

  void review_group(const Trigger& group, const std::string& place) {
    if (group.members.empty()) problems_.error(place + ": triggers", "is empty; name what has to happen");
    for (const std::string& name : group.members) {
      const Trigger* member = find_trigger(name, place + ": triggers");
      if (member != nullptr && member->occasion == rules::Occasion::group) {
        problems_.error(place + ": triggers",
                        "names the group " + in_quotes(name) + "; name its triggers instead");
      }
    }
  }

  void review_condition(const Condition& condition, const std::string& place) {
    const Variable* variable = find_variable(condition.variable, place + ": variable");
    if (variable == nullptr) return;
    if ((condition.flags & kValueIsVariable) != 0) {
      find_variable(condition.value, place + ": value");
      return;
    }
    if (condition.op == Operator::matches) {
      check_pattern(condition.value, (condition.flags & kIgnoreCase) != 0, place + ": value");
    } else if (condition.op == Operator::selector) {
      if (variable->type != VariableType::element) {
        problems_.error(place + ": variable", "is not of type element; only an element matches a selector");
      }
      if (condition.value.empty()) problems_.error(place + ": value", "is empty; write a selector");
    } else if (condition.op <= Operator::ends_with) {
      review_text(condition, *variable, place);
    }
  }

  void review_text(const Condition& condition, const Variable& variable, const std::string& place) {
    if (condition.value.empty() && condition.op != Operator::equals) {
      const bool negated = (condition.flags & kNot) != 0;
      problems_.warning(place + ": value", negated ? "is empty, so that the condition never holds"
                                                   : "is empty, so that the condition always holds");
    }
    const bool from_the_start = condition.op == Operator::equals || condition.op == Operator::starts_with;
    if (variable.type == VariableType::url && variable.part == static_cast<unsigned>(Part::path) &&
        from_the_start && !condition.value.empty() && condition.value.front() != '/') {
      problems_.warning(place + ": value",
                        "is " + in_quotes(condition.value) + ", but a path begins with \"/\"");
    }
  }

  void review_tag(const Tag& tag) {
    const std::string place = "tag " + in_quotes(tag.name);
    if (tag.triggers.empty() && !is_chained(tag)) {
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
    for (const auto& [key, parameter] : parameters_of(tag)) use_parameter(*parameter, place, key);
    for (const auto& [key, parameter] : tag.parameters) use_parameter(parameter, place, key);
    review_chain(tag, place);
    if (tag.kind == rules::Kind::conversion) review_money(tag, place);
  }

  void use_parameter(const Parameter& parameter, const std::string& place, std::string_view key) {
    each_name(parameter, [&](const std::string& name) {
      use_variable(name, place + ": parameters." + std::string(key));
    });
  }

  [[nodiscard]] bool is_chained(const Tag& tag) const {
    return std::ranges::any_of(
        author_.tags, [&](const Tag& other) { return other.setup == tag.name || other.cleanup == tag.name; });
  }

  void review_chain(const Tag& tag, const std::string& place) {
    for (const auto& [key, name] : {std::pair("setup", &tag.setup), std::pair("cleanup", &tag.cleanup)}) {
      if (name->empty()) continue;
      const Tag* other = find_named(author_.tags, *name);
      if (other == nullptr) {
        problems_.error(place + ": " + key,
                        "there is no tag " + in_quotes(*name) + "; define it under \"tags\"");
      } else if (other->paused) {
        problems_.warning(place + ": " + key,
                          in_quotes(*name) + " is paused, so that it does not fire here either");
      }
    }
    if (!ends(tag, rules::kMaxChain)) {
      problems_.error(place + ": setup", "leads to more than " + std::to_string(rules::kMaxChain) +
                                             " tags in a row, or back to this one; shorten the chain");
    }
  }

  [[nodiscard]] bool ends(const Tag& tag, std::size_t left) const {
    if (left == 0) return false;
    for (const std::string* name : {&tag.setup, &tag.cleanup}) {
      const Tag* other = name->empty() ? nullptr : find_named(author_.tags, *name);
      if (other != nullptr && !ends(*other, left - 1)) return false;
    }
    return true;
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

  /// A variable in use brings those that it leads to.
  void use_variable(const std::string& name, const std::string& place) {
    if (used_variables_.contains(name)) return;
    const Variable* variable = find_variable(name, place);
    if (variable == nullptr) return;
    used_variables_.insert(name);
    each_reference(*variable, [&](const std::string&, const std::string& other) {
      if (find_named(author_.variables, other) != nullptr) use_variable(other, place);
    });
  }

  const Trigger* find_trigger(const std::string& name, const std::string& place) {
    const Trigger* trigger = find_named(author_.triggers, name);
    if (trigger == nullptr) {
      problems_.error(place, "there is no trigger " + in_quotes(name) + "; define it under \"triggers\"");
    }
    return trigger;
  }

  void use_trigger(const std::string& name, const std::string& place) {
    const Trigger* trigger = find_trigger(name, place);
    if (trigger == nullptr || !used_triggers_.insert(name).second) return;
    // What conditions and groups name has been looked up with them.
    for (const Condition& condition : trigger->conditions) {
      use_if_there(condition.variable);
      if ((condition.flags & kValueIsVariable) != 0) use_if_there(condition.value);
    }
    for (const std::string& member : trigger->members) {
      if (find_named(author_.triggers, member) != nullptr) use_trigger(member, place);
    }
  }

  void use_if_there(const std::string& name) {
    if (find_named(author_.variables, name) != nullptr) use_variable(name, {});
  }

  const Author& author_;
  Problems& problems_;
  std::set<std::string> used_triggers_;
  std::set<std::string> used_variables_;
  std::map<std::string, std::size_t> depths_;
  std::set<std::string> circles_;
};

}  // namespace

void review(const Author& author, Problems& problems) { Review(author, problems).all(); }

}  // namespace etappe::container
