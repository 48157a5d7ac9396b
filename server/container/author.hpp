#pragma once
// A container as its author wrote it, with names for references. Only this room includes it.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event/event.hpp"
#include "core/rules/layout.hpp"
#include "core/rules/rules.hpp"
#include "server/container/fields.hpp"

namespace etappe::container {

struct Variable {
  std::string name;
  rules::layout::VariableType type = rules::layout::VariableType::constant;
  rules::layout::Part part = rules::layout::Part::host;
  std::string text;
};

struct Condition {
  std::string variable;
  rules::layout::Operator op = rules::layout::Operator::equals;
  unsigned flags = 0;
  std::string value;
};

struct Trigger {
  std::string name;
  rules::Occasion occasion = rules::Occasion::page_view;
  std::string event;
  std::vector<Condition> conditions;
};

/// A text, or the name of a variable.
struct Parameter {
  enum class Kind : std::uint8_t { absent, literal, variable } kind = Kind::absent;
  std::string text;
};

struct Tag {
  std::string name;
  rules::Kind kind = rules::Kind::conversion;
  std::vector<std::string> triggers;
  std::vector<std::string> exceptions;
  std::string conversion;
  Parameter value, currency, quantity, order_id;
  Parameter funnel, step;  ///< of Kind::step, which has neither a conversion nor its parameters
  event::Weight weight = event::Weight::primary;
  std::optional<rules::Repeat> repeat;  ///< absent: by whether there is an order id
  unsigned consent = rules::layout::kNeedsAnalytics;
};

struct Author {
  std::string name;
  std::uint32_t version = 0;
  std::vector<Variable> variables;
  std::vector<Trigger> triggers;
  std::vector<Tag> tags;
};

/// A tag's parameters that may be variables, in the order in which the compiled form has them.
[[nodiscard]] inline std::array<std::pair<std::string_view, const Parameter*>, 4> parameters_of(
    const Tag& tag) {
  const bool is_step = tag.kind == rules::Kind::step;
  return {{is_step ? std::pair{std::string_view("funnel"), &tag.funnel}
                   : std::pair{std::string_view("value"), &tag.value},
           is_step ? std::pair{std::string_view("step"), &tag.step}
                   : std::pair{std::string_view("currency"), &tag.currency},
           {"quantity", &tag.quantity},
           {"order_id", &tag.order_id}}};
}

inline constexpr std::size_t kMaxValueBytes = 512;  ///< of a condition or a constant

// The three steps of compile(). Each but the first needs the one before to have found no error.

/// The document as a container; what cannot be read is among the problems.
[[nodiscard]] Author read_author(std::string_view json, Problems& problems);
/// Whether names lead somewhere, and what will not do what was meant.
void review(const Author& author, Problems& problems);
/// The compiled bytes, or a problem when a limit is exceeded.
[[nodiscard]] std::vector<std::byte> write(const Author& author, Problems& problems);

template <class Named>
[[nodiscard]] const Named* find_named(const std::vector<Named>& list, std::string_view name) {
  for (const Named& one : list) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace etappe::container
