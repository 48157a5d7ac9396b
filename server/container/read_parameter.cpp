// Parameters and their like: a text, the name of a variable, or a text with {{names}} in it.
#include <nlohmann/json.hpp>

#include "server/container/author_reader.hpp"

namespace etappe::container {

using event::kMaxNameBytes;
using nlohmann::json;

namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kEscaped = "{{{{";  // stands for kOpen

void add_text(Parameter& joined, std::string_view text) {
  if (text.empty()) return;
  if (joined.pieces.empty() || joined.pieces.back().kind != Parameter::Kind::literal) {
    joined.pieces.push_back({.kind = Parameter::Kind::literal, .text = {}});
  }
  joined.pieces.back().text += text;
}

/// Nothing when a name is not closed.
std::optional<Parameter> pieces_of(std::string_view text) {
  Parameter joined{.kind = Parameter::Kind::joined, .text = std::string(text)};
  while (!text.empty()) {
    const std::size_t open = text.find(kOpen);
    add_text(joined, text.substr(0, open));
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    if (text.starts_with(kEscaped)) {
      add_text(joined, kOpen);
      text.remove_prefix(kEscaped.size());
      continue;
    }
    const std::size_t close = text.find(kClose);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view name = text.substr(kOpen.size(), close - kOpen.size());
    joined.pieces.push_back({.kind = Parameter::Kind::variable, .text = std::string(name)});
    text.remove_prefix(close + kClose.size());
  }
  return joined;
}

/// What a joined text comes to when there is nothing to join.
Parameter simplified(Parameter joined) {
  if (joined.pieces.size() == 1) return std::move(joined.pieces.front());
  return joined;
}

}  // namespace

Parameter AuthorReader::parameter(ObjectReader& object, std::string_view key, std::size_t most,
                                  const std::string& when_empty) {
  const json* value = object.find(key);
  if (value == nullptr) return {};
  if (value->is_string() && value->get_ref<const std::string&>().empty()) {
    object.error(key, "is empty; " + when_empty);
    return {};
  }
  return parameter_of(object, key, *value, most);
}

/// A name: literal, or what a variable holds.
Parameter AuthorReader::required_parameter(ObjectReader& object, std::string_view key) {
  object.require(key);
  return parameter(object, key, kMaxNameBytes, "fill it in");
}

Parameter AuthorReader::parameter_of(ObjectReader& object, std::string_view key, const json& value,
                                     std::size_t most) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (!object.is_good_text(key, text, most)) return {};
    if (text.find(kOpen) == std::string::npos) return {.kind = Parameter::Kind::literal, .text = text};
    auto joined = pieces_of(text);
    if (!joined) {
      object.error(
          key, "has \"{{\" without \"}}\" behind it; close it, or write \"{{{{\" for the braces themselves");
      return {};
    }
    if (joined->pieces.size() > kMaxTextParts) {
      object.error(key, "has " + std::to_string(joined->pieces.size()) + " parts; " +
                            std::to_string(kMaxTextParts) + " are allowed");
      return {};
    }
    return simplified(*std::move(joined));
  }
  if (!value.is_object()) {
    object.error(key, "is " + value.dump(-1, ' ', false, json::error_handler_t::replace) +
                          "; write a text in quotation marks or {\"variable\": name}");
    return {};
  }
  ObjectReader reference(value, object.at(key), problems_);
  Parameter variable{.kind = Parameter::Kind::variable,
                     .text = reference.required_text("variable", kMaxNameBytes)};
  reference.done();
  return variable;
}

}  // namespace etappe::container
