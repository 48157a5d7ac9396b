#include "server/container/simulate.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "server/container/author.hpp"
#include "server/container/data_layer.hpp"

namespace etappe::container {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using namespace rules::layout;
using rules::Occasion;

struct Named {
  std::string_view event;
  Occasion occasion;
};
/// The events by which Google Tag Manager's runtime tells of occasions.
constexpr std::array<Named, 14> kOccasions{{{"gtm.init_consent", Occasion::consent},
                                            {"gtm.init", Occasion::init},
                                            {"gtm.js", Occasion::page_view},
                                            {"gtm.dom", Occasion::dom_ready},
                                            {"gtm.load", Occasion::window_loaded},
                                            {"gtm.click", Occasion::click},
                                            {"gtm.linkClick", Occasion::link_click},
                                            {"gtm.formSubmit", Occasion::form_submit},
                                            {"gtm.historyChange", Occasion::history_change},
                                            {"gtm.historyChange-v2", Occasion::history_change},
                                            {"gtm.scrollDepth", Occasion::scroll_depth},
                                            {"gtm.elementVisibility", Occasion::visibility},
                                            {"gtm.timer", Occasion::timer},
                                            {"gtm.pageError", Occasion::js_error}}};

/// Where the parts of an element and the details lie in the model, in the order of layout::ElementPart and
/// Detail.
constexpr std::array<std::string_view, 7> kElementPaths = {
    "gtm.elementId",     "gtm.elementClasses", "gtm.elementText",    "gtm.elementUrl",
    "gtm.elementTarget", "gtm.element.name",   "gtm.element.tagName"};
constexpr std::array<std::string_view, 12> kDetailPaths = {
    "gtm.scrollThreshold", "gtm.scrollThreshold", "gtm.timerEventNumber", "gtm.timerInterval",
    "gtm.visibleRatio",    "gtm.engagement",      "gtm.errorMessage",     "gtm.errorUrl",
    "gtm.errorLineNumber", "gtm.oldUrl",          "gtm.newUrl",           "gtm.historyChangeSource"};

constexpr std::size_t kVariablesAtOnce = 32;

/// The same container with its variables as parameters of tags, so that the engine itself says what they are
/// worth.
Author with_variables_as_tags(const Author& author) {
  Author other = author;
  other.tags.clear();
  for (std::size_t index = 0; index < author.variables.size(); ++index) {
    if (index % kVariablesAtOnce == 0) {
      Tag tag;
      tag.name = "variables " + std::to_string(index);
      tag.template_name = "simulation";
      tag.kind = rules::Kind::server;
      tag.consent = 0;
      other.tags.push_back(std::move(tag));
    }
    const std::string& name = author.variables[index].name;
    other.tags.back().parameters.emplace_back(name,
                                              Parameter{.kind = Parameter::Kind::variable, .text = name});
  }
  return other;
}

}  // namespace

class Simulation::Run final : public rules::Facts, public rules::Outcome {
 public:
  Run(std::string_view text, Page page, const Templates* templates) : page_(std::move(page)) {
    compiled_ = compile(text, templates);
    if (!compiled_.ok()) return;
    Problems ignored;
    const Author author = read_author(text, templates, ignored);
    for (const Variable& variable : author.variables) names_.push_back(variable.name);
    write(with_variables_as_tags(author), ignored, variables_);
    container_ = *rules::ContainerView::open(compiled_.bytes);
    if (variables_.ok()) variables_view_ = *rules::ContainerView::open(variables_.bytes);
  }

  [[nodiscard]] const Compiled& compiled() const { return compiled_; }

  ordered_json push(const json& message) {
    const auto event = layer_.take(message);
    fired_ = ordered_json::array();
    held_ = ordered_json::array();
    const rules::Happening happening = happening_of(event.value_or(std::string{}));
    if (event) {
      if (happening.occasion == Occasion::page_view) {
        on_page_.clear();
        seen_.reset();
      }
      container_.run(happening, *this);
    }
    return {{"event", event ? ordered_json(*event) : ordered_json(nullptr)},
            {"fired", fired_},
            {"held", held_},
            {"variables", values(happening)}};
  }

  // What the engine asks. Values are kept until the next message.
  [[nodiscard]] std::string_view data_layer(std::string_view path) const override {
    return kept(layer_.value_of(path));
  }
  [[nodiscard]] std::string_view event_property(std::string_view key) const override {
    return kept(layer_.value_of("eventModel." + std::string(key)));
  }
  [[nodiscard]] std::string_view of_page(VariableType type, unsigned part, std::string_view name,
                                         std::span<char> room) const override {
    std::string value;
    if (type == VariableType::element) {
      value = part < kElementPaths.size() ? layer_.value_of(kElementPaths[part])
                                          : layer_.value_of("gtm.element." + std::string(name));
    } else if (type == VariableType::detail) {
      value = layer_.value_of(kDetailPaths[part]);
    }
    const std::size_t size = std::min(value.size(), room.size());
    std::copy_n(value.begin(), size, room.begin());
    return {room.data(), size};
  }

  // What it decides.
  void fired(rules::FiringView& firing) override {
    const std::string name(firing.event.tag);
    if (firing.event.name == "simulation") return note_values(firing);
    const bool again = (firing.repeat == rules::Repeat::once_per_page && !on_page_.insert(name).second) ||
                       (firing.repeat >= rules::Repeat::once_per_session && !in_session_.insert(name).second);
    if (again) {
      held_.push_back({{"tag", name}, {"reason", "once"}});
    } else {
      fired_.push_back(name);
    }
  }
  void held(const rules::HeldView& held) override {
    held_.push_back({{"tag", held.tag_name}, {"reason", name_of(held.reason)}});
  }

 private:
  rules::Happening happening_of(const std::string& event) {
    around_ = {.referrer = page_.referrer,
               .now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
               .seen = &seen_};
    event_ = event;
    const auto known = std::ranges::find(kOccasions, event_, &Named::event);
    return {.occasion = known == kOccasions.end() ? Occasion::event : known->occasion,
            .event_name = event_,
            .page_url = page_.url,
            .consent = page_.consent,
            .facts = this,
            .around = &around_};
  }

  ordered_json values(const rules::Happening& happening) {
    values_ = ordered_json::object();
    for (const std::string& name : names_) values_[name] = "";
    for (std::size_t tag = 0; tag < variables_view_.tag_count(); ++tag)
      variables_view_.fire(tag, happening, *this);
    return values_;
  }

  void note_values(const rules::FiringView& firing) {
    for (const auto& [key, value] : firing.parameters) values_[std::string(key)] = value;
  }

  [[nodiscard]] std::string_view kept(std::string value) const {
    return *kept_.insert(std::move(value)).first;  // few different ones, and none moves
  }

  Page page_;
  Compiled compiled_, variables_;
  rules::ContainerView container_, variables_view_;
  std::vector<std::string> names_;
  DataLayer layer_;
  std::string event_;
  rules::Surroundings around_;
  rules::TriggerSet seen_;
  std::set<std::string> on_page_, in_session_;
  ordered_json fired_, held_, values_;
  mutable std::set<std::string> kept_;
};

Simulation::Simulation(std::string_view json, Page page, const Templates* templates)
    : run_(std::make_unique<Run>(json, std::move(page), templates)) {}
Simulation::~Simulation() = default;
const std::vector<Problem>& Simulation::problems() const { return run_->compiled().problems; }
bool Simulation::ok() const { return run_->compiled().ok(); }
ordered_json Simulation::push(const json& message) { return run_->push(message); }

}  // namespace etappe::container
