// What only full containers have: occasions, variables, operators, options, chains, groups, requests.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "core/rules/rules.hpp"
#include "server/container/container.hpp"

namespace etappe::container {
namespace {

using consent::State;
using nlohmann::json;
using rules::Occasion;

constexpr consent::States kAll{State::granted, State::granted};
constexpr consent::States kAnalytics{State::granted, State::denied};
constexpr std::string_view kUrl = "https://www.shop.example/danke/beleg.PDF?art=neu&leer=#teil";

/// All there is to know of a happening.
struct Happening {
  Occasion occasion = Occasion::page_view;
  std::string_view event_name = {};
  std::string_view page_url = kUrl;
  consent::States consent = {};
  const rules::Facts* facts = nullptr;
  std::string_view referrer = {};
  unsigned trigger = rules::kEveryTrigger;
  bool prevented = false;
  std::string_view visitor = {};
  event::TimeMs now{};
  rules::TriggerSet* seen = nullptr;

  /// Has `work(happening)` done.
  template <class Work>
  void with(Work work) const {
    const rules::Surroundings around{referrer, trigger, prevented, visitor, now, seen};
    work(rules::Happening{occasion, event_name, page_url, consent, facts, &around});
  }
};

/// A page under test: what it is asked is looked up by "kind name".
class Page final : public rules::Facts {
 public:
  std::map<std::string, std::string, std::less<>> values;
  std::string matching;  ///< the selector that its element matches
  std::uint32_t chance = 0;
  mutable std::vector<std::string> asked;

  [[nodiscard]] std::string_view data_layer(std::string_view path) const override {
    return find("data " + std::string(path));
  }
  [[nodiscard]] std::string_view event_property(std::string_view key) const override {
    return find("property " + std::string(key));
  }
  [[nodiscard]] std::string_view of_page(rules::layout::VariableType type, unsigned part,
                                         std::string_view name, std::span<char> room) const override {
    const std::string key =
        std::to_string(static_cast<int>(type)) + "." + std::to_string(part) + " " + std::string(name);
    asked.push_back(key);
    const std::string_view value = find(key);
    const std::size_t size = std::min(value.size(), room.size());
    std::copy_n(value.begin(), size, room.begin());
    return {room.data(), size};
  }
  [[nodiscard]] bool element_matches(std::string_view selector) const override {
    return selector == matching;
  }
  [[nodiscard]] std::uint32_t random() const override { return chance; }

