// Every mistake an author can make has a message that names the place and what to do.
#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/event/event.hpp"
#include "server/container/container.hpp"

namespace etappe::container {
namespace {

using nlohmann::json;

json good() {
  return json::parse(R"({
    "format": "etappe-container/1", "name": "Shop", "version": 1,
    "variables": [{"name": "path", "type": "url", "part": "path"},
                  {"name": "number", "type": "data_layer", "path": "order.id"}],
    "triggers": [{"name": "thanks", "on": "page_view",
                  "conditions": [{"variable": "path", "operator": "starts_with", "value": "/danke"}]},
                 {"name": "lead", "on": "event", "event": "lead"}],
    "tags": [{"name": "Order", "template": "etappe-conversion", "triggers": ["thanks"], "exceptions": ["lead"],
              "consent": ["analytics"], "repeat": "every_time",
              "parameters": {"conversion": "order", "value": "1.00", "currency": "EUR", "quantity": "1",
                             "order_id": {"variable": "number"}, "weight": "primary"}}]})");
}

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> lines;
  const Compiled compiled = compile(text);
  bool any_error = false;
  for (const Problem& problem : compiled.problems) {
    any_error = any_error || problem.severity == Severity::error;
    lines.push_back((problem.severity == Severity::error ? "error: " : "warning: ") + problem.where + ": " +
                    problem.message);
  }
  EXPECT_EQ(compiled.ok(), !any_error);
  return lines;
}

/// The good container with one value replaced or added (JSON pointer and JSON text), or removed (empty text).
std::vector<std::string> problems_with(const std::string& pointer, const std::string& value) {
  json document = good();
  const json::json_pointer place(pointer);
  if (!value.empty()) {
    document[place] = json::parse(value);
  } else if (document[place.parent_pointer()].is_array()) {
    document[place.parent_pointer()].erase(std::stoul(place.back()));
  } else {
    document[place.parent_pointer()].erase(place.back());
  }
  return problems_of(document.dump());
}

TEST(Problems, ThereAreNoneInAGoodContainer) {
  EXPECT_EQ(problems_of(good().dump()), std::vector<std::string>{});
}

struct ProblemCase {
  std::string pointer, value, problem;
};

