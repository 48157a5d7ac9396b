// The compiled form, in the order that docs/container-format.md fixes.
#include <algorithm>
#include <cassert>
#include <map>

#include "server/container/author.hpp"
#include "server/container/listening.hpp"
#include "server/container/pattern.hpp"

namespace etappe::container {
namespace {

using namespace rules::layout;

class Bytes {
 public:
  void u8(std::size_t value) { bytes_.push_back(static_cast<std::byte>(value & 0xFFU)); }
  void u16(std::size_t value) { u8(value), u8(value >> 8U); }
  void u32(std::size_t value) { u16(value), u16(value >> 16U); }
  void append(const std::vector<std::byte>& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  [[nodiscard]] const std::vector<std::byte>& get() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
};

/// Values in the order in which they were first asked for.
template <class Value>
class Numbered {
 public:
  std::size_t number_of(const Value& value) {
    const auto found = std::find(values_.begin(), values_.end(), value);
    if (found != values_.end()) return static_cast<std::size_t>(found - values_.begin());
    values_.push_back(value);
    return values_.size() - 1;
  }
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  std::vector<Value> values_;
};

struct RowRecord {
  std::string key;
  std::size_t value = 0;
  friend bool operator==(const RowRecord&, const RowRecord&) = default;
};

struct VariableRecord {
  VariableType type = VariableType::constant;
  unsigned part = 0;
  std::string text;
  std::string fallback = {};
  unsigned flags = 0;
  std::size_t input = kNone;
  std::vector<RowRecord> rows = {};
  friend bool operator==(const VariableRecord&, const VariableRecord&) = default;

  [[nodiscard]] bool is_full() const {
    return type > kLastBasicType || (type == VariableType::url && part > static_cast<unsigned>(Part::full)) ||
           !fallback.empty() || flags != 0 || input != kNone;
  }
};

/// The key of a part that belongs into an address.
constexpr std::string_view kEncoded = "%";

/// What review() has accepted compiles.
std::string program_of(std::string_view pattern, bool ignore_case) {
  auto program = compile_pattern(pattern, ignore_case);
  return program ? *std::move(program) : std::string{};
}

class Writer {
 public:
  Writer(const Author& author, Problems& problems) : author_(author), problems_(problems) {}

  void write(Compiled& compiled) {
    choose_tags();
    number_everything();
    full_ = is_full();
    if (!within_limits()) return;
    if (full_) listening_ = listening_of(triggers_.values());
    std::vector<std::byte> bytes = put_together();
    if (std::max({bytes.size(), texts_.size(), listening_.size()}) >= rules::kMaxContainerBytes) {
      problems_.error("container", "compiles to " + std::to_string(bytes.size()) + " bytes; " +
                                       std::to_string(rules::kMaxContainerBytes) +
                                       " are allowed: remove or shorten something");
      return;
    }
    assert(rules::ContainerView::open(bytes));
    compiled.full = full_;
    compiled.image_hosts = image_hosts();
    compiled.bytes = std::move(bytes);
  }

 private:
  /// Those that are not paused, higher priorities first.
  void choose_tags() {
    for (const Tag& tag : author_.tags) {
      if (!tag.paused) tags_.push_back(&tag);
    }
    std::ranges::stable_sort(tags_, std::greater{}, &Tag::priority);
  }

  void number_everything() {
    for (const Tag* tag : tags_) {
      for (const std::string& name : tag->triggers) number_trigger(name);
      for (const std::string& name : tag->exceptions) number_trigger(name);
    }
    for (const Trigger* trigger : triggers_.values()) {
      for (const Condition& condition : trigger->conditions) {
        variable(condition.variable);
        if ((condition.flags & kValueIsVariable) != 0) variable(condition.value);
      }
      condition_count_ += trigger->conditions.size();
    }
    for (const Tag* tag : tags_) {
      for (const auto& [key, parameter] : parameters_of(*tag)) number_of(*parameter);
      for (const auto& [key, parameter] : tag->parameters) number_of(parameter);
      entry_count_ += tag->triggers.size() + tag->exceptions.size();
      parameter_count_ += tag->parameters.size();
    }
    for (const VariableRecord& record : variables_.values()) row_count_ += record.rows.size();
  }

  /// A group stands behind its members.
  void number_trigger(const std::string& name) {
    const Trigger* trigger = find_named(author_.triggers, name);
    for (const std::string& member : trigger->members)
      triggers_.number_of(find_named(author_.triggers, member));
    triggers_.number_of(trigger);
  }

