// The table that wasm/loader/data_layer.js is tested against too (tests/wasm/data_layer_test.mjs).
#include "server/container/data_layer.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace etappe::container {
namespace {

using nlohmann::json;

TEST(DataLayer, DoesWhatTheTableSays) {
  std::ifstream in(ETAPPE_SOURCE_DIR "/tests/golden/data_layer.json");
  const json table = json::parse(in);
  ASSERT_GT(table.size(), 10U);
  for (const json& one : table) {
    DataLayer layer;
    for (std::size_t index = 0; index < one["pushes"].size(); ++index) {
      const auto event = layer.take(one["pushes"][index]);
      if (!one.contains("events")) continue;
      EXPECT_EQ(event ? json(*event) : json(nullptr), one["events"][index]) << one["about"];
    }
    for (const auto& [path, value] : one["values"].items())
      EXPECT_EQ(layer.value_of(path), value) << one["about"] << ' ' << path;
  }
}

TEST(DataLayer, DeepMessagesEndSomewhere) {
  json deep = 1;
  for (int level = 0; level < 1000; ++level) deep = json{{"a", deep}};
  DataLayer layer;
  layer.take(deep);
  layer.take(deep);
  EXPECT_EQ(layer.value_of("a"), "");
}

}  // namespace
}  // namespace etappe::container
