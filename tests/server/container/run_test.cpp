// What a compiled container does: author's form in, firings out.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/rules/rules.hpp"
#include "server/container/container.hpp"

namespace etappe::container {
namespace {

using consent::State;
using rules::Occasion;

class MapFacts final : public rules::Facts {
 public:
  std::map<std::string, std::string, std::less<>> layer, properties;
  [[nodiscard]] std::string_view data_layer(std::string_view path) const override { return in(layer, path); }
  [[nodiscard]] std::string_view event_property(std::string_view key) const override {
    return in(properties, key);
  }

 private:
  static std::string_view in(const std::map<std::string, std::string, std::less<>>& map,
                             std::string_view key) {
    const auto found = map.find(key);
    return found == map.end() ? std::string_view{} : found->second;
  }
};

/// What happened, as lines a test can compare: `fire Order order 129.90 EUR 2 A-1 primary every_time`.
class Lines final : public rules::Outcome {
 public:
  std::vector<std::string> lines;
  void fired(rules::FiringView& f) override {
    const event::EventView& e = f.event;
    if (e.type == event::Type::step) {
      EXPECT_EQ(std::string(e.name) + std::string(e.value) + std::string(e.currency), "");
      lines.push_back("step " + std::string(e.tag) + " [" + std::string(e.funnel) + "] [" +
                      std::string(e.step) + "]");
      return;
    }
    const char* const repeats[] = {"every_time", "once_per_page", "once_per_session"};
    std::string line = "fire " + std::string(e.tag);
    for (const std::string_view part : {e.name, e.value, e.currency, f.quantity, e.order_id}) {
      line += " [" + std::string(part) + "]";
    }
    line += e.weight == event::Weight::primary ? " primary " : " micro ";
    lines.push_back(line + repeats[static_cast<int>(f.repeat)]);
  }
  void held(const rules::HeldView& h) override {
    if (h.reason != rules::Reason::consent) return;
    const bool analytics = h.purpose == consent::Purpose::analytics;
    lines.push_back("hold " + std::string(h.tag_name) + (analytics ? " analytics" : " marketing"));
  }
};

constexpr consent::States kAll{State::granted, State::granted};

std::vector<std::string> run(const std::string& json, rules::Happening happening,
                             const MapFacts& facts = {}) {
  const Compiled compiled = compile(json);
  if (!compiled.ok()) return {compiled.problems.empty() ? "?" : compiled.problems[0].message};
  happening.facts = &facts;
  Lines lines;
  rules::ContainerView::open(compiled.bytes)->run(happening, lines);
  return lines.lines;
}

std::string container_of(const std::string& variables, const std::string& triggers, const std::string& tags) {
  return R"({"format":"etappe-container/1","name":"n","version":1,"variables":[)" + variables +
         R"(],"triggers":[)" + triggers + R"(],"tags":[)" + tags + "]}";
}

/// One tag "g", one trigger "t" on a page view with one condition.
std::string with_condition(const std::string& variable, const std::string& op, const std::string& value) {
  return container_of(
      R"({"name":"v",)" + variable + "}",
      R"({"name":"t","on":"page_view","conditions":[{"variable":"v","operator":")" + op + R"(","value":")" +
          value + R"("}]})",
      R"({"name":"g","template":"etappe-conversion","triggers":["t"],"parameters":{"conversion":"c"}})");
}

constexpr std::string_view kUrl = "https://shop.example:8443/Danke/?art=Angebot%20neu&x=1#teil?y=2";

bool fires(const std::string& json, std::string_view url = kUrl) {
  MapFacts facts;
  facts.layer["page.type"] = "lead";
  facts.properties["form"] = "contact";
  const auto lines = run(json, {.page_url = url, .consent = kAll}, facts);
  if (lines.empty()) return false;
  EXPECT_EQ(lines, std::vector<std::string>{"fire g [c] [] [] [] [] primary once_per_session"});
  return true;
}

