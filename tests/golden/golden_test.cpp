// The golden files, read natively. runtimes_test.mjs reads the same files through WebAssembly and wasm2js.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/golden/reading.hpp"

namespace etappe::golden {
namespace {

namespace fs = std::filesystem;

std::string file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string reading(std::string_view bytes) {
  // A copy of exactly that size, so that a sanitizer sees a read beyond it.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  std::string out(std::size_t{256} * 1024, '\0');
  out.resize(write_reading(std::as_bytes(std::span(exact)), out));
  return out;
}

std::vector<fs::path> cases() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(fs::path(ETAPPE_SOURCE_DIR) / "tests/golden/cases")) {
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

class GoldenFile : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenFile, ReadsAsTheIndependentEncoderExpects) {
  EXPECT_EQ(reading(file(GetParam() / "bytes.bin")), file(GetParam() / "expected.txt"));
}

TEST_P(GoldenFile, CannotBeReadWhenItsEndIsMissing) {
  const std::string bytes = file(GetParam() / "bytes.bin");
  if (file(GetParam() / "expected.txt").starts_with("unreadable")) return;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string result = reading(std::string_view(bytes).substr(0, size));
    // An envelope has no length of its own: cut between two fields it lacks the event, which stands last.
    EXPECT_TRUE(result == "unreadable truncated\n" || result == "unreadable missing_field\n")
        << size << ' ' << result;
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenFile, testing::ValuesIn(cases()), [](const auto& golden) {
  std::string name = golden.param.filename().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace etappe::golden
