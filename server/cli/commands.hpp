#pragma once
// The commands of `etappe`, one file each. Adding a command to the parser fills `action` when a person types
// it; main() runs it afterwards, so that no work happens inside the parser.

#include <CLI/CLI.hpp>
#include <functional>

namespace etappe::cli {

/// Does the work; returns the exit code.
using Action = std::function<int()>;

void add_container(CLI::App& app, Action& action);
void add_decode(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_engine(CLI::App& app, Action& action);
void add_erase(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_init(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_resolve(CLI::App& app, Action& action);
void add_serve(CLI::App& app, Action& action);
void add_site(CLI::App& app, Action& action);
void add_subject(CLI::App& app, Action& action);
void add_token(CLI::App& app, Action& action);
void add_user(CLI::App& app, Action& action);

}  // namespace etappe::cli
