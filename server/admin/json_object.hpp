#pragma once
// A walk over JSON that a person wrote. Unknown keys are errors, because a misspelt setting that is silently
// ignored is found months later in the figures. Seen by server/admin/*.cpp only.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
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

}  // namespace etappe::admin