 private:
  [[nodiscard]] std::string_view find(const std::string& key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::string_view{} : std::string_view(found->second);
  }
};

class Lines final : public rules::Outcome {
 public:
  std::vector<std::string> lines;
  void fired(rules::FiringView& f) override {
    std::string line(f.event.tag);
    switch (f.kind) {
      case rules::Kind::conversion: line += '=' + std::string(f.event.order_id); break;
      case rules::Kind::step: line += '=' + std::string(f.event.step); break;
      case rules::Kind::image: line += ' ' + std::string(f.parameters[0].value); break;
      case rules::Kind::server:
        line += ' ' + std::string(f.event.name) + " value=" + std::string(f.event.value);
        for (const auto& [key, value] : f.parameters)
          line += ' ' + std::string(key) + '=' + std::string(value);
        break;
    }
    lines.push_back(line);
  }
  void held(const rules::HeldView& h) override {
    lines.push_back("held " + std::string(h.tag_name) + ' ' + std::string(name_of(h.reason)) +
                    (h.skip ? " skip" : ""));
  }
};

/// A server template that any parameters suit but `colour`.
class TestTemplates final : public Templates {
 public:
  [[nodiscard]] std::optional<TemplateView> find(std::string_view id) const override {
    return id == "vendor" ? std::optional(TemplateView{}) : std::nullopt;
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> problems(
      std::string_view, const std::vector<GivenParameter>& given) const override {
    std::vector<std::pair<std::string, std::string>> found;
    for (const GivenParameter& one : given)
      if (one.key == "colour")
        found.emplace_back(
            "colour", std::string("is not wanted") + (one.literal ? ", least of all " + *one.literal : ""));
    return found;
  }
  [[nodiscard]] std::vector<std::string> ids() const override { return {"vendor"}; }
};
const TestTemplates kTemplates;

json container_of(json variables, json triggers, json tags) {
  return {{"format", "etappe-container/1"},
          {"name", "n"},
          {"version", 7},
          {"variables", std::move(variables)},
          {"triggers", std::move(triggers)},
          {"tags", std::move(tags)}};
}

json conversion(const std::string& name, json triggers, json more = json::object()) {
  json tag = {{"name", name},
              {"template", "etappe-conversion"},
              {"triggers", std::move(triggers)},
              {"parameters", {{"conversion", "c"}}}};
  if (more.is_object()) tag.merge_patch(more);
  return tag;
}

std::string errors_of(const Compiled& compiled) {
  std::string all;
  for (const Problem& problem : compiled.problems)
    if (problem.severity == Severity::error) all += problem.where + ": " + problem.message + '\n';
  return all;
}

std::vector<std::string> run(const json& container, Happening happening, const Page& page = {}) {
  const Compiled compiled = compile(container.dump(), &kTemplates);
  EXPECT_TRUE(compiled.ok()) << errors_of(compiled);
  if (!compiled.ok()) return {};
  const auto view = rules::ContainerView::open(compiled.bytes);
  EXPECT_TRUE(view) << name_of(view.error());
  happening.facts = &page;
  Lines lines;
  happening.with([&](const rules::Happening& told) { view->run(told, lines); });
  return lines.lines;
}

using Names = std::vector<std::string>;

std::string listening_of(const json& container) {
  const Compiled compiled = compile(container.dump(), &kTemplates);
  return std::string(rules::ContainerView::open(compiled.bytes)->listening());
}

/// What a variable is worth: a tag says it as its order id.
std::string value_of(const json& variable, Happening happening = {}, const Page& page = {},
                     json others = json::array()) {
  json own = variable;
  own["name"] = "v";
  others.push_back(own);
  const json container =
      container_of(others, {{{"name", "t"}, {"on", name_of(happening.occasion)}}},
                   {conversion("g", {"t"}, {{"parameters", {{"order_id", {{"variable", "v"}}}}}})});
  json adjusted = container;
  if (happening.occasion == Occasion::event) adjusted["triggers"][0]["event"] = happening.event_name;
  happening.consent = kAll;
  const Names lines = run(adjusted, happening, page);
  return lines.size() == 1 ? lines[0].substr(2) : "?";
}

TEST(FullVariables, OfAddresses) {
  const std::pair<json, std::string> cases[] = {
      {{{"part", "protocol"}}, "https"},
      {{{"part", "host"}}, "www.shop.example"},
      {{{"part", "host"}, {"strip_www", true}}, "shop.example"},
      {{{"part", "port"}}, "443"},
      {{{"part", "extension"}}, "PDF"},
      {{{"part", "extension"}, {"case", "lower"}}, "pdf"},
      {{{"part", "fragment"}, {"case", "upper"}}, "TEIL"},
      {{{"part", "full"}, {"source", "referrer"}}, "http://WWW.Suche.example:8080/a/b?q=x+y%21"},
      {{{"part", "host"}, {"source", "referrer"}}, "www.suche.example"},
      {{{"part", "port"}, {"source", "referrer"}}, "8080"},
      {{{"part", "path"}, {"source", {{"variable", "link"}}}}, "/ziel"},
      {{{"part", "host"}, {"source", {{"variable", "no link"}}}}, ""},
  };
  const json others = {{{"name", "link"}, {"type", "constant"}, {"value", "https://anders.example/ziel?x=1"}},
                       {{"name", "no link"}, {"type", "constant"}, {"value", "mailto:a@b.example"}}};
  for (const auto& [fields, expected] : cases) {
    json variable = fields;
    variable["type"] = "url";
    EXPECT_EQ(value_of(variable, {.referrer = "http://WWW.Suche.example:8080/a/b?q=x+y%21"}, {}, others),
              expected)
        << fields;
  }
  const json query = {{"type", "query"}, {"parameter", "q"}, {"source", "referrer"}};
  EXPECT_EQ(value_of(query, {.referrer = "http://suche.example/?q=x+y%21"}), "x y!");
  EXPECT_EQ(value_of({{"type", "url"}, {"part", "port"}}, {.page_url = "http://a.example:81/"}), "81");
  EXPECT_EQ(value_of({{"type", "url"}, {"part", "port"}}, {.page_url = "http://a.example/"}), "80");
}

TEST(FullVariables, OfTheOccasion) {
  EXPECT_EQ(value_of({{"type", "event_name"}}, {.occasion = Occasion::event, .event_name = "purchase"}),
            "purchase");
  EXPECT_EQ(value_of({{"type", "event_name"}}, {.occasion = Occasion::link_click}), "link_click");
  EXPECT_EQ(value_of({{"type", "consent"}, {"purpose", "marketing"}}), "granted");
  EXPECT_EQ(value_of({{"type", "container_version"}}), "7");
  Page page;
  page.chance = 2147483647;
  EXPECT_EQ(value_of({{"type", "random"}}, {}, page), "2147483647");
  page.chance = 0;
  EXPECT_EQ(value_of({{"type", "random"}}, {}, page), "0");
}

TEST(FullVariables, OfThePageAreAskedForByKindPartAndName) {
  const std::tuple<json, std::string> cases[] = {
      {{{"type", "cookie"}, {"cookie", "basket"}}, "6.0 basket"},
      {{{"type", "cookie"}, {"cookie", "basket"}, {"decode", false}}, "6.1 basket"},
      {{{"type", "javascript"}, {"path", "shop.total"}}, "7.0 shop.total"},
      {{{"type", "dom"}, {"selector", "#total"}}, "8.0 #total"},
      {{{"type", "dom"}, {"selector", "#total"}, {"attribute", "data-x"}},
       std::string("8.0 #total\0data-x", 17)},
      {{{"type", "element"}, {"property", "url"}}, "9.3 "},
      {{{"type", "element"}, {"property", "attribute"}, {"attribute", "data-x"}}, "9.7 data-x"},
      {{{"type", "detail"}, {"field", "error_line"}}, "10.8 "},
  };
  for (const auto& [variable, question] : cases) {
    Page page;
    page.values[question] = "Wert";
    EXPECT_EQ(value_of(variable, {.occasion = Occasion::click}, page), "Wert") << variable;
    EXPECT_EQ(page.asked, Names{question});
    EXPECT_EQ(value_of(variable, {.occasion = Occasion::click}), "") << variable;
  }
}

TEST(FullVariables, AreReadOnlyWhenSomethingAsksAndOnce) {
  const json container = container_of(
      {{{"name", "cookie"}, {"type", "cookie"}, {"cookie", "c"}},
       {{"name", "path"}, {"type", "url"}, {"part", "path"}}},
      {{{"name", "here"},
        {"on", "page_view"},
        {"conditions",
         {{{"variable", "path"}, {"operator", "equals"}, {"value", "/hier"}},
          {{"variable", "cookie"}, {"operator", "equals"}, {"value", "1"}}}}},
       {{"name", "same"},
        {"on", "page_view"},
        {"conditions",
         {{{"variable", "cookie"}, {"operator", "contains"}, {"value", "1"}},
          {{"variable", "path"}, {"operator", "starts_with"}, {"value", "/hier"}}}}},
       {{"name", "click"},
        {"on", "click"},
        {"conditions", {{{"variable", "cookie"}, {"operator", "equals"}, {"value", "1"}}}}}},
      {conversion("a", {"here", "click"}), conversion("b", {"here"}), conversion("c", {"same"})});
  Page page;
  page.values["6.0 c"] = "1";
  EXPECT_EQ(run(container, {.page_url = "https://a.example/hier", .consent = kAll}, page),
            (Names{"a=", "b=", "c="}));
  EXPECT_EQ(page.asked.size(), 1U);
  page.asked.clear();
  json without = container;
  without["tags"].erase(2);
  EXPECT_EQ(run(without, {.page_url = "https://a.example/dort", .consent = kAll}, page), Names{});
  EXPECT_EQ(page.asked, Names{}) << "the path had already said no";
}

TEST(FullVariables, HaveDefaultsTablesAndTexts) {
  const json others = {{{"name", "art"}, {"type", "query"}, {"parameter", "art"}},
                       {{"name", "leer"}, {"type", "query"}, {"parameter", "leer"}},
                       {{"name", "pfad"}, {"type", "url"}, {"part", "path"}}};
  const std::pair<json, std::string> cases[] = {
      {{{"type", "query"}, {"parameter", "fehlt"}, {"default", "nichts"}}, "nichts"},
      {{{"type", "query"}, {"parameter", "leer"}, {"default", "nichts"}}, "nichts"},
      {{{"type", "query"}, {"parameter", "art"}, {"default", "nichts"}}, "neu"},
      {{{"type", "lookup"},
        {"input", "art"},
        {"rows",
         {{{"equals", "alt"}, {"value", "1"}},
          {{"equals", "neu"}, {"value", "2"}},
          {{"equals", "neu"}, {"value", "3"}}}}},
       "2"},
      {{{"type", "lookup"},
        {"input", "art"},
        {"rows", {{{"equals", "Neu"}, {"value", "1"}}}},
        {"default", "anders"}},
       "anders"},
      {{{"type", "lookup"},
        {"input", "leer"},
        {"rows", {{{"equals", ""}, {"value", {{"variable", "pfad"}}}}}}},
       "/danke/beleg.PDF"},
      {{{"type", "pattern_lookup"},
        {"input", "pfad"},
        {"rows", {{{"matches", "^/kasse"}, {"value", "Kasse"}}, {{"matches", "danke"}, {"value", "Danke"}}}}},
       "Danke"},
      {{{"type", "pattern_lookup"},
        {"input", "pfad"},
        {"full_match", true},
        {"rows", {{{"matches", "danke"}, {"value", "1"}}, {{"matches", "/danke/.*"}, {"value", "2"}}}}},
       "2"},
      {{{"type", "pattern_lookup"},
        {"input", "pfad"},
        {"ignore_case", true},
        {"rows", {{{"matches", "\\.pdf$"}, {"value", "Datei"}}}}},
       "Datei"},
      {{{"type", "pattern_lookup"},
        {"input", "pfad"},
        {"rows", {{{"matches", "\\.pdf$"}, {"value", "Datei"}}}}},
       ""},
      {{{"type", "text"}, {"parts", {"<", {{"variable", "art"}}, "|", {{"variable", "leer"}}, ">"}}},
       "<neu|>"},
      {{{"type", "text"}, {"parts", {"{{art}} und {{{{art}}"}}}, "neu und {{art}}"},
  };
  for (const auto& [variable, expected] : cases) {
    if (variable["type"] == "text" && variable["parts"].size() == 1) continue;  // names within a part: below
    EXPECT_EQ(value_of(variable, {}, {}, others), expected) << variable;
  }
  // Texts within a parameter.
  json tag = conversion("g", {"t"}, {{"parameters", {{"order_id", "A-{{art}}-{{pfad}}-{{{{x}}"}}}});
  const json container = container_of(others, {{{"name", "t"}, {"on", "page_view"}}}, {tag});
  EXPECT_EQ(run(container, {.consent = kAll}), Names{"g=A-neu-/danke/beleg.PDF-{{x}}"});
}

TEST(FullVariables, LongOnesAreCutAtWholeCharacters) {
  Page page;
  std::string wide;
  while (wide.size() < rules::kMaxValueBytes + 10) wide += "ä";
  page.values["data x"] = "a" + wide;
  const json variable = {{"type", "data_layer"}, {"path", "x"}, {"case", "lower"}};
  const std::string value = value_of(variable, {}, page);
  EXPECT_EQ(value.size(), rules::kMaxValueBytes - 1);
  EXPECT_EQ(value.substr(value.size() - 2), "ä");
}

TEST(FullOperators, ComparePatternsNumbersSelectorsAndVariables) {
  struct Case {
    std::string left, op;
    json right;
    bool holds;
  };
  const Case cases[] = {
      {"/danke/1", "matches", "^/danke/\\d$", true},
      {"/DANKE/1", "matches", "^/danke/\\d$", false},
      {"/DANKE/1", "matches_ignore_case", "^/danke/\\d$", true},
      {"/x", "not_matches", "danke", true},
      {"/danke", "not_matches_ignore_case", "DANKE", false},
      {"9", "less", "10", true},
      {"10", "less", "10", false},
      {"10.0", "less_or_equal", "10", true},
      {"10.01", "greater", "10", true},
      {"1e1", "greater_or_equal", "10", true},
      {"", "less", "1", true},
      {"5,00", "less", "10", false},
      {"5,00", "greater_or_equal", "0", false},
      {"gleich", "equals", {{"variable", "other"}}, true},
      {"Gleich", "equals", {{"variable", "other"}}, false},
      {"GLEICHHEIT", "starts_with_ignore_case", {{"variable", "other"}}, true},
      {"ungleich", "not_ends_with", {{"variable", "other"}}, false},
  };
  for (const Case& c : cases) {
    const json container =
        container_of({{{"name", "left"}, {"type", "data_layer"}, {"path", "left"}},
                      {{"name", "other"}, {"type", "constant"}, {"value", "gleich"}}},
                     {{{"name", "t"},
                       {"on", "page_view"},
                       {"conditions", {{{"variable", "left"}, {"operator", c.op}, {"value", c.right}}}}}},
                     {conversion("g", {"t"})});
    Page page;
    page.values["data left"] = c.left;
    EXPECT_EQ(run(container, {.consent = kAll}, page).size(), c.holds ? 1U : 0U)
        << c.left << ' ' << c.op << ' ' << c.right;
  }
}

TEST(FullOperators, ASelectorIsAMatterOfTheElement) {
  const auto clicked = [](const std::string& op, const std::string& matching) {
    const json container = container_of(
        {{{"name", "clicked"}, {"type", "element"}, {"property", "id"}}},
        {{{"name", "t"},
          {"on", "click"},
          {"conditions", {{{"variable", "clicked"}, {"operator", op}, {"value", ".buy, .buy *"}}}}}},
        {conversion("g", {"t"})});
    Page page;
    page.matching = matching;
    return run(container, {.occasion = Occasion::click, .consent = kAll}, page).size();
  };
  EXPECT_EQ(clicked("selector", ".buy, .buy *"), 1U);
  EXPECT_EQ(clicked("selector", ""), 0U);
  EXPECT_EQ(clicked("not_selector", ""), 1U);
  EXPECT_EQ(clicked("not_selector", ".buy, .buy *"), 0U);
}

TEST(FullTriggers, AreSetOffByTheirOccasionAndNoOther) {
  json triggers = json::array();
  json tags = json::array();
  const auto add = [&](json trigger, const std::string& name) {
    trigger["name"] = name;
    trigger["on"] = name;
    triggers.push_back(trigger);
    tags.push_back(conversion(name, {name}));
  };
  for (const char* name : {"consent", "init", "dom_ready", "window_loaded", "click", "link_click",
                           "form_submit", "history_change", "js_error", "page_view"})
    add({}, name);
  add({{"percent", {50}}}, "scroll_depth");
  add({{"selector", "#x"}}, "visibility");
  add({{"milliseconds", 1000}}, "timer");
  add({{"milliseconds", {1000}}}, "engagement");
  add({{"event", "e"}}, "event");
  const json container = container_of(json::array(), triggers, tags);
  for (std::size_t index = 0; index < rules::kOccasions - 1; ++index) {
    const auto occasion = static_cast<Occasion>(index);
    EXPECT_EQ(run(container, {.occasion = occasion, .event_name = "e", .consent = kAll}),
              Names{std::string(name_of(occasion)) + "="});
  }
}

TEST(FullTriggers, ListenersNameTheOneThatIsSetOff) {
  const json container = container_of(json::array(),
                                      {{{"name", "25"}, {"on", "scroll_depth"}, {"percent", {25}}},
                                       {{"name", "90"},
                                        {"on", "scroll_depth"},
                                        {"percent", {90}},
                                        {"pixels", {3000}},
                                        {"axis", "horizontal"}}},
                                      {conversion("b", {"90"}), conversion("a", {"25"})});
  // In the order in which tags name them.
  EXPECT_EQ(run(container, {.occasion = Occasion::scroll_depth, .consent = kAll, .trigger = 0}), Names{"b="});
  EXPECT_EQ(run(container, {.occasion = Occasion::scroll_depth, .consent = kAll, .trigger = 1}), Names{"a="});
  EXPECT_EQ(json::parse(listening_of(container)),
            json::parse(R"({"on":0,"scroll":[[0,[90],[3000],1],[1,[25],[],0]]})"));
}

TEST(FullTriggers, EventsByPatternAndLinksThatAreFollowed) {
  const json container = container_of(
      json::array(),
      {{{"name", "e"}, {"on", "event"}, {"event_matches", "^(view|select)_item$"}},
       {{"name", "any"}, {"on", "link_click"}},
       {{"name", "followed"}, {"on", "link_click"}, {"only_followed", true}}},
      {conversion("e", {"e"}), conversion("any", {"any"}), conversion("followed", {"followed"})});
  EXPECT_EQ(run(container, {.occasion = Occasion::event, .event_name = "select_item", .consent = kAll}),
            Names{"e="});
  EXPECT_EQ(run(container, {.occasion = Occasion::event, .event_name = "view_item_list", .consent = kAll}),
            Names{});
  EXPECT_EQ(run(container, {.occasion = Occasion::link_click, .consent = kAll}),
            (Names{"any=", "followed="}));
  EXPECT_EQ(run(container, {.occasion = Occasion::link_click, .consent = kAll, .prevented = true}),
            Names{"any="});
}

TEST(FullTriggers, AGroupIsSetOffWhenAllHaveBeenOncePerView) {
  const json container = container_of(json::array(),
                                      {{{"name", "view"}, {"on", "page_view"}},
                                       {{"name", "click"}, {"on", "click"}},
                                       {{"name", "both"}, {"on", "group"}, {"triggers", {"click", "view"}}}},
                                      {conversion("g", {"both"}), conversion("v", {"view"})});
  const Compiled compiled = compile(container.dump());
  ASSERT_TRUE(compiled.ok());
  const auto view = *rules::ContainerView::open(compiled.bytes);
  rules::TriggerSet seen;
  const auto happen = [&](Occasion occasion) {
    Lines lines;
    Happening{.occasion = occasion, .consent = kAll, .seen = &seen}.with(
        [&](const rules::Happening& told) { view.run(told, lines); });
    return lines.lines;
  };
  EXPECT_EQ(happen(Occasion::click), Names{});
  EXPECT_EQ(happen(Occasion::click), Names{});
  EXPECT_EQ(happen(Occasion::page_view), (Names{"g=", "v="}));
  EXPECT_EQ(happen(Occasion::click), Names{}) << "once";
  seen.reset();
  EXPECT_EQ(happen(Occasion::page_view), Names{"v="});
  EXPECT_EQ(happen(Occasion::click), Names{"g="});
}

json one_trigger() { return {{{"name", "t"}, {"on", "page_view"}}}; }

TEST(FullTags, HigherPrioritiesFireFirstAndPausedOnesNever) {
  const json container = container_of(json::array(), one_trigger(),
                                      {conversion("a", {"t"}, {{"priority", -100}}), conversion("b", {"t"}),
                                       conversion("c", {"t"}, {{"priority", 9999}}), conversion("d", {"t"}),
                                       conversion("e", {"t"}, {{"paused", true}})});
  EXPECT_EQ(run(container, {.consent = kAll}), (Names{"c=", "b=", "d=", "a="}));
}

TEST(FullTags, HaveASchedule) {
  const json container = container_of(
      json::array(), one_trigger(),
      {conversion("g", {"t"}, {{"from", "2026-11-27T00:00:00+01:00"}, {"until", "2026-12-01T00:00:00Z"}})});
  const auto at = [&](std::int64_t seconds) {
    return run(container, {.consent = kAll, .now = event::TimeMs{std::chrono::seconds{seconds}}});
  };
  constexpr std::int64_t kFrom = 1795734000;  // 2026-11-26T23:00:00Z
  constexpr std::int64_t kUntil = 1796083200;
  EXPECT_EQ(at(kFrom - 1), Names{"held g schedule"});
  EXPECT_EQ(at(kFrom), Names{"g="});
  EXPECT_EQ(at(kUntil - 1), Names{"g="});
  EXPECT_EQ(at(kUntil), Names{"held g schedule"});
}

TEST(FullTags, GoToAShareOfTheVisitorsTheSameOnesEachTime) {
  const json container =
      container_of(json::array(), one_trigger(), {conversion("g", {"t"}, {{"share", 0.25}})});
  unsigned fired = 0;
  for (int visitor = 0; visitor < 2000; ++visitor) {
    const std::string id = "visitor" + std::to_string(visitor);
    const Names first = run(container, {.consent = kAll, .visitor = id});
    if (visitor < 20) {
      EXPECT_EQ(run(container, {.consent = kAll, .visitor = id}), first);
    }
    if (first == Names{"g="}) ++fired;
  }
  EXPECT_NEAR(fired, 500, 80);
  Page page;
  page.chance = 12'499;
  EXPECT_EQ(run(container, {.consent = kAll}, page), Names{"g="}) << "nobody known: by chance";
  page.chance = 12'500;
  EXPECT_EQ(run(container, {.consent = kAll}, page), Names{"held g sampling"});
}

TEST(FullTags, ExceptionsAndMissingConsentHoldBackWithTheirReason) {
  const json container = container_of(
      {{{"name", "path"}, {"type", "url"}, {"part", "path"}}},
      {{{"name", "t"}, {"on", "page_view"}},
       {{"name", "danke"},
        {"on", "page_view"},
        {"conditions", {{{"variable", "path"}, {"operator", "starts_with"}, {"value", "/danke"}}}}}},
      {conversion("a", {"t"}, {{"exceptions", {"danke"}}, {"priority", 1}}),
       conversion("b", {"t"}, {{"consent", {"analytics", "marketing"}}}),
       conversion("c", {"t"}, {{"consent", {"analytics", "marketing"}}, {"without_consent", "skip"}})});
  EXPECT_EQ(run(container, {.consent = kAnalytics}),
            (Names{"held a exception", "held b consent", "held c consent skip"}));
}

TEST(FullTags, AHeldOneFiresLaterWithoutAskingItsTriggersAgain) {
  const json container = container_of(
      {{{"name", "art"}, {"type", "query"}, {"parameter", "art"}}}, one_trigger(),
      {conversion("a", {"t"}), conversion("b", {"t"},
                                          {{"consent", {"analytics", "marketing"}},
                                           {"parameters", {{"order_id", {{"variable", "art"}}}}}})});
  const Compiled compiled = compile(container.dump());
  const auto view = *rules::ContainerView::open(compiled.bytes);
  Lines lines;
  view.fire(1, {.occasion = Occasion::timer, .page_url = kUrl, .consent = kAnalytics}, lines);
  view.fire(1, {.occasion = Occasion::timer, .page_url = kUrl, .consent = kAll}, lines);
  EXPECT_EQ(lines.lines, (Names{"held b consent", "b=neu"}));
}

TEST(FullTags, SetUpAndCleanUpTagsStandAroundTheirs) {
  const auto with = [](json first, json main, json last) {
    if (!main.is_object()) main = json::object();
    main.merge_patch({{"setup", "first"}, {"cleanup", "last"}});
    return container_of(json::array(),
                        {{{"name", "t"}, {"on", "page_view"}}, {{"name", "x"}, {"on", "page_view"}}},
                        {conversion("first", json::array(), first), conversion("main", {"t"}, main),
                         conversion("last", json::array(), last)});
  };
  const json marketing = {{"consent", {"analytics", "marketing"}}};
  EXPECT_EQ(run(with({}, {}, {}), {.consent = kAll}), (Names{"first=", "main=", "last="}));
  EXPECT_EQ(run(with(marketing, {}, {}), {.consent = kAnalytics}),
            (Names{"held first consent", "main=", "last="}));
  json strict = {{"setup_must_fire", true}};
  EXPECT_EQ(run(with(marketing, strict, {}), {.consent = kAnalytics}),
            (Names{"held first consent", "held main setup", "last="}));
  strict["only_after_firing"] = true;
  EXPECT_EQ(run(with(marketing, strict, {}), {.consent = kAnalytics}),
            (Names{"held first consent", "held main setup"}));
  EXPECT_EQ(run(with({}, marketing, {}), {.consent = kAnalytics}), Names{"held main consent"})
      << "nothing around what does not fire";
  EXPECT_EQ(run(with({{"exceptions", {"x"}}}, {}, {}), {.consent = kAll}),
            (Names{"held first exception", "main=", "last="}));
  json paused = {{"paused", true}};
  EXPECT_EQ(run(with(paused, {}, paused), {.consent = kAll}), Names{"main="});
}

TEST(FullTags, AnImageHasItsAddressWithWhatThePageSaysEncoded) {
  const json container =
      container_of({{{"name", "art"}, {"type", "data_layer"}, {"path", "art"}}}, one_trigger(),
                   {{{"name", "pixel"},
                     {"template", "image-pixel"},
                     {"triggers", {"t"}},
                     {"parameters", {{"url", "https://px.example/i.gif?a={{art}}&b=1&c={{art}}"}}}}});
  Page page;
  page.values["data art"] = "ä&b=2#/\r\n";
  EXPECT_EQ(
      run(container, {.consent = kAll}, page),
      Names{"pixel https://px.example/i.gif?a=%C3%A4%26b%3D2%23%2F%0D%0A&b=1&c=%C3%A4%26b%3D2%23%2F%0D%0A"});
  EXPECT_EQ(run(container, {.consent = kAnalytics}, page), Names{"held pixel consent"})
      << "an image needs marketing";
  const Compiled compiled = compile(container.dump());
  ASSERT_EQ(compiled.image_hosts.size(), 1U);
  EXPECT_EQ(compiled.image_hosts[0].tag + " " + compiled.image_hosts[0].host, "pixel px.example");
}

TEST(FullTags, AServerTagNamesItsTemplateAndParameters) {
  const json container = container_of({{{"name", "art"}, {"type", "query"}, {"parameter", "art"}},
                                       {{"name", "leer"}, {"type", "query"}, {"parameter", "leer"}}},
                                      one_trigger(),
                                      {{{"name", "s"},
                                        {"template", "vendor"},
                                        {"triggers", {"t"}},
                                        {"parameters",
                                         {{"label", "x-{{art}}"},
                                          {"value", "12.50"},
                                          {"currency", "EUR"},
                                          {"none", {{"variable", "leer"}}},
                                          {"unset", ""}}}}});
  EXPECT_EQ(run(container, {.consent = kAll}), Names{"s vendor value=12.50 label=x-neu"});
}

TEST(FullProblems, NameThePlaceTheFieldAndWhatToDo) {
  const json good =
      container_of({{{"name", "a"}, {"type", "constant"}, {"value", "1"}},
                    {{"name", "e"}, {"type", "element"}, {"property", "id"}}},
                   {{{"name", "t"},
                     {"on", "click"},
                     {"conditions", {{{"variable", "a"}, {"operator", "equals"}, {"value", "1"}}}}},
                    {{"name", "g"}, {"on", "group"}, {"triggers", {"t"}}}},
                   {conversion("c", {"t"}), conversion("d", {"g"})});
  ASSERT_EQ(errors_of(compile(good.dump(), &kTemplates)), "");
  const std::tuple<std::string, json, std::string> cases[] = {
      {"/variables/0",
       {{"name", "a"}, {"type", "text"}, {"parts", {{{"variable", "a"}}}}},
       "variable \"a\": leads to itself; take it out of what it is made of\n"},
      {"/variables/0",
       {{"name", "a"}, {"type", "lookup"}, {"input", "z"}, {"rows", json::array()}},
       "variable \"a\": input: there is no variable \"z\"; define it under \"variables\"\n"},
      {"/variables/0",
       {{"name", "a"},
        {"type", "pattern_lookup"},
        {"input", "e"},
        {"rows", {{{"matches", "("}, {"value", ""}}}}},
       "variable \"a\": rows[0]: matches: is not a pattern: missing ): (; look-around and back-references do "
       "not exist\n"},
      {"/variables/0",
       {{"name", "a"}, {"type", "dom"}, {"selector", "input"}, {"attribute", "value"}},
       "variable \"a\": attribute: is \"value\", which may be what a visitor has typed and is never read; "
       "choose another\n"},
      {"/variables/0",
       {{"name", "a"}, {"type", "url"}, {"part", "host"}, {"source", "elsewhere"}},
       "variable \"a\": source: is \"elsewhere\"; write \"page\", \"referrer\" or {\"variable\": name}\n"},
      {"/triggers/0/conditions/0/operator", "selector",
       "trigger \"t\": conditions[0]: variable: is not of type element; only an element matches a "
       "selector\n"},
      {"/triggers/0/conditions/0/operator", "matches", ""},
      {"/triggers/0/conditions/0/value",
       {{"variable", "z"}},
       "trigger \"t\": conditions[0]: value: there is no variable \"z\"; define it under \"variables\"\n"},
      {"/triggers/0/on", "scroll_depth",
       "trigger \"t\": percent: is missing, and so is pixels; say how far is far enough\n"},
      {"/triggers/0/on", "timer", "trigger \"t\": milliseconds: is missing; add it\n"},
      {"/triggers/1/triggers",
       {"g"},
       "trigger \"g\": triggers: names the group \"g\"; name its triggers instead\n"},
      {"/triggers/1/triggers", json::array(), "trigger \"g\": triggers: is empty; name what has to happen\n"},
      {"/triggers/0/folder", "Shop",
       "trigger \"t\": folder: is \"Shop\", which is not among the folders; add it to \"folders\"\n"},
      {"/tags/0/setup", "x", "tag \"c\": setup: there is no tag \"x\"; define it under \"tags\"\n"},
      {"/tags/0/setup", "c",
       "tag \"c\": setup: leads to more than 4 tags in a row, or back to this one; shorten the chain\n"},
      {"/tags/0/from", "tomorrow",
       "tag \"c\": from: is \"tomorrow\"; write a time such as \"2026-11-27T08:00:00+01:00\"\n"},
      {"/tags/0/share", 1.5,
       "tag \"c\": share: is 1.5; write a number from 0.0001 to 1, the part of the visitors\n"},
      {"/tags/0/priority", 1e9,
       "tag \"c\": priority: is 1000000000.0; write a whole number from -1000000 to 1000000\n"},
      {"/tags/0/parameters/order_id", "A-{{a",
       "tag \"c\": parameters: order_id: has \"{{\" without \"}}\" behind it; close it, or write \"{{{{\" "
       "for the braces themselves\n"},
      {"/tags/0/parameters/order_id", "{{nix}}",
       "tag \"c\": parameters.order_id: there is no variable \"nix\"; define it under \"variables\"\n"},
      {"/tags/0",
       {{"name", "c"},
        {"template", "image-pixel"},
        {"triggers", {"t"}},
        {"parameters", {{"url", "https://{{a}}/x"}}}},
       "tag \"c\": parameters: url: does not begin with a host that is written down; write https://host/, "
       "variables behind it\n"},
      {"/tags/0",
       {{"name", "c"},
        {"template", "image-pixel"},
        {"triggers", {"t"}},
        {"parameters", {{"url", "http://px.example/x"}}}},
       "tag \"c\": parameters: url: does not begin with a host that is written down; write https://host/, "
       "variables behind it\n"},
      {"/tags/0",
       {{"name", "c"}, {"template", "vendor"}, {"triggers", {"t"}}, {"parameters", {{"colour", "red"}}}},
       "tag \"c\": parameters: colour: is not wanted, least of all red\n"},
      {"/tags/0",
       {{"name", "c"}, {"template", "nobody"}, {"triggers", {"t"}}, {"parameters", json::object()}},
       "tag \"c\": template: is \"nobody\"; write one of etappe-conversion, etappe-step, image-pixel, "
       "vendor\n"},
  };
  for (const auto& [pointer, value, expected] : cases) {
    json document = good;
    document[json::json_pointer(pointer)] = value;
    EXPECT_EQ(errors_of(compile(document.dump(), &kTemplates)), expected) << pointer << ' ' << value;
  }
}

TEST(Full, SaysSoAndOtherContainersStayBasic) {
  const json basic =
      container_of({{{"name", "p"}, {"type", "url"}, {"part", "path"}}},
                   {{{"name", "t"},
                     {"on", "page_view"},
                     {"conditions", {{{"variable", "p"}, {"operator", "equals"}, {"value", "/"}}}}}},
                   {conversion("g", {"t"})});
  EXPECT_FALSE(compile(basic.dump()).full);
  EXPECT_EQ(listening_of(basic), "");
  json full = basic;
  full["variables"][0]["case"] = "lower";
  EXPECT_TRUE(compile(full.dump()).full);
  full = basic;
  full["tags"][0]["repeat"] = "once_per_visitor";
  EXPECT_TRUE(compile(full.dump()).full);
  full = basic;
  full["tags"][0]["paused"] = false;
  full["tags"][0]["priority"] = 5;
  EXPECT_FALSE(compile(full.dump()).full) << "the order of tags is the compiler's work";
}

/// With some of everything.
json rich_container() {
  return container_of(
      {{{"name", "art"}, {"type", "query"}, {"parameter", "art"}, {"source", "referrer"}, {"default", "x"}},
       {{"name", "table"},
        {"type", "lookup"},
        {"input", "art"},
        {"rows", {{{"equals", "x"}, {"value", {{"variable", "cookie"}}}}}}},
       {{"name", "pattern"},
        {"type", "pattern_lookup"},
        {"input", "table"},
        {"rows", {{{"matches", "[äö]+|x{2}"}, {"value", "1"}}}}},
       {{"name", "cookie"}, {"type", "cookie"}, {"cookie", "c"}, {"case", "upper"}},
       {{"name", "clicked"}, {"type", "element"}, {"property", "url"}}},
      {{{"name", "click"},
        {"on", "link_click"},
        {"only_followed", true},
        {"conditions",
         {{{"variable", "clicked"}, {"operator", "matches"}, {"value", "^https?://"}},
          {{"variable", "table"}, {"operator", "equals"}, {"value", {{"variable", "pattern"}}}},
          {{"variable", "clicked"}, {"operator", "not_selector"}, {"value", "a"}}}}},
       {{"name", "view"}, {"on", "page_view"}},
       {{"name", "e"}, {"on", "event"}, {"event_matches", "x+"}},
       {{"name", "all"}, {"on", "group"}, {"triggers", {"click", "view", "e"}}}},
      {conversion("c", {"view", "all"},
                  {{"setup", "pixel"}, {"share", 0.5}, {"from", "2020-01-01T00:00:00Z"}}),
       {{"name", "pixel"},
        {"template", "image-pixel"},
        {"triggers", {"e"}},
        {"exceptions", {"click"}},
        {"parameters", {{"url", "https://px.example/?{{pattern}}{{art}}"}}}},
       {{"name", "s"},
        {"template", "vendor"},
        {"triggers", {"view"}},
        {"parameters", {{"label", {{"variable", "pattern"}}}, {"value", "1"}, {"currency", "EUR"}}}}});
}

TEST(Full, IsRefusedOrRunsWithinItsBoundsHoweverItIsDamaged) {
  const Compiled compiled = compile(rich_container().dump(), &kTemplates);
  ASSERT_TRUE(compiled.ok()) << errors_of(compiled);
  std::mt19937 random(11);
  unsigned accepted = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::vector<std::byte> bytes = compiled.bytes;
    for (std::size_t changes = 1 + random() % 3; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    const auto view = rules::ContainerView::open(bytes);
    if (!view) continue;
    ++accepted;
    Page page;
    page.values["6.0 c"] = "xx";
    rules::TriggerSet seen;
    Lines lines;
    for (const Occasion occasion : {Occasion::page_view, Occasion::event, Occasion::link_click})
      Happening{.occasion = occasion, .event_name = "x", .consent = kAll, .facts = &page, .seen = &seen}.with(
          [&](const rules::Happening& told) { view->run(told, lines); });
  }
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace etappe::container
