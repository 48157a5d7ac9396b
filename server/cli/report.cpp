// etappe report NAME: the dashboard's reports on the command line.

#include <cstdio>
#include <memory>

#include "server/cli/complain.hpp"
#include "server/cli/reading.hpp"
#include "server/cli/store_door.hpp"
#include "server/report/render.hpp"
#include "server/report/report.hpp"
#include "server/store/report_source.hpp"

namespace etappe::cli {
namespace {

struct Options {
  Place place;
  Reading reading;
  std::string name;
  std::string compare = "previous";
  std::string funnel;
  std::string format = "table";
  bool sql = false;
};

std::string rendered(const report::Report& report, const Options& options) {
  if (options.format == "json")
    return to_json(report, options.sql ? report::Statements::shown : report::Statements::hidden) + "\n";
  return options.format == "csv" ? to_csv(report) : to_table(report);
}

int run_report(Office& office, const Options& options) {
  const auto asked = asked_for(office, options.reading);
  if (!asked) return asked.error();
  report::Ask ask;
  ask.name = options.name;
  ask.period = asked->period;
  ask.comparing = options.compare == "none" ? report::Comparing::none : report::Comparing::previous;
  ask.funnel = options.funnel;
  ask.as_of = now();
  const auto door = StoreDoor::open(office.settings());
  if (!door) return door.error();
  store::ReportSource source((*door)->client());
  const auto report = report::run(source, asked->site, ask);
  if (!report) return complain(report.error());
  const std::string text = rendered(*report, options);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? kFine : complain("write_failed", "stdout cannot be written");
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  std::vector<std::string> names;
  for (const std::string_view name : report::report_names()) names.emplace_back(name);
  CLI::App* command =
      add_office_command(app, options, action, "report", "a report over a period of whole days", run_report);
  command->add_option("NAME", options->name, "which report")->required()->check(CLI::IsMember(names));
  options->reading.add_to(*command);
  command->add_option("--compare", options->compare, "previous or none")
      ->capture_default_str()
      ->check(CLI::IsMember({"previous", "none"}));
  command->add_option("--funnel", options->funnel, "id of the funnel (the site's first)");
  command->add_option("--format", options->format, "table, csv or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"table", "csv", "json"}));
  command->add_flag("--sql", options->sql, "with --format json: add what was asked of the engine");
}

}  // namespace etappe::cli
