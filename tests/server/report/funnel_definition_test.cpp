#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/report/site.hpp"

namespace etappe::report {
namespace {

using ::testing::HasSubstr;

TEST(FunnelDefinition, reads_every_kind_of_match) {
  const auto funnels =
      funnels_from_json(R"([{"id":"inquiry","name":"Angebotsanfrage","window_days":30,"steps":[
    {"name":"Produkt","match":{"type":"view","path_prefix":"/produkte/"}},
    {"name":"Liste","match":{"type":"step","funnel":"checkout","step":"cart"}},
    {"name":"Rückruf","match":{"type":"click","name":"callback"}},
    {"name":"Formular","match":{"type":"event","name":"form_start"}},
    {"name":"Anfrage","match":{"type":"conversion","name":"inquiry"}}]}])");
  ASSERT_TRUE(funnels) << funnels.error().message;
  ASSERT_EQ(funnels->size(), 1U);
  const Funnel& funnel = funnels->front();
  EXPECT_EQ(funnel.window_days, 30);
  ASSERT_EQ(funnel.steps.size(), 5U);
  EXPECT_EQ(std::get<ViewMatch>(funnel.steps[0].match).path_prefix, "/produkte/");
  EXPECT_EQ(std::get<StepMatch>(funnel.steps[1].match).step, "cart");
  EXPECT_EQ(std::get<ClickMatch>(funnel.steps[2].match).name, "callback");
  EXPECT_EQ(std::get<EventMatch>(funnel.steps[3].match).name, "form_start");
  EXPECT_EQ(std::get<ConversionMatch>(funnel.steps[4].match).name, "inquiry");
}

TEST(FunnelDefinition, a_window_that_is_not_named_is_seven_days) {
  const auto funnels = funnels_from_json(R"([{"id":"f","name":"F","steps":[
    {"name":"a","match":{"type":"event","name":"a"}},{"name":"b","match":{"type":"event","name":"b"}}]}])");
  ASSERT_TRUE(funnels);
  EXPECT_EQ(funnels->front().window_days, 7);
}

TEST(FunnelDefinition, a_fault_names_its_place) {
  const std::string step = R"({"name":"a","match":{"type":"event","name":"a"}})";
  const auto funnel = [&](const std::string& head, const std::string& second) {
    return "[{" + head + R"("name":"F","steps":[)" + step + "," + second + "]}]";
  };
  struct Case {
    std::string text;
    std::string place;
  };
  for (const auto& [text, place] :
       {Case{"{", "funnels: write a JSON array"}, Case{"{}", "funnels: write a JSON array"},
        Case{"[1]", "funnels[0]"}, Case{funnel("", step), "funnels[0].id"},
        Case{funnel(R"("id":"f","window_days":0,)", step), "funnels[0].window_days"},
        Case{funnel(R"("id":"f","window_days":366,)", step), "funnels[0].window_days"},
        Case{funnel(R"("id":"f","window_days":"7",)", step), "funnels[0].window_days"},
        Case{funnel(R"("id":"f","order":"any",)", step), "funnels[0].order: is not a known key"},
        Case{funnel(R"("id":"f",)", R"({"name":"b"})"), "funnels[0].steps[1].match.type"},
        Case{funnel(R"("id":"f",)", R"({"name":"b","match":{"type":"scroll"}})"),
             "funnels[0].steps[1].match.type"},
        Case{funnel(R"("id":"f",)", R"({"name":"b","match":{"type":"view","path":"/"}})"),
             "funnels[0].steps[1].match"},
        Case{funnel(R"("id":"f",)", "7"), "funnels[0].steps[1]"},
        Case{R"([{"id":"f","name":"F","steps":[)" + step + "]}]", "funnels[0].steps: write 2 to 16 steps"},
        Case{"[" + funnel(R"("id":"f",)", step).substr(1, funnel(R"("id":"f",)", step).size() - 2) + "," +
                 funnel(R"("id":"f",)", step).substr(1),
             "funnels[1].id"}}) {
    const auto funnels = funnels_from_json(text);
    ASSERT_FALSE(funnels) << text;
    EXPECT_THAT(funnels.error().message, HasSubstr(place)) << text;
  }
}

}  // namespace
}  // namespace etappe::report
