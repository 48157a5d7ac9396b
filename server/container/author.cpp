#include "server/container/author.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace etappe::container {
namespace {

using event::kMaxNameBytes;
using nlohmann::json;
using namespace rules::layout;

constexpr std::string_view kFormat = "etappe-container/1";

class AuthorReader {
 public:
  explicit AuthorReader(Problems& problems) : problems_(problems) {}

  Author read(const json& document) {
    ObjectReader object(document, "container", problems_);
    const std::string format = object.required_text("format", kMaxNameBytes);
    if (!format.empty() && format != kFormat) {
      object.error("format", "is " + in_quotes(format) + "; write " + in_quotes(kFormat));
    }
    author_.name = object.required_text("name", kMaxNameBytes);
    object.require("version");
    author_.version = object.number("version").value_or(0);
    object.each("variables", [this](const json& value, std::size_t index) { read_variable(value, index); });
    object.require("triggers");
    object.each("triggers", [this](const json& value, std::size_t index) { read_trigger(value, index); });
    object.require("tags");
    object.each("tags", [this](const json& value, std::size_t index) { read_tag(value, index); });
    object.done();
    return std::move(author_);
  }

 private:
  /// Begins one named member of a list. From then on its problems are reported under its name.
  template <class Named>
  ObjectReader begin(const json& value, std::size_t index, std::string_view kind, Named& named,
                     const std::vector<Named>& others) {
    ObjectReader object(value, std::string(kind) + "s[" + std::to_string(index) + ']', problems_);
    named.name = object.required_text("name", kMaxNameBytes);
    if (!named.name.empty()) {
      object.rename(std::string(kind) + ' ' + in_quotes(named.name));
      if (find_named(others, named.name) != nullptr) {
        object.error("name", "is taken by an earlier " + std::string(kind) + "; choose another");
      }
    }
    return object;
  }

  void read_variable(const json& value, std::size_t index) {
    Variable variable;
    ObjectReader object = begin(value, index, "variable", variable, author_.variables);
    object.require("type");
    const auto type = object.choice("type", {"constant", "url", "query", "data_layer", "event_property"});
    if (!type) return;
    variable.type = static_cast<VariableType>(*type);
    switch (variable.type) {
      case VariableType::constant:
        object.require("value");
        variable.text = object.any_text("value", kMaxValueBytes);
        break;
      case VariableType::url:
        object.require("part");
        variable.part = static_cast<Part>(
            object.choice("part", {"host", "path", "query", "fragment", "full"}).value_or(0));
        break;
      case VariableType::query: variable.text = object.required_text("parameter", kMaxNameBytes); break;
      case VariableType::data_layer:
        variable.text = object.required_text("path", kMaxNameBytes);
        check_path(object, variable.text);
        break;
      case VariableType::event_property: variable.text = object.required_text("key", kMaxNameBytes); break;
    }
    object.done();
    author_.variables.push_back(std::move(variable));
  }

  static void check_path(ObjectReader& object, const std::string& path) {
    if (path.empty()) return;
    if (path.front() == '.' || path.back() == '.' || path.find("..") != std::string::npos) {
      object.error("path",
                   "is " + in_quotes(path) + " with an empty key; write keys joined by single points");
    }
  }

  void read_trigger(const json& value, std::size_t index) {
    Trigger trigger;
    ObjectReader object = begin(value, index, "trigger", trigger, author_.triggers);
    object.require("on");
    const auto on = object.choice("on", {"page_view", "event"});
    if (!on) return;
    trigger.occasion = static_cast<rules::Occasion>(*on);
    if (trigger.occasion == rules::Occasion::event)
      trigger.event = object.required_text("event", kMaxNameBytes);
    object.each("conditions", [&](const json& condition, std::size_t number) {
      read_condition(condition, object.place() + ": conditions[" + std::to_string(number) + ']', trigger);
    });
    object.done();
    author_.triggers.push_back(std::move(trigger));
  }

  void read_condition(const json& value, std::string place, Trigger& trigger) {
    ObjectReader object(value, std::move(place), problems_);
    Condition condition;
    condition.variable = object.required_text("variable", kMaxNameBytes);
    const std::string op = object.required_text("operator", kMaxNameBytes);
    if (!op.empty() && !read_operator(op, condition)) {
      object.error("operator", "is " + in_quotes(op) + "; write " +
                                   one_of({"equals", "contains", "starts_with", "ends_with"}) +
                                   ", with not_ in front to negate and _ignore_case behind to ignore case");
    }
    object.require("value");
    condition.value = object.any_text("value", kMaxValueBytes);
    object.done();
    trigger.conditions.push_back(std::move(condition));
  }

  static bool read_operator(std::string_view text, Condition& condition) {
    constexpr std::string_view kNotPrefix = "not_";
    constexpr std::string_view kIgnoreSuffix = "_ignore_case";
    constexpr std::string_view kNames[] = {"equals", "contains", "starts_with", "ends_with"};
    if (text.starts_with(kNotPrefix)) {
      condition.flags |= kNot;
      text.remove_prefix(kNotPrefix.size());
    }
    if (text.ends_with(kIgnoreSuffix)) {
      condition.flags |= kIgnoreCase;
      text.remove_suffix(kIgnoreSuffix.size());
    }
    const auto* const name = std::find(std::begin(kNames), std::end(kNames), text);
    if (name == std::end(kNames)) return false;
    condition.op = static_cast<Operator>(name - std::begin(kNames));
    return true;
  }

