// The compiler against the independent one of tests/golden: the same bytes from the same author's form.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "server/container/container.hpp"

namespace etappe::container {
namespace {

namespace fs = std::filesystem;

std::string file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Compile, MakesTheBytesThatTheIndependentCompilerMakes) {
  std::size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(ETAPPE_SOURCE_DIR) / "tests/golden/cases")) {
    const auto description = nlohmann::json::parse(file(entry.path() / "case.json"));
    const char* const form = description.contains("compiled") ? "compiled" : "container";
    if (!description.contains(form) || description.contains("spoil")) continue;
    const Compiled compiled = compile(description[form].dump());
    const std::string bytes(reinterpret_cast<const char*>(compiled.bytes.data()), compiled.bytes.size());
    EXPECT_EQ(bytes, file(entry.path() / "bytes.bin")) << entry.path();
    ++compared;
  }
  EXPECT_GE(compared, 4U);
}

}  // namespace
}  // namespace etappe::container
