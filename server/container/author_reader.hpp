#pragma once
// The author's JSON, object by object. Only this room includes it.

#include <algorithm>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "server/container/author.hpp"

namespace etappe::container {

class AuthorReader {
 public:
  AuthorReader(const Templates* templates, Problems& problems) : templates_(templates), problems_(problems) {}
  [[nodiscard]] Author read(const nlohmann::json& document);

 private:
  using Json = nlohmann::json;

  /// Begins one named member of a list. From then on its problems are reported under its name.
  template <class Named>
  ObjectReader begin(const Json& value, std::size_t index, std::string_view kind, Named& named,
                     const std::vector<Named>& others);

  void read_variable(const Json& value, std::size_t index);  // read_variable.cpp
  void read_variable_fields(ObjectReader& object, Variable& variable);
  void read_source(ObjectReader& object, Variable& variable);
  void read_rows(ObjectReader& object, std::string_view key_name, Variable& variable);
  void read_pieces(ObjectReader& object, Variable& variable);

  void read_trigger(const Json& value, std::size_t index);  // read_trigger.cpp
  void read_occasion_fields(ObjectReader& object, Trigger& trigger);
  void read_condition(const Json& value, std::string place, Trigger& trigger);

  void read_tag(const Json& value, std::size_t index);  // read_tag.cpp
  void read_options(ObjectReader& object, Tag& tag);
  void read_consent(ObjectReader& object, Tag& tag);
  void read_parameters(const Json& value, std::string place, Tag& tag);
  void read_template_parameters(ObjectReader& object, const Json& value, Tag& tag);
  void read_image_parameters(ObjectReader& object, Tag& tag);

  // read_parameter.cpp
  Parameter parameter(ObjectReader& object, std::string_view key, std::size_t most = kMaxValueBytes,
                      const std::string& when_empty = "leave it out instead");
  Parameter required_parameter(ObjectReader& object, std::string_view key);
  /// A text, or a reference to a variable; absent, with a problem under `key`, for anything else.
  Parameter parameter_of(ObjectReader& object, std::string_view key, const Json& value, std::size_t most);

  const Templates* templates_;
  Problems& problems_;
  Author author_;
};

template <class Named>
ObjectReader AuthorReader::begin(const Json& value, std::size_t index, std::string_view kind, Named& named,
                                 const std::vector<Named>& others) {
  ObjectReader object(value, std::string(kind) + "s[" + std::to_string(index) + ']', problems_);
  named.name = object.required_text("name", event::kMaxNameBytes);
  if (!named.name.empty()) {
    object.rename(std::string(kind) + ' ' + in_quotes(named.name));
    if (find_named(others, named.name) != nullptr) {
      object.error("name", "is taken by an earlier " + std::string(kind) + "; choose another");
    }
  }
  const std::string folder = object.any_text("folder", event::kMaxNameBytes);
  if (!folder.empty() &&
      std::find(author_.folders.begin(), author_.folders.end(), folder) == author_.folders.end()) {
    object.error("folder",
                 "is " + in_quotes(folder) + ", which is not among the folders; add it to \"folders\"");
  }
  static_cast<void>(object.any_text("note", kMaxNoteBytes));
  return object;
}

}  // namespace etappe::container
