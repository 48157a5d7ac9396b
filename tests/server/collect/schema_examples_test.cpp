// The collector takes exactly the examples that docs/event.schema.json allows; schema.test.mjs asks the
// schema.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "server/collect/intake.hpp"

namespace etappe::collect {
namespace {

namespace dom = simdjson::dom;

const event::TimeMs kNow{std::chrono::milliseconds(1'777'629'600'000)};  // 2026-05-01T10:00:00Z

/// Whether the whole batch is taken, with none of its events rejected.
bool takes(const std::string& batch) {
  artefact::Site site;
  site.key = "s1";
  Arrival arrival;
  arrival.received_at = kNow;
  const auto intake = take_in(std::as_bytes(std::span(batch)), arrival, *artefact::SiteTable::of({site}), {});
  return intake.has_value() && intake->rejected.empty();
}

/// The members of `base` with those of `over` in their places, as JSON text.
std::string laid_over(dom::object base, dom::object over) {
  std::string json = "{";
  const auto add = [&](std::string_view key, dom::element value) {
    json +=
        (json.size() > 1 ? ",\"" : "\"") + std::string(key) + "\":" + std::string(simdjson::minify(value));
  };
  for (const auto& [key, value] : base) {
    if (over[key].error() != simdjson::SUCCESS) add(key, value);
  }
  for (const auto& [key, value] : over) add(key, value);
  return json + "}";
}

TEST(EventSchema, AllowsExactlyWhatTheCollectorTakes) {
  dom::parser parser;
  dom::object examples;
  ASSERT_EQ(parser.load(ETAPPE_SOURCE_DIR "/tests/server/collect/batches.json").get(examples),
            simdjson::SUCCESS);
  int asked = 0;
  for (const dom::element example : dom::array(examples["batches"])) {
    const std::string batch = simdjson::minify(example["batch"].value());
    EXPECT_EQ(takes(batch), bool(example["valid"])) << std::string_view(example["what"]) << ": " << batch;
    ++asked;
  }
  const dom::object view = examples["view"];
  for (const dom::element example : dom::array(examples["events"])) {
    const std::string event = laid_over(view, example["event"]);
    const std::string batch = R"({"site":"s1","events":[)" + event + "]}";
    EXPECT_EQ(takes(batch), bool(example["valid"])) << std::string_view(example["what"]) << ": " << batch;
    ++asked;
  }
  EXPECT_GT(asked, 80);
}

}  // namespace
}  // namespace etappe::collect
