#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "core/rules/rules.hpp"
#include "server/container/container.hpp"

namespace etappe::container {
namespace {

std::string file(const std::string& path) {
  std::ifstream in(std::string(ETAPPE_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The example in the format's own document, so that it stays a container.
std::string documented_example() {
  const std::string document = file("docs/container-format.md");
  const std::size_t begin = document.find("```json\n");
  const std::size_t end = document.find("```", begin + 8);
  return begin == std::string::npos ? "" : document.substr(begin + 8, end - begin - 8);
}

std::string all_problems(const Compiled& compiled) {
  std::string text;
  for (const Problem& problem : compiled.problems) text += problem.where + " " + problem.message + "\n";
  return text;
}

TEST(Compile, TheDocumentedExampleIsAContainer) {
  const Compiled compiled = compile(documented_example());
  ASSERT_TRUE(compiled.ok()) << all_problems(compiled);
  EXPECT_EQ(compiled.name, "Nordwerk Antriebe");
  EXPECT_EQ(compiled.version, 1U);
  const auto container = rules::ContainerView::open(compiled.bytes);
  ASSERT_TRUE(container);
  EXPECT_EQ(container->version(), 1U);
  EXPECT_EQ(container->tag_count(), 1U);
  ASSERT_EQ(container->path_count(), 3U);
  EXPECT_EQ(container->path(0), "ecommerce.value");
  EXPECT_EQ(container->path(1), "ecommerce.quantity");
  EXPECT_EQ(container->path(2), "ecommerce.transaction_id");
}

TEST(Compile, GivesTheSameBytesEveryTime) {
  EXPECT_EQ(compile(documented_example()).bytes, compile(documented_example()).bytes);
}

TEST(Compile, LeavesOutWhatNothingUsesAndSaysSo) {
  const Compiled compiled = compile(documented_example());
  EXPECT_EQ(all_problems(compiled),
            "trigger \"thank-you page\" no tag uses it; it is left out\n"
            "variable \"euro\" nothing that fires uses it; it is left out\n"
            "variable \"page path\" nothing that fires uses it; it is left out\n"
            "variable \"lead type\" nothing that fires uses it; it is left out\n"
            "variable \"form\" nothing that fires uses it; it is left out\n");
  for (const Problem& problem : compiled.problems) EXPECT_EQ(problem.severity, Severity::warning);
}

TEST(Compile, VariablesOfTheSameMeaningBecomeOne) {
  const Compiled compiled = compile(R"({
    "format": "etappe-container/1", "name": "n", "version": 1,
    "variables": [{"name": "a", "type": "data_layer", "path": "p"}, {"name": "b", "type": "data_layer", "path": "p"}],
    "triggers": [{"name": "t", "on": "page_view"}],
    "tags": [{"name": "g", "template": "etappe-conversion", "triggers": ["t"],
              "parameters": {"conversion": "c", "quantity": {"variable": "a"}, "order_id": {"variable": "b"}}}]})");
  ASSERT_TRUE(compiled.ok()) << all_problems(compiled);
  EXPECT_EQ(rules::ContainerView::open(compiled.bytes)->path_count(), 1U);
}

/// A container of `count` tags, each with a text of its own of `bytes` bytes in a condition.
std::string large(std::size_t count, std::size_t bytes) {
  std::string triggers, tags;
  for (std::size_t index = 0; index < count; ++index) {
    const std::string name = "n" + std::to_string(index);
    const std::string comma = index == 0 ? "" : ",";
    triggers += comma + R"({"name":")" + name +
                R"(","on":"page_view","conditions":[{"variable":"u","operator":)" + R"("equals","value":")" +
                name + std::string(bytes, 'x') + R"("}]})";
    tags += comma + R"({"name":")" + name + R"(","template":"etappe-conversion","triggers":[")" + name +
            R"("],"parameters":{"conversion":"c"}})";
  }
  return R"({"format":"etappe-container/1","name":"n","version":1,"variables":[{"name":"u","type":"url","part":)"
         R"("full"}],"triggers":[)" +
         triggers + R"(],"tags":[)" + tags + "]}";
}

TEST(Compile, TakesAsManyTagsAsTheLimitAndNotOneMore) {
  EXPECT_TRUE(compile(large(256, 1)).ok());
  const Compiled compiled = compile(large(257, 1));
  EXPECT_FALSE(compiled.ok());
  EXPECT_EQ(all_problems(compiled),
            "container: tags has 257 members; 256 are allowed\n"
            "container: triggers has 257 members; 256 are allowed\n");
}

TEST(Compile, RefusesWhatCompilesToTooManyBytes) {
  const Compiled compiled = compile(large(256, 400));
  EXPECT_FALSE(compiled.ok());
  ASSERT_EQ(compiled.problems.size(), 1U);
  EXPECT_EQ(compiled.problems[0].where, "container");
  EXPECT_NE(compiled.problems[0].message.find("65536 are allowed"), std::string::npos);
}

TEST(Compile, RefusesADocumentOfMoreThanAMebibyte) {
  const std::string most = "{" + std::string(kMaxAuthorBytes - 1, ' ');
  EXPECT_NE(all_problems(compile(most)).find("not JSON"), std::string::npos);
  EXPECT_NE(all_problems(compile(most + ' ')).find("1048576 are allowed"), std::string::npos);
}

}  // namespace
}  // namespace etappe::container