TEST(Problems, NameThePlaceTheFieldAndWhatToDo) {
  const std::string long_name(129, 'n');
  const ProblemCase cases[] = {
      {"/format", "", "error: container: format: is missing; add it"},
      {"/format", R"("etappe-container/2")",
       R"(error: container: format: is "etappe-container/2"; write "etappe-container/1")"},
      {"/name", R"("")", "error: container: name: is empty; fill it in"},
      {"/name", "5", "error: container: name: is number; write a text in quotation marks"},
      {"/name", R"("a\nb")", "error: container: name: contains a control character; remove it"},
      {"/name", '"' + long_name + '"', "error: container: name: has 129 bytes; 128 are allowed"},
      {"/version", "", "error: container: version: is missing; add it"},
      {"/version", "0", "error: container: version: is 0; write a whole number from 1 to 4294967295"},
      {"/version", "-1", "error: container: version: is -1; write a whole number from 1 to 4294967295"},
      {"/version", "1.5", "error: container: version: is 1.5; write a whole number from 1 to 4294967295"},
      {"/version", "4294967296",
       "error: container: version: is 4294967296; write a whole number from 1 to 4294967295"},
      {"/colour", "1",
       "error: container: colour: is not a key of this object; remove it, or write one of format, name, "
       "version, "
       "folders, variables, triggers, tags"},
      {"/tags", "{}", "error: container: tags: is object; write a list [ … ]"},
      {"/tags", "", "error: container: tags: is missing; add it"},
      {"/tags/0", "7", "error: tags[0]: is number; write an object { … }"},
      {"/tags/0/name", "", "error: tags[0]: name: is missing; add it"},
      {"/tags/0/name", "null", "error: tags[0]: name: is null; write a text in quotation marks"},
      {"/tags/0/template", R"("pixel")",
       R"(error: tag "Order": template: is "pixel"; write one of etappe-conversion, etappe-step, image-pixel)"},
      {"/tags/0/template", "", R"(error: tag "Order": template: is missing; add it)"},
      {"/tags/0/triggers", "", R"(error: tag "Order": triggers: is missing; add it)"},
      {"/tags/0/triggers", "[1]",
       R"(error: tag "Order": triggers[0]: is number; write a name in quotation marks)"},
      {"/tags/0/triggers", R"(["Thanks"])",
       R"(error: tag "Order": triggers: there is no trigger "Thanks"; define it under "triggers")"},
      {"/tags/0/exceptions", R"(["none"])",
       R"(error: tag "Order": exceptions: there is no trigger "none"; define it under "triggers")"},
      {"/tags/0/consent", "[]",
       R"(error: tag "Order": consent: lacks analytics, under which a conversion is recorded; add it)"},
      {"/tags/0/consent", R"(["marketing"])",
       R"(error: tag "Order": consent: lacks analytics, under which a conversion is recorded; add it)"},
      {"/tags/0/consent", R"(["analytics","ads"])",
       R"(error: tag "Order": consent: names the purpose "ads"; write analytics or marketing)"},
      {"/tags/0/consent", R"("analytics")", R"(error: tag "Order": consent: is string; write a list [ … ])"},
      {"/tags/0/repeat", R"("often")",
       R"(error: tag "Order": repeat: is "often"; write every_time, once_per_page, once_per_session or )"
       "once_per_visitor"},
      {"/tags/0/fires", "1",
       R"(error: tag "Order": fires: is not a key of this object; remove it, or write one of name, folder, note, template, )"
       "triggers, exceptions, consent, repeat, paused, priority, setup, cleanup, setup_must_fire, "
       "only_after_firing, "
       "without_consent, from, until, share, parameters"},
      {"/tags/0/parameters", "", R"(error: tag "Order": parameters: is missing; add it)"},
      {"/tags/0/parameters", "[]", R"(error: tag "Order": parameters: is array; write an object { … })"},
      {"/tags/0/parameters/conversion", "",
       R"(error: tag "Order": parameters: conversion: is missing; add it)"},
      {"/tags/0/parameters/conversion", R"({"variable":"path"})",
       R"(error: tag "Order": parameters: conversion: is object; write a text in quotation marks)"},
      {"/tags/0/parameters/value", "12.5",
       R"(error: tag "Order": parameters: value: is 12.5; write a text in quotation marks or {"variable": name})"},
      {"/tags/0/parameters/value", R"("12,50")",
       R"(error: tag "Order": parameters: value: is "12,50"; write an amount such as "129.90")"},
      {"/tags/0/parameters/value", R"("")",
       R"(error: tag "Order": parameters: value: is empty; leave it out instead)"},
      {"/tags/0/parameters/value", R"({"variable":"number","default":"1"})",
       R"(error: tag "Order": parameters: value: default: is not a key of this object; remove it, or write one of )"
       "variable"},
      {"/tags/0/parameters/value", R"({"variable":"nix"})",
       R"(error: tag "Order": parameters.value: there is no variable "nix"; define it under "variables")"},
      {"/tags/0/parameters/currency", R"("Euro")",
       R"(error: tag "Order": parameters: currency: is "Euro"; write three capitals such as "EUR")"},
      {"/tags/0/parameters/quantity", R"("1.5")",
       R"(error: tag "Order": parameters: quantity: is "1.5"; write a whole number such as "1")"},
      {"/tags/0/parameters/weight", R"("heavy")",
       R"(error: tag "Order": parameters: weight: is "heavy"; write primary or micro)"},
      {"/triggers/0/on", R"("hover")",
       R"(error: trigger "thanks": on: is "hover"; write page_view, event, consent, init, dom_ready, window_loaded, )"
       "click, link_click, form_submit, history_change, scroll_depth, visibility, timer, engagement, "
       "js_error or group"},
      {"/triggers/0/event", R"("x")",
       R"(error: trigger "thanks": event: is not a key of this object; remove it, or write one of name, folder, note, on, conditions)"},
      {"/triggers/1/event", "", R"(error: trigger "lead": event: is missing; add it)"},
      {"/triggers/1/name", R"("thanks")",
       R"(error: trigger "thanks": name: is taken by an earlier trigger; choose another)"},
      {"/triggers/0/conditions/0/variable", R"("nix")",
       R"(error: trigger "thanks": conditions[0]: variable: there is no variable "nix"; define it under "variables")"},
      {"/triggers/0/conditions/0/operator", R"("resembles")",
       R"(error: trigger "thanks": conditions[0]: operator: is "resembles"; write equals, contains, starts_with, )"
       "ends_with, matches or selector, with not_ in front to negate and, but for selector, _ignore_case "
       "behind to "
       "ignore case; or less, less_or_equal, greater or greater_or_equal"},
      {"/triggers/0/conditions/0/operator", R"("not_not_equals")",
       R"(error: trigger "thanks": conditions[0]: operator: is "not_not_equals"; write equals, contains, starts_with, )"
       "ends_with, matches or selector, with not_ in front to negate and, but for selector, _ignore_case "
       "behind to "
       "ignore case; or less, less_or_equal, greater or greater_or_equal"},
      {"/triggers/0/conditions/0/value", "",
       R"(error: trigger "thanks": conditions[0]: value: is missing; add it)"},
      {"/variables/0/type", R"("weather")",
       R"(error: variable "path": type: is "weather"; write constant, url, query, data_layer, event_property, event_name, )"
       "cookie, javascript, dom, element, detail, consent, random, container_version, lookup, pattern_lookup "
       "or text"},
      {"/variables/0/part", R"("user")",
       R"(error: variable "path": part: is "user"; write host, path, query, fragment, full, protocol, port or extension)"},
      {"/variables/0/part", "", R"(error: variable "path": part: is missing; add it)"},
      {"/variables/1/path", R"("order..id")",
       R"(error: variable "number": path: is "order..id" with an empty key; write keys joined by single points)"},
      {"/variables/1/path", R"(".id")",
       R"(error: variable "number": path: is ".id" with an empty key; write keys joined by single points)"},
      {"/variables/1/key", R"("x")",
       R"(error: variable "number": key: is not a key of this object; remove it, or write one of name, folder, note, type, default, case, path)"},
  };
  for (const ProblemCase& c : cases) {
    const auto problems = problems_with(c.pointer, c.value);
    ASSERT_FALSE(problems.empty()) << c.pointer;
    EXPECT_EQ(problems[0], c.problem);
    // Warnings may follow (the trigger is unused now), but no second error.
    EXPECT_TRUE(problems.size() == 1 || problems[1].starts_with("warning: "))
        << testing::PrintToString(problems);
  }
}