  void read_tag(const json& value, std::size_t index) {
    Tag tag;
    ObjectReader object = begin(value, index, "tag", tag, author_.tags);
    object.require("template");
    const auto known_template = object.choice("template", {"etappe-conversion", "etappe-step"});
    tag.kind = static_cast<rules::Kind>(known_template.value_or(0));
    object.require("triggers");
    tag.triggers = object.texts("triggers", kMaxNameBytes);
    tag.exceptions = object.texts("exceptions", kMaxNameBytes);
    read_consent(object, tag);
    if (tag.kind == rules::Kind::conversion) {
      if (const auto repeat = object.choice("repeat", {"every_time", "once_per_page", "once_per_session"})) {
        tag.repeat = static_cast<rules::Repeat>(*repeat);
      }
    }
    object.require("parameters");
    if (const json* parameters = object.find("parameters"); parameters != nullptr && known_template) {
      read_parameters(*parameters, object.at("parameters"), tag);
    }
    object.done();
    author_.tags.push_back(std::move(tag));
  }

  static void read_consent(ObjectReader& object, Tag& tag) {
    const json* given = object.find("consent");
    if (given == nullptr) return;
    tag.consent = 0;
    for (const std::string& purpose : object.texts("consent", kMaxNameBytes)) {
      if (purpose == "analytics") {
        tag.consent |= kNeedsAnalytics;
      } else if (purpose == "marketing") {
        tag.consent |= kNeedsMarketing;
      } else {
        object.error("consent", "names the purpose " + in_quotes(purpose) + "; write analytics or marketing");
      }
    }
    if (given->is_array() && (tag.consent & kNeedsAnalytics) == 0) {
      const std::string what = tag.kind == rules::Kind::step ? "step" : "conversion";
      object.error("consent", "lacks analytics, under which a " + what + " is recorded; add it");
    }
  }

  void read_parameters(const json& value, std::string place, Tag& tag) {
    ObjectReader object(value, std::move(place), problems_);
    if (tag.kind == rules::Kind::step) {
      tag.funnel = required_parameter(object, "funnel");
      tag.step = required_parameter(object, "step");
      return object.done();
    }
    tag.conversion = object.required_text("conversion", kMaxNameBytes);
    tag.value = parameter(object, "value");
    tag.currency = parameter(object, "currency");
    tag.quantity = parameter(object, "quantity");
    tag.order_id = parameter(object, "order_id");
    tag.weight = static_cast<event::Weight>(object.choice("weight", {"primary", "micro"}).value_or(0));
    object.done();
    check_literals(object, tag);
  }

  /// A name: literal, or what a variable holds.
  Parameter required_parameter(ObjectReader& object, std::string_view key) {
    object.require(key);
    return parameter(object, key, kMaxNameBytes, "fill it in");
  }

  Parameter parameter(ObjectReader& object, std::string_view key, std::size_t most = kMaxValueBytes,
                      const std::string& when_empty = "leave it out instead") {
    const json* value = object.find(key);
    if (value == nullptr) return {};
    if (value->is_string()) {
      Parameter literal{.kind = Parameter::Kind::literal, .text = value->get<std::string>()};
      if (literal.text.empty()) {
        object.error(key, "is empty; " + when_empty);
      } else if (object.is_good_text(key, literal.text, most)) {
        return literal;
      }
      return {};
    }
    if (!value->is_object()) {
      object.error(key, "is " + value->dump() + "; write a text in quotation marks or {\"variable\": name}");
      return {};
    }
    ObjectReader reference(*value, object.at(key), problems_);
    Parameter variable{.kind = Parameter::Kind::variable,
                       .text = reference.required_text("variable", kMaxNameBytes)};
    reference.done();
    return variable;
  }

  /// What stands in the container can be checked here; what the page supplies is checked event by event.
  static void check_literals(ObjectReader& object, const Tag& tag) {
    const auto check = [&](const Parameter& parameter, std::string_view key, bool (*good)(std::string_view),
                           std::string_view advice) {
      if (parameter.kind == Parameter::Kind::literal && !good(parameter.text)) {
        object.error(key, "is " + in_quotes(parameter.text) + "; write " + std::string(advice));
      }
    };
    check(tag.value, "value", event::is_decimal, "an amount such as \"129.90\"");
    check(tag.currency, "currency", is_currency, "three capitals such as \"EUR\"");
    check(tag.quantity, "quantity", is_quantity, "a whole number such as \"1\"");
    check(
        tag.order_id, "order_id", [](std::string_view id) { return id.size() <= event::kMaxIdBytes; },
        "at most 64 bytes");
  }

  static bool is_currency(std::string_view text) {
    return text.size() == 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  }

  static bool is_quantity(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
  }

  Problems& problems_;
  Author author_;
};

}  // namespace

Author read_author(std::string_view text, Problems& problems) {
  if (text.size() > kMaxAuthorBytes) {
    problems.error("document", "has " + std::to_string(text.size()) + " bytes; " +
                                   std::to_string(kMaxAuthorBytes) + " are allowed");
    return {};
  }
  const auto document = parse(text, problems);
  if (!document) return {};
  return AuthorReader(problems).read(*document);
}

}  // namespace etappe::container
