#include "server/container/simulate.hpp"

#include <gtest/gtest.h>

#include <string>

namespace etappe::container {
namespace {

using consent::State;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kShop = R"({"format":"etappe-container/1","name":"n","version":3,
  "variables":[{"name":"order","type":"data_layer","path":"ecommerce.transaction_id"},{"name":"path","type":"url","part":"path"},
    {"name":"clicked","type":"element","property":"id"},{"name":"kind","type":"lookup","input":"path","rows":[{"equals":"/danke","value":"thanks"}],"default":"other"},
    {"name":"unused","type":"container_version"}],
  "triggers":[{"name":"thanks","on":"page_view","conditions":[{"variable":"path","operator":"equals","value":"/danke"}]},
    {"name":"purchase","on":"event","event":"purchase"},{"name":"buy","on":"click","conditions":[{"variable":"clicked","operator":"equals","value":"buy"}]},
    {"name":"both","on":"group","triggers":["purchase","buy"]}],
  "tags":[{"name":"Thanks","template":"etappe-conversion","triggers":["thanks"],"parameters":{"conversion":"t"}},
    {"name":"Order","template":"etappe-conversion","triggers":["purchase"],"parameters":{"conversion":"o","order_id":{"variable":"order"}}},
    {"name":"Ad","template":"image-pixel","triggers":["purchase"],"priority":5,"parameters":{"url":"https://px.example/?{{kind}}"}},
    {"name":"Click","template":"etappe-conversion","triggers":["buy"],"repeat":"once_per_page","parameters":{"conversion":"c"}},
    {"name":"Both","template":"etappe-conversion","triggers":["both"],"parameters":{"conversion":"b","order_id":{"variable":"clicked"}}}]})";

Simulation shop(consent::States states = {State::granted, State::granted}) {
  return Simulation(kShop, {.url = "https://shop.example/danke", .referrer = {}, .consent = states});
}

TEST(Simulation, SaysWhatFiresAndWhatEveryVariableIsWorth) {
  Simulation simulation = shop();
  ASSERT_TRUE(simulation.ok());
  EXPECT_EQ(
      simulation.push(json::parse(R"({"ecommerce":{"transaction_id":"A-1"}})")).dump(),
      R"({"event":null,"fired":[],"held":[],"variables":{"order":"A-1","path":"/danke","clicked":"","kind":"thanks","unused":"3"}})");
  EXPECT_EQ(simulation.push({{"event", "gtm.js"}})["fired"], json({"Thanks"}));
  EXPECT_EQ(simulation.push({{"event", "gtm.dom"}})["fired"], json::array());
  EXPECT_EQ(simulation.push({{"event", "purchase"}})["fired"], json({"Ad", "Order"}));
  const ordered_json clicked = simulation.push({{"event", "gtm.click"}, {"gtm.elementId", "buy"}});
  EXPECT_EQ(clicked["fired"], json({"Click", "Both"}));
  EXPECT_EQ(clicked["variables"]["clicked"], "buy");
}

TEST(Simulation, NamesTheReasonOfWhatIsHeldBack) {
  Simulation simulation = shop({State::granted, State::undetermined});
  EXPECT_EQ(simulation.push({{"event", "purchase"}})["held"].dump(), R"([{"tag":"Ad","reason":"consent"}])");
  EXPECT_EQ(simulation.push({{"event", "gtm.js"}})["held"], json::array());
  EXPECT_EQ(simulation.push({{"event", "gtm.js"}})["held"].dump(), R"([{"tag":"Thanks","reason":"once"}])")
      << "of the session";
  const json click = {{"event", "gtm.click"}, {"gtm.elementId", "buy"}};
  EXPECT_EQ(simulation.push(click)["fired"], json({"Click"})) << "the view has begun the group anew";
  EXPECT_EQ(simulation.push(click)["held"].dump(), R"([{"tag":"Click","reason":"once"}])");
  Simulation nobody = shop({});
  EXPECT_EQ(nobody.push({{"event", "purchase"}})["fired"], json::array());
}

TEST(Simulation, RunsNothingOfABrokenContainer) {
  Simulation simulation("{", {});
  EXPECT_FALSE(simulation.ok());
  EXPECT_EQ(simulation.problems().size(), 1U);
}

}  // namespace
}  // namespace etappe::container
