#include "server/admin/site_file.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace etappe::admin {
namespace {

using nlohmann::json;
using Reason = FileProblem::Reason;

struct Problem {  // thrown inside this file only: a walk over JSON has too many places where it may end
  FileProblem problem;
};

[[noreturn]] void refuse(Reason reason, const std::string& where) { throw Problem{{reason, where}}; }

/// A JSON object under reading: gives its members by type and, at the end, refuses those nobody asked for.
class Object {
 public:
  explicit Object(const json& value) : value_(value) {
    if (!value.is_object()) refuse(Reason::wrong_type, "the file");
  }
  [[nodiscard]] const json* find(const std::string& key) {
    asked_.insert(key);
    const auto found = value_.find(key);
    return found == value_.end() ? nullptr : &*found;
  }
  [[nodiscard]] const json& need(const std::string& key) {
    const json* found = find(key);
    if (found == nullptr) refuse(Reason::missing_key, key);
    return *found;
  }
  [[nodiscard]] std::string text(const std::string& key) {
    const json& found = need(key);
    if (!found.is_string()) refuse(Reason::wrong_type, key);
    return found.get<std::string>();
  }
  void read(const std::string& key, std::string& into) {
    if (find(key) != nullptr) into = text(key);
  }
  void read(const std::string& key, bool& into) {
    if (const json* found = find(key)) {
      if (!found->is_boolean()) refuse(Reason::wrong_type, key);
      into = found->get<bool>();
    }
  }
  void read(const std::string& key, int& into, int low, int high) {
    if (const json* found = find(key)) {
      if (!found->is_number_integer()) refuse(Reason::wrong_type, key);
      const auto number = found->get<std::int64_t>();
      if (number < low || number > high) refuse(Reason::bad_value, key);
      into = static_cast<int>(number);
    }
  }
  [[nodiscard]] const json& list(const std::string& key) {
    const json& found = need(key);
    if (!found.is_array()) refuse(Reason::wrong_type, key);
    return found;
  }
  void end() const {
    for (const auto& [key, unused] : value_.items())
      if (!asked_.contains(key)) refuse(Reason::unknown_key, key);
  }

 private:
  const json& value_;
  std::set<std::string> asked_;
};

SiteFile file_from(const json& value) {
  Object object(value);
  SiteFile file;
  Site& site = file.site;
  site.name = object.text("name");
  const json& domains = object.list("domains");
  for (std::size_t i = 0; i < domains.size(); ++i) {
    if (!domains[i].is_string()) refuse(Reason::wrong_type, "domains[" + std::to_string(i) + "]");
    site.domains.push_back(domains[i].get<std::string>());
  }
  object.read("key", site.key);
  object.read("zone", site.zone);
  object.read("currency", site.currency);
  object.read("demo", site.demo);
  object.read("require_origin", site.require_origin);
  object.read("allow_null_origin", site.allow_null_origin);
  object.read("session_minutes", site.session_minutes, 1, 1440);
  object.read("container", file.container);
  if (object.find("funnels") != nullptr) site.funnels = object.list("funnels").dump();
  object.end();
  return file;
}

}  // namespace

std::string_view name_of(FileProblem::Reason reason) {
  switch (reason) {
    case Reason::not_json: return "not_json";
    case Reason::unknown_key: return "unknown_key";
    case Reason::missing_key: return "missing_key";
    case Reason::wrong_type: return "wrong_type";
    case Reason::bad_value: return "bad_value";
  }
  return "bad_value";
}

Result<SiteFile, FileProblem> parse_site_file(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(FileProblem{Reason::not_json, "the file"});
  try {
    return file_from(value);
  } catch (const Problem& problem) {
    return fail(problem.problem);
  }
}

}  // namespace etappe::admin
