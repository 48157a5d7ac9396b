#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "server/report/site.hpp"

namespace etappe::report {
namespace {

using nlohmann::json;

constexpr std::size_t kFewestSteps = 2;
constexpr std::size_t kMostSteps = 16;
constexpr int kLongestWindowDays = 365;

/// Walks the text and remembers the first fault; afterwards every read is a no-op.
class Reader {
 public:
  [[nodiscard]] bool failed() const { return !fault_.message.empty(); }
  [[nodiscard]] const FunnelFault& fault() const { return fault_; }

  void wrong(const std::string& where, std::string_view what) {
    if (!failed()) fault_.message = where + ": " + std::string(what);
  }

  void keys(const json& object, const std::string& where, std::initializer_list<std::string_view> known) {
    if (!object.is_object()) return wrong(where, "write an object {…}");
    for (const auto& [key, unused] : object.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        wrong(where + "." + key, "is not a known key");
  }

  std::string text(const json& object, const std::string& where, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
      wrong(where + "." + key, "write a text that is not empty");
      return {};
    }
    return found->get<std::string>();
  }

 private:
  FunnelFault fault_;
};

Match read_match(Reader& reader, const json& match, const std::string& where) {
  const std::string type = reader.text(match, where, "type");
  if (type == "view") {
    reader.keys(match, where, {"type", "path_prefix"});
    return ViewMatch{reader.text(match, where, "path_prefix")};
  }
  if (type == "step") {
    reader.keys(match, where, {"type", "funnel", "step"});
    return StepMatch{reader.text(match, where, "funnel"), reader.text(match, where, "step")};
  }
  reader.keys(match, where, {"type", "name"});
  if (type == "conversion") return ConversionMatch{reader.text(match, where, "name")};
  if (type == "event") return EventMatch{reader.text(match, where, "name")};
  if (type == "click") return ClickMatch{reader.text(match, where, "name")};
  reader.wrong(where + ".type", "is one of view, step, conversion, event, click");
  return EventMatch{};
}

Funnel read_funnel(Reader& reader, const json& object, const std::string& where) {
  reader.keys(object, where, {"id", "name", "window_days", "steps"});
  Funnel funnel;
  funnel.id = reader.text(object, where, "id");
  funnel.name = reader.text(object, where, "name");
  const json window = object.is_object() ? object.value("window_days", json(funnel.window_days)) : json();
  if (!window.is_number_integer() || window < 1 || window > kLongestWindowDays)
    reader.wrong(where + ".window_days", "write a whole number of days from 1 to 365");
  const json steps = object.is_object() ? object.value("steps", json::array()) : json::array();
  if (!steps.is_array() || steps.size() < kFewestSteps || steps.size() > kMostSteps)
    reader.wrong(where + ".steps", "write 2 to 16 steps");
  if (reader.failed()) return funnel;
  funnel.window_days = window.get<int>();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string place = where + ".steps[" + std::to_string(i) + "]";
    reader.keys(steps[i], place, {"name", "match"});
    FunnelStep step;
    step.name = reader.text(steps[i], place, "name");
    const json match = steps[i].is_object() ? steps[i].value("match", json()) : json();
    step.match = read_match(reader, match, place + ".match");
    funnel.steps.push_back(std::move(step));
  }
  return funnel;
}

}  // namespace

Result<std::vector<Funnel>, FunnelFault> funnels_from_json(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_array()) return fail(FunnelFault{"funnels: write a JSON array […]"});
  Reader reader;
  std::vector<Funnel> funnels;
  for (std::size_t i = 0; i < document.size(); ++i) {
    const std::string where = "funnels[" + std::to_string(i) + "]";
    Funnel funnel = read_funnel(reader, document[i], where);
    const bool taken =
        std::any_of(funnels.begin(), funnels.end(), [&](const Funnel& f) { return f.id == funnel.id; });
    if (taken) reader.wrong(where + ".id", "is the id of an earlier funnel");
    funnels.push_back(std::move(funnel));
  }
  if (reader.failed()) return fail(reader.fault());
  return funnels;
}

}  // namespace etappe::report
