#pragma once
// window.dataLayer outside of a browser: the rules of docs/container-format.md, "The data layer", the same as
// wasm/loader/data_layer.js has them. tests/golden/data_layer.json is the table that both are tested against.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace etappe::container {

class DataLayer {
 public:
  /// Takes one message into the model; returns its event's name where it has one.
  std::optional<std::string> take(const nlohmann::json& message);
  /// What a path of the model holds, as conditions see it: numbers with six decimals at most, objects, lists
  /// and null as the empty text.
  [[nodiscard]] std::string value_of(std::string_view path) const;
  [[nodiscard]] const nlohmann::json& model() const { return model_; }

 private:
  void call(const nlohmann::json& message);

  nlohmann::json model_ = nlohmann::json::object();
};

}  // namespace etappe::container
