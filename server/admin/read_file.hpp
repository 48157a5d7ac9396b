#pragma once
// A whole small file as a text. Seen by server/admin/*.cpp only.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace etappe::admin {

/// nullopt when it is not there or the disk refuses.
[[nodiscard]] inline std::optional<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return bytes;
}

}  // namespace etappe::admin