TEST(Problems, OfAStepNameThePlaceToo) {
  const auto step = [](std::string_view change) {
    json tag = json::parse(R"({"name": "Cart", "template": "etappe-step", "triggers": ["thanks", "lead"],
                               "parameters": {"funnel": "checkout", "step": {"variable": "path"}}})");
    tag.merge_patch(json::parse(change));
    json document = good();
    document["tags"].push_back(tag);
    return problems_of(document.dump());
  };
  EXPECT_EQ(step("{}"), std::vector<std::string>{});
  const std::string long_name = '"' + std::string(129, 'n') + '"';
  const std::pair<std::string, std::string> cases[] = {
      {R"({"parameters": {"funnel": null}})", R"(error: tag "Cart": parameters: funnel: is missing; add it)"},
      {R"({"parameters": {"step": null}})", R"(error: tag "Cart": parameters: step: is missing; add it)"},
      {R"({"parameters": {"funnel": ""}})", R"(error: tag "Cart": parameters: funnel: is empty; fill it in)"},
      {R"({"parameters": {"funnel": )" + long_name + "}}",
       R"(error: tag "Cart": parameters: funnel: has 129 bytes; 128 are allowed)"},
      {R"({"parameters": {"step": 1}})",
       R"(error: tag "Cart": parameters: step: is 1; write a text in quotation marks or {"variable": name})"},
      {R"({"parameters": {"step": {"variable": "nix"}}})",
       R"(error: tag "Cart": parameters.step: there is no variable "nix"; define it under "variables")"},
      {R"({"parameters": {"value": "1.00"}})",
       R"(error: tag "Cart": parameters: value: is not a key of this object; remove it, or write one of funnel, step)"},
      {R"({"repeat": "once_per_page"})",
       R"(error: tag "Cart": repeat: is not a key of this object; remove it, or write one of name, folder, note, template, )"
       "triggers, exceptions, consent, paused, priority, setup, cleanup, setup_must_fire, only_after_firing, "
       "without_consent, from, until, share, parameters"},
      {R"({"consent": ["marketing"]})",
       R"(error: tag "Cart": consent: lacks analytics, under which a step is recorded; add it)"},
      {R"({"triggers": ["Cart"]})",
       R"(error: tag "Cart": triggers: there is no trigger "Cart"; define it under "triggers")"},
  };
  for (const auto& [change, problem] : cases)
    EXPECT_EQ(step(change), std::vector<std::string>{problem}) << change;
}

