#include "server/admin/site_file.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace etappe::admin {
namespace {

using nlohmann::json;
using Reason = FileProblem::Reason;
using Match = FunnelStep::Match;

struct Problem {  // thrown inside this file only: a walk over JSON has too many places where it may end
  FileProblem problem;
};

[[noreturn]] void refuse(Reason reason, const std::string& where) { throw Problem{{reason, where}}; }

/// A JSON object under reading: gives its members by type and, at the end, refuses those nobody asked for.
class Object {
 public:
  Object(const json& value, std::string where) : value_(value), where_(std::move(where)) {
    if (!value.is_object()) refuse(Reason::wrong_type, where_.empty() ? "the file" : where_);
  }
  [[nodiscard]] std::string at(const std::string& key) const { return where_.empty() ? key : where_ + "." + key; }
  [[nodiscard]] const json* find(const std::string& key) {
    asked_.insert(key);
    const auto found = value_.find(key);
    return found == value_.end() ? nullptr : &*found;
  }
  [[nodiscard]] const json& need(const std::string& key) {
    const json* found = find(key);
    if (found == nullptr) refuse(Reason::missing_key, at(key));
    return *found;
  }
  [[nodiscard]] std::string text(const std::string& key) {
    const json& found = need(key);
    if (!found.is_string()) refuse(Reason::wrong_type, at(key));
    return found.get<std::string>();
  }
  void read(const std::string& key, std::string& into) {
    if (find(key) != nullptr) into = text(key);
  }
  void read(const std::string& key, bool& into) {
    if (const json* found = find(key)) {
      if (!found->is_boolean()) refuse(Reason::wrong_type, at(key));
      into = found->get<bool>();
    }
  }
  void read(const std::string& key, int& into, int low, int high) {
    if (const json* found = find(key)) {
      if (!found->is_number_integer()) refuse(Reason::wrong_type, at(key));
      const auto number = found->get<std::int64_t>();
      if (number < low || number > high) refuse(Reason::bad_value, at(key));
      into = static_cast<int>(number);
    }
  }
  [[nodiscard]] const json& list(const std::string& key) {
    const json& found = need(key);
    if (!found.is_array()) refuse(Reason::wrong_type, at(key));
    return found;
  }
  void end() const {
    for (const auto& [key, unused] : value_.items())
      if (!asked_.contains(key)) refuse(Reason::unknown_key, at(key));
  }

 private:
  const json& value_;
  std::string where_;
  std::set<std::string> asked_;
};

FunnelStep step_from(const json& value, const std::string& where) {
  Object object(value, where);
  FunnelStep step;
  step.name = object.text("name");
  Object match(object.need("match"), object.at("match"));
  const std::string type = match.text("type");
  if (type == name_of(Match::view)) {
    step.match = Match::view;
    step.path_prefix = match.text("path_prefix");
  } else if (type == name_of(Match::step)) {
    step.match = Match::step;
    step.funnel = match.text("funnel");
    step.step = match.text("step");
  } else {
    bool known = false;
    for (const Match named : {Match::conversion, Match::event, Match::click})
      if (type == name_of(named)) {
        step.match = named;
        known = true;
      }
    if (!known) refuse(Reason::bad_value, match.at("type"));
    step.event = match.text("name");
  }
  match.end();
  object.end();
  return step;
}

std::vector<FunnelStep> steps_from(const json& list, const std::string& where) {
  std::vector<FunnelStep> steps;
  for (std::size_t i = 0; i < list.size(); ++i)
    steps.push_back(step_from(list[i], where + "[" + std::to_string(i) + "]"));
  return steps;
}

Funnel funnel_from(const json& value, const std::string& where) {
  Object object(value, where);
  Funnel funnel;
  funnel.id = object.text("id");
  funnel.name = object.text("name");
  object.read("window_days", funnel.window_days, 1, 365);
  funnel.steps = steps_from(object.list("steps"), object.at("steps"));
  object.end();
  return funnel;
}

SiteFile file_from(const json& value) {
  Object object(value, "");
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
  if (object.find("funnels") != nullptr) {
    const json& funnels = object.list("funnels");
    for (std::size_t i = 0; i < funnels.size(); ++i)
      site.funnels.push_back(funnel_from(funnels[i], "funnels[" + std::to_string(i) + "]"));
  }
  object.end();
  return file;
}

template <class Read>
auto parsed(std::string_view text, Read&& read) -> Result<decltype(read(json())), FileProblem> {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(FileProblem{Reason::not_json, "the file"});
  try {
    return read(value);
  } catch (const Problem& problem) {
    return fail(problem.problem);
  }
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

std::string_view name_of(FunnelStep::Match match) {
  switch (match) {
    case Match::view: return "view";
    case Match::step: return "step";
    case Match::conversion: return "conversion";
    case Match::event: return "event";
    case Match::click: return "click";
  }
  return "view";
}

Result<SiteFile, FileProblem> parse_site_file(std::string_view text) { return parsed(text, file_from); }

std::string steps_to_text(const std::vector<FunnelStep>& steps) {
  json list = json::array();
  for (const FunnelStep& step : steps) {
    json match{{"type", name_of(step.match)}};
    switch (step.match) {
      case Match::view: match["path_prefix"] = step.path_prefix; break;
      case Match::step:
        match["funnel"] = step.funnel;
        match["step"] = step.step;
        break;
      case Match::conversion:
      case Match::event:
      case Match::click: match["name"] = step.event; break;
    }
    list.push_back({{"name", step.name}, {"match", std::move(match)}});
  }
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::vector<FunnelStep>, FileProblem> parse_steps(std::string_view text) {
  return parsed(text, [](const json& value) {
    if (!value.is_array()) refuse(Reason::wrong_type, "steps");
    return steps_from(value, "steps");
  });
}

}  // namespace etappe::admin