TEST(RunVariables, HoldWhatTheirTypeSays) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("type":"constant","value":"k")", "k"},
      {R"("type":"constant","value":"")", ""},
      {R"("type":"url","part":"host")", "shop.example"},
      {R"("type":"url","part":"path")", "/Danke/"},
      {R"("type":"url","part":"query")", "art=Angebot%20neu&x=1"},
      {R"("type":"url","part":"fragment")", "teil?y=2"},
      {R"("type":"url","part":"full")", std::string(kUrl)},
      {R"("type":"query","parameter":"art")", "Angebot neu"},
      {R"("type":"query","parameter":"Art")", ""},
      {R"("type":"query","parameter":"y")", ""},
      {R"("type":"data_layer","path":"page.type")", "lead"},
      {R"("type":"data_layer","path":"page")", ""},
      {R"("type":"event_property","key":"form")", "contact"},
      {R"("type":"event_property","key":"other")", ""},
  };
  for (const auto& [variable, value] : cases) {
    EXPECT_TRUE(fires(with_condition(variable, "equals", value))) << variable;
    EXPECT_FALSE(fires(with_condition(variable, "not_equals", value))) << variable;
  }
}

TEST(RunVariables, AreEmptyWhereTheAddressCannotBeTakenApart) {
  EXPECT_TRUE(fires(with_condition(R"("type":"url","part":"path")", "equals", ""), "nonsense"));
  EXPECT_TRUE(fires(with_condition(R"("type":"url","part":"full")", "equals", "nonsense"), "nonsense"));
  EXPECT_TRUE(fires(with_condition(R"("type":"query","parameter":"a")", "equals", ""), ""));
}

TEST(RunTags, AStepHasItsFunnelAndItsNameFromTextsOrVariables) {
  const std::string json = container_of(
      R"({"name":"path","type":"url","part":"path"},{"name":"layer","type":"data_layer","path":"funnel"})",
      R"({"name":"t","on":"page_view"},{"name":"e","on":"event","event":"lead"})",
      R"({"name":"a","template":"etappe-step","triggers":["t"],"parameters":{"funnel":"f","step":{"variable":"path"}}},
         {"name":"b","template":"etappe-step","triggers":["t"],"exceptions":["t"],"parameters":{"funnel":"f","step":"s"}},
         {"name":"c","template":"etappe-step","triggers":["e"],"parameters":{"funnel":{"variable":"layer"},"step":"s"}},
         {"name":"d","template":"etappe-step","triggers":["t"],"consent":["analytics","marketing"],"parameters":{"funnel":"f","step":"s"}})");
  MapFacts facts;
  EXPECT_EQ(run(json, {.page_url = kUrl, .consent = {State::granted, State::denied}}, facts),
            (std::vector<std::string>{"step a [f] [/Danke/]", "hold d marketing"}));
  EXPECT_EQ(run(json, {.page_url = kUrl, .consent = {}}, facts),
            (std::vector<std::string>{"hold a analytics", "hold d analytics"}));
  const rules::Happening lead{
      .occasion = Occasion::event, .event_name = "lead", .page_url = kUrl, .consent = kAll};
  EXPECT_EQ(run(json, lead, facts), std::vector<std::string>{"step c [] [s]"});
  facts.layer["funnel"] = "contact";
  EXPECT_EQ(run(json, lead, facts), std::vector<std::string>{"step c [contact] [s]"});
}

TEST(RunConditions, HaveSixteenOperators) {
  const std::string path = R"("type":"url","part":"path")";
  const std::tuple<std::string, std::string, bool> cases[] = {
      {"equals", "/Danke/", true},
      {"equals", "/danke/", false},
      {"contains", "ank", true},
      {"contains", "ANK", false},
      {"starts_with", "/Dan", true},
      {"starts_with", "/dan", false},
      {"ends_with", "ke/", true},
      {"ends_with", "KE/", false},
      {"equals_ignore_case", "/DANKE/", true},
      {"equals_ignore_case", "/DANK/", false},
      {"contains_ignore_case", "ANK", true},
      {"contains_ignore_case", "BANK", false},
      {"starts_with_ignore_case", "/dAN", true},
      {"starts_with_ignore_case", "/anke", false},
      {"ends_with_ignore_case", "KE/", true},
      {"ends_with_ignore_case", "KE", false},
  };
  for (const auto& [op, value, holds] : cases) {
    EXPECT_EQ(fires(with_condition(path, op, value)), holds) << op;
    EXPECT_EQ(fires(with_condition(path, "not_" + op, value)), !holds) << "not_" << op;
  }
}