  [[nodiscard]] bool is_full() const {
    return std::ranges::any_of(variables_.values(), &VariableRecord::is_full) ||
           std::ranges::any_of(triggers_.values(),
                               [](const Trigger* trigger) {
                                 return trigger->occasion > rules::Occasion::event || trigger->flags != 0 ||
                                        std::ranges::any_of(
                                            trigger->conditions, [](const Condition& condition) {
                                              return condition.op > Operator::ends_with ||
                                                     (condition.flags & kValueIsVariable) != 0;
                                            });
                               }) ||
           std::ranges::any_of(tags_, [](const Tag* tag) {
             return tag->kind > rules::Kind::step || tag->repeat == rules::Repeat::once_per_visitor ||
                    !tag->setup.empty() || !tag->cleanup.empty() || tag->flags != 0 || tag->from != 0 ||
                    tag->until != 0 || tag->share != more_of_tag::kWholeShare;
           });
  }

  bool within_limits() {
    const auto check = [this](std::string_view what, std::size_t count, std::size_t most) {
      if (count <= most) return true;
      problems_.error("container: " + std::string(what),
                      "has " + std::to_string(count) + " members; " + std::to_string(most) + " are allowed");
      return false;
    };
    const bool tags = check("tags", tags_.size(), rules::kMaxTags);
    const bool triggers = check("triggers", triggers_.values().size(), rules::kMaxTriggers);
    const bool conditions = check("conditions of all triggers", condition_count_, rules::kMaxConditions);
    const bool variables =
        check("variables, with literal parameters,", variables_.values().size(), rules::kMaxVariables);
    const bool rows = check("rows of all tables", row_count_, rules::kMaxRows);
    const bool parameters = check("parameters of all tags", parameter_count_, rules::kMaxParameters);
    const bool entries = check("triggers and exceptions of all tags", entry_count_, UINT16_MAX);
    return tags && triggers && conditions && variables && rows && parameters && entries;
  }

  std::vector<std::byte> put_together() {
    Bytes tables;
    for (const VariableRecord& record : variables_.values()) {
      tables.u8(static_cast<std::size_t>(record.type));
      tables.u8(record.part);
      text(tables, record.text);
    }
    for (const Trigger* trigger : triggers_.values()) write_trigger(tables, *trigger);
    for (const Trigger* trigger : triggers_.values()) {
      for (const Condition& condition : trigger->conditions) write_condition(tables, condition);
    }
    for (const Tag* tag : tags_) write_tag(tables, *tag);
    for (const Tag* tag : tags_) {
      for (const std::string& name : tag->triggers) tables.u16(trigger(name));
      for (const std::string& name : tag->exceptions) tables.u16(trigger(name));
    }
    if (full_) write_full_tables(tables);

    Bytes container;
    container.u8(kMagic[0]);
    container.u8(kMagic[1]);
    container.u8(rules::kFormatVersion);
    container.u8(static_cast<std::size_t>(full_ ? Extent::full : Extent::basic));
    container.u32(author_.version);
    container.u16(variables_.values().size());
    container.u16(triggers_.values().size());
    container.u16(condition_count_);
    container.u16(tags_.size());
    container.u16(entry_count_);
    container.u16(texts_.size());
    if (full_) {
      container.u16(row_count_);
      container.u16(parameter_count_);
      container.u16(listening_.size());
    }
    container.append(tables.get());
    for (const char c : texts_ + listening_) container.u8(static_cast<unsigned char>(c));
    return container.get();
  }

  void write_trigger(Bytes& out, const Trigger& trigger) {
    out.u8(static_cast<std::size_t>(trigger.occasion));
    out.u8(trigger.flags);
    if (trigger.occasion == rules::Occasion::group) {
      text(out, members_of(trigger));
    } else if ((trigger.flags & trigger::kEventIsPattern) != 0 &&
               trigger.occasion == rules::Occasion::event) {
      text(out, program_of(trigger.event, false));
    } else {
      text(out, trigger.event);
    }
    out.u16(trigger.conditions.size());
  }

  std::string members_of(const Trigger& group) {
    std::string members;
    for (const std::string& name : group.members) {
      const std::size_t number = trigger(name);
      members += static_cast<char>(number & 0xFFU);
      members += static_cast<char>(number >> 8U);
    }
    return members;
  }

  void write_condition(Bytes& out, const Condition& condition) {
    out.u16(variable(condition.variable));
    out.u8(static_cast<std::size_t>(condition.op));
    if (condition.op == Operator::matches) {
      out.u8(condition.flags & kNot);
      text(out, program_of(condition.value, (condition.flags & kIgnoreCase) != 0));
      return;
    }
    out.u8(condition.flags);
    if ((condition.flags & kValueIsVariable) != 0) {
      out.u16(variable(condition.value));
      out.u16(0);
    } else {
      text(out, condition.value);
    }
  }

  void write_tag(Bytes& out, const Tag& tag) {
    const bool has_order_id = tag.order_id.kind != Parameter::Kind::absent;
    const bool once = tag.kind == rules::Kind::conversion && !has_order_id;
    const rules::Repeat usual = once ? rules::Repeat::once_per_session : rules::Repeat::every_time;
    text(out, tag.name);
    text(out, tag.kind == rules::Kind::server ? tag.template_name : tag.conversion);
    for (const auto& [key, parameter] : parameters_of(tag)) out.u16(number_of(*parameter));
    out.u8(static_cast<std::size_t>(tag.weight));
    out.u8(static_cast<std::size_t>(tag.repeat.value_or(usual)));
    out.u8(tag.consent);
    out.u8(static_cast<std::size_t>(tag.kind));
    out.u16(tag.triggers.size());
    out.u16(tag.exceptions.size());
  }

