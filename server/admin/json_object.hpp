#pragma once
// A walk over JSON that a person wrote. Unknown keys are errors, because a misspelt setting that is silently
// ignored is found months later in the figures. Seen by server/admin/*.cpp only.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/admin/file_problem.hpp"

namespace etappe::admin {

/// Thrown inside the room only: such a walk has too many places where it may end.
struct Refused {
  FileProblem problem;
};

[[noreturn]] inline void refuse(FileProblem::Reason reason, std::string where, std::string wanted = {}) {
  throw Refused{{reason, std::move(where), std::move(wanted)}};
}

/// A JSON object under reading: gives its members by type and, at the end, refuses those nobody asked for.
class Object {
 public:
  using json = nlohmann::json;
  using Reason = FileProblem::Reason;

  /// `name` is where the object stands; empty: it is the whole text.
  Object(const json& value, std::string name) : value_(value), name_(std::move(name)) {
    if (!value.is_object()) refuse(Reason::wrong_type, name_.empty() ? "the file" : name_, "write an object");
  }
  /// Where a member stands: "tracker.url".
  [[nodiscard]] std::string place(const std::string& key) const {
    return name_.empty() ? key : name_ + "." + key;
  }
  [[nodiscard]] const json* find(const std::string& key) {
    asked_.insert(key);
    const auto found = value_.find(key);
    return found == value_.end() ? nullptr : &*found;
  }
  [[nodiscard]] const json& need(const std::string& key) {
    const json* found = find(key);
    if (found == nullptr) refuse(Reason::missing_key, place(key));
    return *found;
  }
  [[nodiscard]] std::string text(const std::string& key) {
    const json& found = need(key);
    if (!found.is_string()) refuse(Reason::wrong_type, place(key), "write a text");
    return found.get<std::string>();
  }
  void read(const std::string& key, std::string& into) {
    if (find(key) != nullptr) into = text(key);
  }
  void read(const std::string& key, bool& into) {
    if (const json* found = find(key)) {
      if (!found->is_boolean()) refuse(Reason::wrong_type, place(key), "write true or false");
      into = found->get<bool>();
    }
  }
  void read(const std::string& key, int& into, int low, int high) {
    if (const json* found = find(key)) {
      if (!found->is_number_integer()) refuse(Reason::wrong_type, place(key), "write a whole number");
      const auto number = found->get<std::int64_t>();
      if (number < low || number > high)
        refuse(Reason::out_of_range, place(key),
               "write a number from " + std::to_string(low) + " to " + std::to_string(high));
      into = static_cast<int>(number);
    }
  }
  [[nodiscard]] const json& list(const std::string& key) {
    const json& found = need(key);
    if (!found.is_array()) refuse(Reason::wrong_type, place(key), "write a list");
    return found;
  }
  /// A list of texts; what stands at i is refused as "key[i]".
  [[nodiscard]] std::vector<std::string> texts(const std::string& key) {
    std::vector<std::string> all;
    for (const json& item : list(key)) {
      if (!item.is_string()) refuse(Reason::wrong_type, place(key, all.size()), "write a text");
      all.push_back(item.get<std::string>());
    }
    return all;
  }
  [[nodiscard]] std::string place(const std::string& key, std::size_t index) const {
    return place(key) + "[" + std::to_string(index) + "]";
  }
  void end() const {
    for (const auto& [key, unused] : value_.items())
      if (!asked_.contains(key)) refuse(Reason::unknown_key, place(key));
  }

 private:
  const json& value_;
  const std::string name_;
  std::set<std::string> asked_;
};

/// A word that a person writes, and what it stands for.
template <class Value>
using Word = std::pair<std::string_view, Value>;

template <class Value, std::size_t N>
std::string_view word_of(Value value, const Word<Value> (&words)[N]) {
  return std::ranges::find(words, value, &Word<Value>::second)->first;
}

template <class Value, std::size_t N>
void read_word(Object& object, const std::string& key, Value& into, const Word<Value> (&words)[N]) {
  if (object.find(key) == nullptr) return;
  const std::string text = object.text(key);
  const auto found = std::ranges::find(words, text, &Word<Value>::first);
  if (found == std::end(words)) {
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "\"" : " or \"") + std::string(word.first) + "\"";
    refuse(FileProblem::Reason::bad_value, object.place(key), "write " + all);
  }
  into = found->second;
}

/// A list of texts that `check(text, place)` has accepted one by one, each once.
template <class Check>
void read_texts(Object& object, const std::string& key, std::vector<std::string>& into, std::size_t most,
                Check check) {
  if (object.find(key) == nullptr) return;
  into = object.texts(key);
  if (into.size() > most)
    refuse(FileProblem::Reason::out_of_range, object.place(key),
           "at most " + std::to_string(most) + " entries");
  for (std::size_t i = 0; i < into.size(); ++i) {
    check(into[i], object.place(key, i));
    if (std::find(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(i), into[i]) !=
        into.begin() + static_cast<std::ptrdiff_t>(i))
      refuse(FileProblem::Reason::bad_value, object.place(key, i), "\"" + into[i] + "\" stands there twice");
  }
}

/// A merge would drop an unknown key whose value is null without a word.
inline void refuse_unknown(const nlohmann::json& patch, const nlohmann::json& whole,
                           const std::string& name) {
  for (const auto& [key, value] : patch.items()) {
    const std::string place = name + "." + key;
    if (!whole.contains(key)) refuse(FileProblem::Reason::unknown_key, place);
    if (value.is_object() && whole[key].is_object()) refuse_unknown(value, whole[key], place);
  }
}

}  // namespace etappe::admin
