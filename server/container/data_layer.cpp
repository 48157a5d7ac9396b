#include "server/container/data_layer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace etappe::container {
namespace {

using nlohmann::json;

constexpr unsigned kDepth = 20;

std::vector<std::string> keys_of(std::string_view path) {
  std::vector<std::string> keys{""};
  for (const char c : path) {
    if (c == '.') {
      keys.emplace_back();
    } else {
      keys.back() += c;
    }
  }
  return keys;
}

void merge(const json& from, json& to, bool clear, unsigned depth);

void put(const json& value, json& place, bool clear, unsigned depth) {
  if (!value.is_structured() || depth >= kDepth) {
    place = value;
    return;
  }
  if (clear || place.type() != value.type()) place = value.is_array() ? json::array() : json::object();
  merge(value, place, clear, depth + 1);
}

void merge(const json& from, json& to, bool clear, unsigned depth) {
  if (from.is_array()) {
    for (std::size_t index = 0; index < from.size(); ++index) put(from[index], to[index], clear, depth);
    return;
  }
  for (const auto& [key, value] : from.items()) put(value, to[key], clear, depth);
}

/// The member of a list that a key names, as JavaScript's own index.
const json* member(const json& value, const std::string& key) {
  if (value.is_object()) {
    const auto found = value.find(key);
    return found == value.end() ? nullptr : &*found;
  }
  if (!value.is_array() || key.empty() || key.size() > 9) return nullptr;
  const bool digits = std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (key.size() > 1 && key.front() == '0')) return nullptr;
  const std::size_t index = std::stoul(key);
  return index < value.size() ? &value[index] : nullptr;
}

const json* find(const json& model, std::string_view path) {
  const json* value = &model;
  for (const std::string& key : keys_of(path)) {
    value = member(*value, key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

/// "items.length", where that is a list.
std::string length_of(const json& model, std::string_view path) {
  constexpr std::string_view kLength = ".length";
  if (!path.ends_with(kLength)) return {};
  const json* list = find(model, path.substr(0, path.size() - kLength.size()));
  return list != nullptr && list->is_array() ? std::to_string(list->size()) : std::string{};
}

std::string text_of(double number) {
  constexpr std::size_t kRoom = 400;
  std::string text(kRoom, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.6f", number)));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace

std::optional<std::string> DataLayer::take(const json& message) {
  if (message.is_array()) {
    call(message);
    return std::nullopt;
  }
  if (!message.is_object()) return std::nullopt;
  const auto clearing = message.find("_clear");
  const bool clear = clearing != message.end() && *clearing == true;
  for (const auto& [key, value] : message.items()) {
    if (key == "_clear") continue;
    std::vector<std::string> keys = keys_of(key);
    json nested = value;
    for (; keys.size() > 1; keys.pop_back()) nested = json{{keys.back(), std::move(nested)}};
    merge(json{{keys.front(), std::move(nested)}}, model_, clear, 0);
  }
  const auto event = message.find("event");
  return event != message.end() && event->is_string() ? std::optional(event->get<std::string>())
                                                      : std::nullopt;
}

/// ["cart.items.push", item]: a method of a list.
void DataLayer::call(const json& message) {
  if (message.empty() || !message[0].is_string()) return;
  const auto path = message[0].get<std::string>();
  const std::size_t point = path.rfind('.');
  if (point == std::string::npos) return;
  const json* found = find(model_, std::string_view(path).substr(0, point));
  if (found == nullptr || !found->is_array()) return;
  auto& list = *const_cast<json*>(found);  // a member of our own model
  const std::string_view method = std::string_view(path).substr(point + 1);
  if (method == "push") {
    for (std::size_t index = 1; index < message.size(); ++index) list.push_back(message[index]);
  } else if (method == "unshift") {
    list.insert(list.begin(), message.begin() + 1, message.end());
  } else if (method == "pop" && !list.empty()) {
    list.erase(list.size() - 1);
  } else if (method == "shift" && !list.empty()) {
    list.erase(std::size_t{0});
  } else if (method == "reverse") {
    std::reverse(list.begin(), list.end());
  }
}

std::string DataLayer::value_of(std::string_view path) const {
  const json* value = find(model_, path);
  if (value == nullptr) return length_of(model_, path);
  if (value->is_string()) return value->get<std::string>();
  if (value->is_boolean()) return value->get<bool>() ? "true" : "false";
  if (value->is_number_integer()) return value->dump();
  return value->is_number() ? text_of(value->get<double>()) : std::string{};
}

}  // namespace etappe::container