TEST(RunConditions, MustAllHold) {
  const auto with_two = [](const std::string& second) {
    return container_of(
        R"({"name":"v","type":"url","part":"path"},{"name":"q","type":"query","parameter":"x"})",
        R"({"name":"t","on":"page_view","conditions":[
                          {"variable":"v","operator":"starts_with","value":"/Danke"},
                          {"variable":"q","operator":"equals","value":")" +
            second + R"("}]})",
        R"({"name":"g","template":"etappe-conversion","triggers":["t"],)"
        R"("parameters":{"conversion":"c"}})");
  };
  EXPECT_TRUE(fires(with_two("1")));
  EXPECT_FALSE(fires(with_two("2")));
}

/// Tags that are told apart by the occasions that set them off.
const std::string kOccasions = container_of(
    R"({"name":"p","type":"url","part":"path"})",
    R"({"name":"any page","on":"page_view"},
       {"name":"kasse","on":"page_view","conditions":[{"variable":"p","operator":"equals","value":"/kasse"}]},
       {"name":"purchase","on":"event","event":"purchase"},
       {"name":"lead","on":"event","event":"lead"})",
    R"({"name":"pages","template":"etappe-conversion","triggers":["any page"],"exceptions":["kasse"],
        "parameters":{"conversion":"p"}},
       {"name":"events","template":"etappe-conversion","triggers":["purchase","lead"],
        "parameters":{"conversion":"e"}},
       {"name":"both","template":"etappe-conversion","triggers":["kasse","lead"],"exceptions":["purchase"],
        "parameters":{"conversion":"b"}})");

std::string tags_of(const std::vector<std::string>& lines) {
  std::string names;
  for (const std::string& line : lines) names += line.substr(5, line.find(' ', 5) - 5) + ' ';
  return names;
}

TEST(RunTriggers, AreSetOffByTheirOccasionOnly) {
  const std::tuple<Occasion, std::string_view, std::string_view, std::string> cases[] = {
      {Occasion::page_view, "", "https://a/", "pages "},
      {Occasion::page_view, "", "https://a/kasse", "both "},
      {Occasion::page_view, "purchase", "https://a/", "pages "},
      {Occasion::event, "purchase", "https://a/", "events "},
      {Occasion::event, "purchase", "https://a/kasse", "events "},
      {Occasion::event, "lead", "https://a/", "events both "},
      {Occasion::event, "Lead", "https://a/", ""},
      {Occasion::event, "", "https://a/", ""},
      {Occasion::event, "lea", "https://a/", ""},
  };
  for (const auto& [occasion, event, url, tags] : cases) {
    const auto lines =
        run(kOccasions, {.occasion = occasion, .event_name = event, .page_url = url, .consent = kAll});
    EXPECT_EQ(tags_of(lines), tags) << event << ' ' << url;
  }
}

TEST(RunTags, CarryWhatTheirParametersSay) {
  const std::string json = container_of(
      R"({"name":"value","type":"data_layer","path":"ecommerce.value"},
         {"name":"number","type":"query","parameter":"order"},
         {"name":"pieces","type":"event_property","key":"pieces"})",
      R"({"name":"t","on":"event","event":"purchase"})",
      R"({"name":"Order","template":"etappe-conversion","triggers":["t"],
          "parameters":{"conversion":"order","value":{"variable":"value"},"currency":"EUR",
                        "quantity":{"variable":"pieces"},"order_id":{"variable":"number"}}},
         {"name":"Micro","template":"etappe-conversion","triggers":["t"],"repeat":"once_per_page",
          "parameters":{"conversion":"basket","value":"1.50","currency":"CHF","quantity":"3","weight":"micro"}})");
  MapFacts facts;
  facts.layer["ecommerce.value"] = "129.90";
  facts.properties["pieces"] = "2";
  EXPECT_EQ(run(json,
                {.occasion = Occasion::event,
                 .event_name = "purchase",
                 .page_url = "https://a/?order=A%2D1%2f2",
                 .consent = kAll},
                facts),
            (std::vector<std::string>{
                "fire Order [order] [129.90] [EUR] [2] [A-1/2] primary every_time",
                "fire Micro [basket] [1.50] [CHF] [3] [] micro once_per_page",
            }));
}

