// etappe: reads what a person typed and runs it. Every command is a file in server/cli.

#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"

int main(int argc, char** argv) {
  namespace cli = etappe::cli;
  CLI::App app{"Etappe: customer-journey tracking that a company owns.", "etappe"};
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "the help of every command");
  cli::Action action;
  cli::add_init(app, action);
  cli::add_serve(app, action);
  cli::add_engine(app, action);
  cli::add_report(app, action);
  cli::add_export(app, action);
  cli::add_subject(app, action);
  cli::add_erase(app, action);
  cli::add_site(app, action);
  cli::add_user(app, action);
  cli::add_token(app, action);
  cli::add_container(app, action);
  cli::add_decode(app, action);
  cli::add_resolve(app, action);
  cli::add_doctor(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kFine : cli::kUsage;
  }
  return action();
}
