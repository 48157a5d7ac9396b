#pragma once
// A subcommand that opens the administration, works on it, and closes it again.

#include <memory>

#include "server/cli/commands.hpp"
#include "server/cli/office.hpp"

namespace etappe::cli {

/// `Options` has a member `place`; `work` gets the options as they were typed.
template <class Options>
CLI::App* add_office_command(CLI::App& group, const std::shared_ptr<Options>& options, Action& action,
                             const char* name, const char* what, int (*work)(Office&, const Options&)) {
  CLI::App* command = group.add_subcommand(name, what);
  options->place.add_to(*command);
  command->callback([options, &action, work] {
    action = [options, work] {
      auto office = Office::open(options->place);
      return office ? work(*office, *options) : office.error();
    };
  });
  return command;
}

}  // namespace etappe::cli
