#pragma once
// A command's way to the running `serve`: its admin listener, as a program with a token that lives as long as
// the question. Who may open the database may make tokens, so this opens no door that was shut.

#include <string>

#include "core/result.hpp"
#include "server/cli/office.hpp"

namespace etappe::cli {

struct AdminAnswer {
  unsigned status = 0;
  std::string body;
};

/// POSTs JSON to a path below /api/v1 for one site; the answer, or an exit code after the reason was written
/// (`serve` does not run, or does not answer).
[[nodiscard]] Result<AdminAnswer, int> ask_serve(Office& office, const admin::Site& site,
                                                 const std::string& path, const std::string& json);

}  // namespace etappe::cli