  void write_full_tables(Bytes& out) {
    std::size_t first = 0;
    for (const VariableRecord& record : variables_.values()) {
      text(out, record.fallback);
      out.u8(record.flags);
      out.u8(0);
      out.u16(record.input);
      out.u16(first);
      out.u16(record.rows.size());
      first += record.rows.size();
    }
    for (const VariableRecord& record : variables_.values()) {
      for (const RowRecord& row : record.rows) {
        text(out, row.key);
        out.u16(row.value);
      }
    }
    first = 0;
    for (const Tag* tag : tags_) {
      out.u32(tag->from);
      out.u32(tag->until);
      out.u16(tag->share);
      out.u16(tag_number(tag->setup));
      out.u16(tag_number(tag->cleanup));
      out.u8(tag->flags);
      out.u8(0);
      out.u16(first);
      out.u16(tag->parameters.size());
      first += tag->parameters.size();
    }
    for (const Tag* tag : tags_) {
      for (const auto& [key, parameter] : tag->parameters) {
        text(out, key);
        out.u16(number_of(parameter));
      }
    }
  }

  /// None for a tag that is paused.
  [[nodiscard]] std::size_t tag_number(const std::string& name) const {
    const auto found = std::ranges::find(tags_, name, &Tag::name);
    return found == tags_.end() ? std::size_t{kNone} : static_cast<std::size_t>(found - tags_.begin());
  }

  std::size_t trigger(const std::string& name) {
    return triggers_.number_of(find_named(author_.triggers, name));
  }

  /// What a variable leads to has a lower number.
  std::size_t variable(const std::string& name) {
    const Variable& named = *find_named(author_.variables, name);
    VariableRecord record{.type = named.type,
                          .part = named.part,
                          .text = named.text,
                          .fallback = named.fallback,
                          .flags = named.flags & ~more_of_variable::kIgnoreCase};
    if (named.of_referrer) record.input = more_of_variable::kReferrer;
    if (!named.input.empty()) record.input = variable(named.input);
    for (const Row& row : named.rows) {
      const bool ignore_case = (named.flags & more_of_variable::kIgnoreCase) != 0;
      const bool by_pattern = named.type == VariableType::pattern_lookup;
      record.rows.push_back({by_pattern ? program_of(row.key, ignore_case) : row.key, number_of(row.value)});
    }
    return variables_.number_of(record);
  }

  std::size_t number_of(const Parameter& parameter) {
    switch (parameter.kind) {
      case Parameter::Kind::absent: return kNone;
      case Parameter::Kind::variable: return variable(parameter.text);
      case Parameter::Kind::literal:
        return variables_.number_of({.type = VariableType::constant, .part = 0, .text = parameter.text});
      case Parameter::Kind::joined: break;
    }
    VariableRecord record{.type = VariableType::text, .part = 0, .text = {}};
    for (const Parameter& piece : parameter.pieces) {
      const bool is_encoded = parameter.is_address && piece.kind == Parameter::Kind::variable;
      record.rows.push_back({std::string(is_encoded ? kEncoded : std::string_view{}), number_of(piece)});
    }
    return variables_.number_of(record);
  }

  [[nodiscard]] std::vector<ImageHost> image_hosts() const {
    std::vector<ImageHost> hosts;
    for (const Tag* tag : tags_) {
      if (tag->kind != rules::Kind::image) continue;
      const bool is_joined = tag->address.kind == Parameter::Kind::joined;
      const std::string& address = is_joined ? tag->address.pieces.front().text : tag->address.text;
      const std::size_t begin = address.find("//") + 2;
      hosts.push_back({tag->name, address.substr(begin, address.find_first_of("/?#", begin) - begin)});
    }
    return hosts;
  }

  void text(Bytes& out, const std::string& text) {
    auto [found, is_new] = text_offsets_.try_emplace(text, texts_.size());
    if (is_new) texts_ += text;
    out.u16(found->second);
    out.u16(text.size());
  }

  const Author& author_;
  Problems& problems_;
  std::vector<const Tag*> tags_;
  Numbered<const Trigger*> triggers_;
  Numbered<VariableRecord> variables_;
  std::size_t condition_count_ = 0;
  std::size_t entry_count_ = 0;
  std::size_t row_count_ = 0;
  std::size_t parameter_count_ = 0;
  bool full_ = false;
  std::string texts_;
  std::string listening_;
  std::map<std::string, std::size_t> text_offsets_;
};

}  // namespace

void write(const Author& author, Problems& problems, Compiled& compiled) {
  Writer(author, problems).write(compiled);
}

}  // namespace etappe::container
