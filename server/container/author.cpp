#include "server/container/author.hpp"

#include <nlohmann/json.hpp>

#include "server/container/author_reader.hpp"

namespace etappe::container {

using event::kMaxNameBytes;
using nlohmann::json;

namespace {
constexpr std::string_view kFormat = "etappe-container/1";
}

Author AuthorReader::read(const json& document) {
  ObjectReader object(document, "container", problems_);
  const std::string format = object.required_text("format", kMaxNameBytes);
  if (!format.empty() && format != kFormat) {
    object.error("format", "is " + in_quotes(format) + "; write " + in_quotes(kFormat));
  }
  author_.name = object.required_text("name", kMaxNameBytes);
  object.require("version");
  author_.version = object.number("version").value_or(0);
  author_.folders = object.texts("folders", kMaxNameBytes);
  if (author_.folders.size() > kMaxFolders) {
    object.error("folders", "has " + std::to_string(author_.folders.size()) + " members; " +
                                std::to_string(kMaxFolders) + " are allowed");
  }
  object.each("variables", [this](const json& value, std::size_t index) { read_variable(value, index); });
  object.require("triggers");
  object.each("triggers", [this](const json& value, std::size_t index) { read_trigger(value, index); });
  object.require("tags");
  object.each("tags", [this](const json& value, std::size_t index) { read_tag(value, index); });
  object.done();
  return std::move(author_);
}

Author read_author(std::string_view text, const Templates* templates, Problems& problems) {
  if (text.size() > kMaxAuthorBytes) {
    problems.error("document", "has " + std::to_string(text.size()) + " bytes; " +
                                   std::to_string(kMaxAuthorBytes) + " are allowed");
    return {};
  }
  const auto document = parse(text, problems);
  if (!document) return {};
  return AuthorReader(templates, problems).read(*document);
}

}  // namespace etappe::container