TEST(Problems, WarnOfWhatCannotBeMeant) {
  const ProblemCase cases[] = {
      {"/tags", "[]", "warning: container: tags: is empty; nothing will ever fire"},
      {"/tags/0/exceptions", R"(["thanks","lead"])",
       R"(warning: tag "Order": exceptions: "thanks" is among the triggers too, and never fires it)"},
      {"/tags/0/exceptions", "[]", R"(warning: trigger "lead": no tag uses it; it is left out)"},
      {"/tags/0/parameters/currency", "",
       R"(warning: tag "Order": parameters.value: has no currency beside it; add "currency")"},
      {"/tags/0/parameters/order_id", R"("A-1")",
       R"(warning: tag "Order": parameters.order_id: is always the same, so that only the first conversion counts; )"
       "use a variable"},
      {"/tags/0/parameters/order_id", "",
       R"(warning: tag "Order": repeat: is every_time without an order_id, so that a page loaded again counts again)"},
      {"/triggers/0/conditions/0/value", R"("danke")",
       R"(warning: trigger "thanks": conditions[0]: value: is "danke", but a path begins with "/")"},
      {"/triggers/0/conditions/0/value", R"("")",
       R"(warning: trigger "thanks": conditions[0]: value: is empty, so that the condition always holds)"},
      {"/triggers/0/conditions", "[]",
       R"(warning: variable "path": nothing that fires uses it; it is left out)"},
  };
  for (const ProblemCase& c : cases) {
    const auto problems = problems_with(c.pointer, c.value);
    EXPECT_NE(std::find(problems.begin(), problems.end(), c.problem), problems.end())
        << c.problem << " is not among " << testing::PrintToString(problems);
    for (const std::string& problem : problems) EXPECT_TRUE(problem.starts_with("warning: ")) << problem;
  }
}

TEST(Problems, SayWhereADocumentIsNoJson) {
  const auto first = [](std::string_view text) {
    const auto problems = problems_of(text);
    return problems.empty() ? std::string() : problems[0];
  };
  EXPECT_TRUE(first("").starts_with("error: document: not JSON: parse error at line 1, column 1"));
  EXPECT_TRUE(
      first("{\n  \"name\": }").starts_with("error: document: not JSON: parse error at line 2, column 11"));
  EXPECT_TRUE(first("{\"name\":\"\xFF\"}").starts_with("error: document: not JSON: parse error at line 1"));
  EXPECT_EQ(first("[]"), "error: container: is array; write an object { … }");
  EXPECT_TRUE(
      first(std::string(100'000, '[')).starts_with("error: document: not JSON: parse error at line 1"));
  EXPECT_EQ(first(R"({"name":"a","name":"b"})"),
            "error: document: the key \"name\" stands twice in one object; keep one of them");
}

TEST(Problems, CanBeShownWhateverBytesTheyQuote) {
  for (const std::string_view text : {"{\"version\": \xAF"
                                      "1}",
                                      "{\"version\": \xC3\xA4}", "\xFF\xFE{"}) {
    const Compiled compiled = compile(text);
    ASSERT_EQ(compiled.problems.size(), 1U);
    EXPECT_TRUE(event::is_utf8(compiled.problems[0].message)) << testing::PrintToString(text);
  }
}

TEST(Problems, AreAllNamedAtOnceWarningsLast) {
  json document = good();
  document["tags"][0]["repeat"] = "often";
  document["triggers"][0]["on"] = "hover";
  document["colour"] = 1;
  EXPECT_EQ(problems_of(document.dump()).size(), 3U);
  document = good();
  document["tags"][0]["exceptions"] = json::array();
  document["tags"][0]["triggers"] = {"nix"};
  const auto problems = problems_of(document.dump());
  ASSERT_GE(problems.size(), 2U);
  EXPECT_TRUE(problems.front().starts_with("error: "));
  EXPECT_TRUE(problems.back().starts_with("warning: "));
}

}  // namespace
}  // namespace etappe::container
