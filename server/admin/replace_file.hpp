#pragma once
// Replacing a file so that a reader, or a crash, sees the former content or the new one and nothing between:
// written beside it, synced, renamed, folder synced.

#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace etappe::admin {

/// Whether the file now has that content. On failure the former file is untouched.
[[nodiscard]] bool replace_file(const std::filesystem::path& file, std::string_view bytes, mode_t mode);

}  // namespace etappe::admin
