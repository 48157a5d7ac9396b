#pragma once
// What commands that read rows share: the site and the days they are asked for, and what the reports refuse.

#include <string>
#include <string_view>

#include "server/cli/office_command.hpp"
#include "server/report/report.hpp"

namespace etappe::cli {

/// The options --site, --from and --to.
struct Reading {
  std::string site;
  std::string from;
  std::string to;
  void add_to(CLI::App& command);
};

struct Asked {
  report::Site site;
  report::Period period;
};
/// The site and the period that were meant, or an exit code after the reason was written.
[[nodiscard]] Result<Asked, int> asked_for(Office& office, const Reading& reading);

/// kUsage, after the reason was written.
int bad_usage(std::string_view reason, std::string_view detail);
/// An exit code, after the reason was written.
int complain(report::Refusal refusal);

}  // namespace etappe::cli
