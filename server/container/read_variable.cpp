// Variables of the author's form.
#include <nlohmann/json.hpp>

#include "server/container/author_reader.hpp"

namespace etappe::container {

using event::kMaxNameBytes;
using nlohmann::json;
using namespace rules::layout;

namespace {

/// In the order of layout::VariableType.
const std::initializer_list<std::string_view> kTypes = {"constant",
                                                        "url",
                                                        "query",
                                                        "data_layer",
                                                        "event_property",
                                                        "event_name",
                                                        "cookie",
                                                        "javascript",
                                                        "dom",
                                                        "element",
                                                        "detail",
                                                        "consent",
                                                        "random",
                                                        "container_version",
                                                        "lookup",
                                                        "pattern_lookup",
                                                        "text"};
const std::initializer_list<std::string_view> kParts = {"host", "path",     "query", "fragment",
                                                        "full", "protocol", "port",  "extension"};
const std::initializer_list<std::string_view> kElementParts = {"id",     "classes", "text", "url",
                                                               "target", "name",    "tag",  "attribute"};
const std::initializer_list<std::string_view> kDetails = {
    "scroll_percent",  "scroll_pixels",           "timer_count",     "timer_milliseconds",
    "visible_percent", "engagement_milliseconds", "error_message",   "error_source",
    "error_line",      "history_old_url",         "history_new_url", "history_cause"};

void check_path(ObjectReader& object, const std::string& path) {
  if (path.empty()) return;
  if (path.front() == '.' || path.back() == '.' || path.find("..") != std::string::npos) {
    object.error("path", "is " + in_quotes(path) + " with an empty key; write keys joined by single points");
  }
}

/// What visitors type is nobody's business, the tag manager's neither.
void check_attribute(ObjectReader& object, const std::string& attribute) {
  if (attribute == "value") {
    object.error("attribute",
                 "is \"value\", which may be what a visitor has typed and is never read; choose another");
  }
}

}  // namespace

void AuthorReader::read_variable(const json& value, std::size_t index) {
  Variable variable;
  ObjectReader object = begin(value, index, "variable", variable, author_.variables);
  object.require("type");
  const auto type = object.choice("type", kTypes);
  if (!type) return;
  variable.type = static_cast<VariableType>(*type);
  variable.fallback = object.any_text("default", kMaxValueBytes);
  if (const auto letters = object.choice("case", {"lower", "upper"})) {
    variable.flags |= *letters == 0 ? more_of_variable::kLower : more_of_variable::kUpper;
  }
  read_variable_fields(object, variable);
  object.done();
  author_.variables.push_back(std::move(variable));
}

void AuthorReader::read_variable_fields(ObjectReader& object, Variable& variable) {
  const auto part = [&](std::string_view key, std::initializer_list<std::string_view> choices) {
    object.require(key);
    variable.part = static_cast<unsigned>(object.choice(key, choices).value_or(0));
  };
  switch (variable.type) {
    case VariableType::constant:
      object.require("value");
      variable.text = object.any_text("value", kMaxValueBytes);
      break;
    case VariableType::url:
      part("part", kParts);
      if (object.flag("strip_www")) variable.flags |= more_of_variable::kStripWww;
      read_source(object, variable);
      break;
    case VariableType::query:
      variable.text = object.required_text("parameter", kMaxNameBytes);
      read_source(object, variable);
      break;
    case VariableType::data_layer:
    case VariableType::javascript:
      variable.text = object.required_text("path", kMaxNameBytes);
      check_path(object, variable.text);
      break;
    case VariableType::event_property: variable.text = object.required_text("key", kMaxNameBytes); break;
    case VariableType::cookie:
      variable.text = object.required_text("cookie", kMaxNameBytes);
      variable.part = object.flag("decode", true) ? 0 : kCookieAsItIs;
      break;
    case VariableType::dom: {
      variable.text = object.required_text("selector", kMaxValueBytes);
      const std::string attribute = object.any_text("attribute", kMaxNameBytes);
      check_attribute(object, attribute);
      if (!attribute.empty()) variable.text += '\0' + attribute;
      break;
    }
    case VariableType::element:
      part("property", kElementParts);
      if (variable.part == static_cast<unsigned>(ElementPart::attribute)) {
        variable.text = object.required_text("attribute", kMaxNameBytes);
        check_attribute(object, variable.text);
      }
      break;
    case VariableType::detail: part("field", kDetails); break;
    case VariableType::consent: part("purpose", {"analytics", "marketing"}); break;
    case VariableType::lookup: read_rows(object, "equals", variable); break;
    case VariableType::pattern_lookup:
      if (object.flag("ignore_case")) variable.flags |= more_of_variable::kIgnoreCase;
      if (object.flag("full_match")) variable.flags |= more_of_variable::kWholeText;
      read_rows(object, "matches", variable);
      break;
    case VariableType::text: read_pieces(object, variable); break;
    case VariableType::event_name:
    case VariableType::random:
    case VariableType::container_version: break;
  }
}

void AuthorReader::read_source(ObjectReader& object, Variable& variable) {
  const json* source = object.find("source");
  if (source == nullptr || *source == "page") return;
  if (*source == "referrer") {
    variable.of_referrer = true;
  } else if (source->is_object()) {
    ObjectReader reference(*source, object.at("source"), problems_);
    variable.input = reference.required_text("variable", kMaxNameBytes);
    reference.done();
  } else {
    object.error("source", "is " + source->dump(-1, ' ', false, json::error_handler_t::replace) +
                               "; write \"page\", \"referrer\" or {\"variable\": name}");
  }
}

void AuthorReader::read_rows(ObjectReader& object, std::string_view key_name, Variable& variable) {
  variable.input = object.required_text("input", kMaxNameBytes);
  object.require("rows");
  object.each("rows", [&](const json& value, std::size_t index) {
    ObjectReader entry(value, object.at("rows") + '[' + std::to_string(index) + ']', problems_);
    entry.require(key_name);
    Row row;
    row.key = entry.any_text(key_name, kMaxValueBytes);
    entry.require("value");
    // An empty value is one: it hides the rows below it.
    if (const json* result = entry.find("value"); result != nullptr) {
      row.value = parameter_of(entry, "value", *result, kMaxValueBytes);
    }
    entry.done();
    variable.rows.push_back(std::move(row));
  });
  if (variable.rows.size() > kMaxTableRows) {
    object.error("rows", "has " + std::to_string(variable.rows.size()) + " members; " +
                             std::to_string(kMaxTableRows) + " are allowed");
  }
}

void AuthorReader::read_pieces(ObjectReader& object, Variable& variable) {
  object.require("parts");
  object.each("parts", [&](const json& value, std::size_t index) {
    Parameter piece = parameter_of(object, "parts[" + std::to_string(index) + ']', value, kMaxValueBytes);
    variable.rows.push_back({.key = {}, .value = std::move(piece)});
  });
  if (variable.rows.size() > kMaxTextParts) {
    object.error("parts", "has " + std::to_string(variable.rows.size()) + " members; " +
                              std::to_string(kMaxTextParts) + " are allowed");
  }
}

}  // namespace etappe::container