TEST(RunTags, AreHeldByTheFirstPurposeThatIsNotGranted) {
  const auto json = [](const std::string& purposes) {
    return container_of("", R"({"name":"t","on":"page_view"})",
                        R"({"name":"g","template":"etappe-conversion","triggers":["t"],"consent":)" +
                            purposes + R"(,"parameters":{"conversion":"c"}})");
  };
  constexpr State kStates[] = {State::undetermined, State::denied, State::granted};
  for (const State analytics : kStates) {
    for (const State marketing : kStates) {
      const consent::States states{analytics, marketing};
      const std::string fire = "fire g [c] [] [] [] [] primary once_per_session";
      const bool a = analytics == State::granted;
      const bool m = marketing == State::granted;
      EXPECT_EQ(run(json(R"(["analytics"])"), {.page_url = "https://a/", .consent = states}),
                std::vector<std::string>{a ? fire : "hold g analytics"});
      EXPECT_EQ(run(json(R"(["marketing","analytics"])"), {.page_url = "https://a/", .consent = states}),
                std::vector<std::string>{a && m ? fire
                                         : a    ? "hold g marketing"
                                                : "hold g analytics"});
    }
  }
}

TEST(RunTags, RepeatByTheirOrderIdUnlessToldOtherwise) {
  const auto repeat_of = [](const std::string& repeat, const std::string& order_id) {
    const auto lines =
        run(container_of(R"({"name":"v","type":"url","part":"path"})", R"({"name":"t","on":"page_view"})",
                         R"({"name":"g","template":"etappe-conversion","triggers":["t"])" + repeat +
                             R"(,"parameters":{"conversion":"c")" + order_id + "}}"),
            {.page_url = "https://a/x", .consent = kAll});
    return lines.size() == 1 ? lines[0].substr(lines[0].rfind(' ') + 1) : "?";
  };
  const std::string with_order = R"(,"order_id":{"variable":"v"})";
  EXPECT_EQ(repeat_of("", ""), "once_per_session");
  EXPECT_EQ(repeat_of("", with_order), "every_time");
  EXPECT_EQ(repeat_of(R"(,"repeat":"once_per_page")", with_order), "once_per_page");
  EXPECT_EQ(repeat_of(R"(,"repeat":"once_per_session")", with_order), "once_per_session");
  EXPECT_EQ(repeat_of(R"(,"repeat":"every_time")", ""), "every_time");
}

TEST(RunVariables, QueryValuesAreCutAtTheirLimit) {
  const std::string json =
      container_of(R"({"name":"q","type":"query","parameter":"q"})", R"({"name":"t","on":"page_view"})",
                   R"({"name":"g","template":"etappe-conversion","triggers":["t"],
                       "parameters":{"conversion":"c","order_id":{"variable":"q"}}})");
  const std::string url = "https://a/?q=" + std::string(3000, 'q');
  const auto lines = run(json, {.page_url = url, .consent = kAll});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(static_cast<std::size_t>(std::count(lines[0].begin(), lines[0].end(), 'q')),
            rules::kMaxValueBytes);
}

TEST(Run, DoesWithoutFacts) {
  const Compiled compiled = compile(with_condition(R"("type":"data_layer","path":"p")", "equals", ""));
  ASSERT_TRUE(compiled.ok());
  Lines lines;
  rules::ContainerView::open(compiled.bytes)->run({.page_url = "https://a/", .consent = kAll}, lines);
  EXPECT_EQ(lines.lines.size(), 1U);
}

}  // namespace
}  // namespace etappe::container
