#pragma once
// A new site from what a person gave: options, or a file with a container beside it.

#include <string>
#include <vector>

#include "server/cli/office.hpp"
#include "server/container/container.hpp"

namespace etappe::cli {

/// Reads and checks a site file and the container it names, then adds both. The site, or an exit code after
/// the reason was written; nothing is added when anything is wrong.
[[nodiscard]] Result<admin::Site, int> add_site_from(Office& office, const std::string& file);

/// Writes a container's problems to stderr; an exit code when one of them is an error.
[[nodiscard]] int tell_problems(const std::string& file, const std::vector<container::Problem>& problems);

/// Compiles a container's JSON; the container, or an exit code after its problems were written.
[[nodiscard]] Result<admin::Container, int> compile_container(const std::string& file);

/// A whole file, or an exit code after it was said that it cannot be read.
[[nodiscard]] Result<std::string, int> read_text(const std::string& file);

}  // namespace etappe::cli
