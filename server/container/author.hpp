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

/// What a parameter or part is: a text, the name of a variable, or both in turn.
struct Parameter {
  enum class Kind : std::uint8_t { absent, literal, variable, joined } kind = Kind::absent;
  std::string text;
  std::vector<Parameter> pieces = {};  ///< of joined: literals and variables
  /// Of an address, behind its path: what stands for a variable is percent-encoded.
  bool is_address = false;
};

struct Row {
  std::string key;
  Parameter value;
};

struct Variable {
  std::string name;
  rules::layout::VariableType type = rules::layout::VariableType::constant;
  unsigned part = 0;  ///< a layout::Part, ElementPart, Detail …, by its type
  std::string text;
  // What follows is full.
  std::string fallback;  ///< `default`
  unsigned flags = 0;    ///< of layout::more_of_variable
  bool of_referrer = false;
  std::string input;  ///< the name of a variable: of a table's input, or of an address's source; may be empty
  std::vector<Row> rows = {};
};

struct Condition {
  std::string variable;
  rules::layout::Operator op = rules::layout::Operator::equals;
  unsigned flags = 0;
  std::string value;  ///< with layout::kValueIsVariable the name of one; of `matches` the pattern
};

/// What a trigger's listener in the page goes by; which of it depends on the occasion.
struct Listening {
  std::vector<std::uint32_t> thresholds = {};  ///< percent of scroll depth, milliseconds of engagement
  std::vector<std::uint32_t> pixels = {};
  bool horizontal = false;
  std::string selector = {};
  std::uint32_t percent = 50;
  std::uint32_t milliseconds = 0;
  std::uint32_t once = 0;  ///< of visibility: 0 a page, 1 an element, 2 never
  std::uint32_t limit = 1;
};

struct Trigger {
  std::string name;
  rules::Occasion occasion = rules::Occasion::page_view;
  unsigned flags = 0;  ///< of layout::trigger
  std::string event;   ///< a name or, by its flag, a pattern
  Listening listening = {};
  std::vector<std::string> members = {};  ///< of a group
  std::vector<Condition> conditions = {};
};

struct Tag {
  std::string name;
  std::string template_name;
  rules::Kind kind = rules::Kind::conversion;
  std::vector<std::string> triggers;
  std::vector<std::string> exceptions;
  std::string conversion;
  Parameter value, currency, quantity, order_id;
  Parameter funnel, step;  ///< of Kind::step, which has neither a conversion nor its parameters
  Parameter address;       ///< of Kind::image
  std::vector<std::pair<std::string, Parameter>> parameters = {};  ///< of Kind::server, beside the four above
  event::Weight weight = event::Weight::primary;
  std::optional<rules::Repeat> repeat;  ///< absent: by the template, or whether there is an order id
  unsigned consent = rules::layout::kNeedsAnalytics;
  // What follows is full.
  bool paused = false;
  std::int64_t priority = 0;
  std::string setup, cleanup;         ///< names of tags, or empty
  unsigned flags = 0;                 ///< of layout::more_of_tag
  std::uint32_t from = 0, until = 0;  ///< seconds since 1970; 0: no bound
  std::uint32_t share = rules::layout::more_of_tag::kWholeShare;
};

struct Author {
  std::string name;
  std::uint32_t version = 0;
  std::vector<std::string> folders;
  std::vector<Variable> variables;
  std::vector<Trigger> triggers;
  std::vector<Tag> tags;
};

/// A tag's parameters that may be variables, in the order in which the compiled form has them.
[[nodiscard]] inline std::array<std::pair<std::string_view, const Parameter*>, 4> parameters_of(
    const Tag& tag) {
  const bool is_step = tag.kind == rules::Kind::step;
  return {{is_step                          ? std::pair{std::string_view("funnel"), &tag.funnel}
           : tag.kind == rules::Kind::image ? std::pair{std::string_view("url"), &tag.address}
                                            : std::pair{std::string_view("value"), &tag.value},
           is_step ? std::pair{std::string_view("step"), &tag.step}
                   : std::pair{std::string_view("currency"), &tag.currency},
           {"quantity", &tag.quantity},
           {"order_id", &tag.order_id}}};
}

inline constexpr std::size_t kMaxValueBytes = 512;  ///< of a condition or a constant
inline constexpr std::size_t kMaxNoteBytes = 1024;
inline constexpr std::size_t kMaxFolders = 64;
inline constexpr std::size_t kMaxTableRows = 256;
inline constexpr std::size_t kMaxTextParts = 16;

// The three steps of compile(). Each but the first needs the one before to have found no error.

/// The document as a container; what cannot be read is among the problems.
[[nodiscard]] Author read_author(std::string_view json, const Templates* templates, Problems& problems);
/// Whether names lead somewhere, and what will not do what was meant.
void review(const Author& author, Problems& problems);
/// The compiled form with what belongs to it, or a problem when a limit is exceeded.
void write(const Author& author, Problems& problems, Compiled& compiled);

template <class Named>
[[nodiscard]] const Named* find_named(const std::vector<Named>& list, std::string_view name) {
  for (const Named& one : list) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace etappe::container
