// The compiled form, in the order that docs/container-format.md fixes.
#include <algorithm>
#include <cassert>
#include <map>

#include "server/container/author.hpp"

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

struct VariableRecord {
  VariableType type = VariableType::constant;
  Part part = Part::host;
  std::string text;
  friend bool operator==(const VariableRecord&, const VariableRecord&) = default;
};

class Writer {
 public:
  Writer(const Author& author, Problems& problems) : author_(author), problems_(problems) {}

  std::vector<std::byte> write() {
    number_everything();
    if (!within_limits()) return {};
    const std::vector<std::byte> bytes = put_together();
    if (bytes.size() > rules::kMaxContainerBytes || texts_.size() > UINT16_MAX) {
      problems_.error("container", "compiles to " + std::to_string(bytes.size()) + " bytes; " +
                                       std::to_string(rules::kMaxContainerBytes) +
                                       " are allowed: remove or shorten something");
      return {};
    }
    assert(rules::ContainerView::open(bytes));
    return bytes;
  }

 private:
  void number_everything() {
    for (const Tag& tag : author_.tags) {
      for (const std::string& name : tag.triggers) triggers_.number_of(find_named(author_.triggers, name));
      for (const std::string& name : tag.exceptions) triggers_.number_of(find_named(author_.triggers, name));
    }
    for (const Trigger* trigger : triggers_.values()) {
      for (const Condition& condition : trigger->conditions) variable(condition.variable);
      condition_count_ += trigger->conditions.size();
    }
    for (const Tag& tag : author_.tags) {
      for (const auto& [key, parameter] : parameters_of(tag)) number_of(*parameter);
      entry_count_ += tag.triggers.size() + tag.exceptions.size();
    }
  }

  bool within_limits() {
    const auto check = [this](std::string_view what, std::size_t count, std::size_t most) {
      if (count <= most) return true;
      problems_.error("container: " + std::string(what),
                      "has " + std::to_string(count) + " members; " + std::to_string(most) + " are allowed");
      return false;
    };
    const bool tags = check("tags", author_.tags.size(), rules::kMaxTags);
    const bool triggers = check("triggers", triggers_.values().size(), rules::kMaxTriggers);
    const bool conditions = check("conditions of all triggers", condition_count_, rules::kMaxConditions);
    const bool variables =
        check("variables, with literal parameters,", variables_.values().size(), rules::kMaxVariables);
    const bool entries = check("triggers and exceptions of all tags", entry_count_, UINT16_MAX);
    return tags && triggers && conditions && variables && entries;
  }

  std::vector<std::byte> put_together() {
    Bytes tables;
    for (const VariableRecord& record : variables_.values()) {
      tables.u8(static_cast<std::size_t>(record.type));
      tables.u8(static_cast<std::size_t>(record.part));
      text(tables, record.text);
    }
    for (const Trigger* trigger : triggers_.values()) {
      tables.u8(static_cast<std::size_t>(trigger->occasion));
      tables.u8(0);
      text(tables, trigger->event);
      tables.u16(trigger->conditions.size());
    }
    for (const Trigger* trigger : triggers_.values()) {
      for (const Condition& condition : trigger->conditions) {
        tables.u16(variable(condition.variable));
        tables.u8(static_cast<std::size_t>(condition.op));
        tables.u8(condition.flags);
        text(tables, condition.value);
      }
    }
    for (const Tag& tag : author_.tags) write_tag(tables, tag);
    for (const Tag& tag : author_.tags) {
      for (const std::string& name : tag.triggers) tables.u16(trigger(name));
      for (const std::string& name : tag.exceptions) tables.u16(trigger(name));
    }

    Bytes container;
    container.u8(kMagic[0]);
    container.u8(kMagic[1]);
    container.u8(rules::kFormatVersion);
    container.u8(0);
    container.u32(author_.version);
    container.u16(variables_.values().size());
    container.u16(triggers_.values().size());
    container.u16(condition_count_);
    container.u16(author_.tags.size());
    container.u16(entry_count_);
    container.u16(texts_.size());
    container.append(tables.get());
    for (const char c : texts_) container.u8(static_cast<unsigned char>(c));
    return container.get();
  }

  void write_tag(Bytes& out, const Tag& tag) {
    const bool has_order_id = tag.order_id.kind != Parameter::Kind::absent;
    const rules::Repeat usual = has_order_id || tag.kind == rules::Kind::step
                                    ? rules::Repeat::every_time
                                    : rules::Repeat::once_per_session;
    text(out, tag.name);
    text(out, tag.conversion);
    for (const auto& [key, parameter] : parameters_of(tag)) out.u16(number_of(*parameter));
    out.u8(static_cast<std::size_t>(tag.weight));
    out.u8(static_cast<std::size_t>(tag.repeat.value_or(usual)));
    out.u8(tag.consent);
    out.u8(static_cast<std::size_t>(tag.kind));
    out.u16(tag.triggers.size());
    out.u16(tag.exceptions.size());
  }

  std::size_t trigger(const std::string& name) {
    return triggers_.number_of(find_named(author_.triggers, name));
  }

  std::size_t variable(const std::string& name) {
    const Variable& named = *find_named(author_.variables, name);
    return variables_.number_of({.type = named.type, .part = named.part, .text = named.text});
  }

  std::size_t number_of(const Parameter& parameter) {
    if (parameter.kind == Parameter::Kind::absent) return kNone;
    if (parameter.kind == Parameter::Kind::variable) return variable(parameter.text);
    return variables_.number_of({.type = VariableType::constant, .part = Part::host, .text = parameter.text});
  }

  void text(Bytes& out, const std::string& text) {
    auto [found, is_new] = text_offsets_.try_emplace(text, texts_.size());
    if (is_new) texts_ += text;
    out.u16(found->second);
    out.u16(text.size());
  }

  const Author& author_;
  Problems& problems_;
  Numbered<const Trigger*> triggers_;
  Numbered<VariableRecord> variables_;
  std::size_t condition_count_ = 0;
  std::size_t entry_count_ = 0;
  std::string texts_;
  std::map<std::string, std::size_t> text_offsets_;
};

}  // namespace

std::vector<std::byte> write(const Author& author, Problems& problems) {
  return Writer(author, problems).write();
}

}  // namespace etappe::container
