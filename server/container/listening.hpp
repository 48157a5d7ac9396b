#pragma once
// What a page is to listen to because of a container. Only this room includes it.

#include <string>
#include <vector>

#include "server/container/author.hpp"

namespace etappe::container {

/// The JSON object that docs/container-format.md, "What the page listens to", describes; `triggers` in the
/// order of the compiled form. Keys that would be empty are left out.
[[nodiscard]] std::string listening_of(const std::vector<const Trigger*>& triggers);

}  // namespace etappe::container
