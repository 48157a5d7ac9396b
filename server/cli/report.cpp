// etappe report NAME: the dashboard's reports on the command line.

#include <cstdio>
#include <memory>

#include "server/cli/complain.hpp"
#include "server/cli/office_command.hpp"
#include "server/cli/report_site.hpp"
#include "server/cli/store_door.hpp"
#include "server/report/render.hpp"
#include "server/report/report.hpp"
#include "server/store/report_source.hpp"

namespace etappe::cli {
namespace {

struct Options {
  Place place;
  std::string name;
  std::string site;
  std::string from;
  std::string to;
  std::string compare = "previous";
  std::string funnel;
  std::string format = "table";
  bool sql = false;
};

int bad_usage(std::string_view reason, std::string_view detail) {
  complain(reason, detail);
  return kUsage;
}

int refuse(report::Refusal refusal, const Options& options) {
  switch (refusal) {
    case report::Refusal::unknown_report: {
      std::string names;
      for (const std::string_view name : report::report_names()) names += " " + std::string(name);
      return bad_usage(name_of(refusal), "`" + options.name + "` is none of" + names);
    }
    case report::Refusal::unknown_funnel:
      return bad_usage(name_of(refusal), "`" + options.funnel + "` is no funnel of this site; see `etappe site show`");
    case report::Refusal::too_slow:
      return complain(name_of(refusal), "the engine took too long; ask for a shorter period");
    case report::Refusal::engine_unavailable: return complain(name_of(refusal), "the engine went away; try again");
    case report::Refusal::engine_refused:
    case report::Refusal::bad_answer: break;
  }
  return complain(name_of(refusal), "the engine and this report do not fit together; the engine's log says more");
}

std::string rendered(const report::Report& report, const Options& options) {
  if (options.format == "json")
    return to_json(report, options.sql ? report::Statements::shown : report::Statements::hidden) + "\n";
  return options.format == "csv" ? to_csv(report) : to_table(report);
}

int run_report(Office& office, const Options& options) {
  const auto from = report::day_from_text(options.from);
  const auto to = report::day_from_text(options.to);
  if (!from || !to || *from > *to)
    return bad_usage("bad_period", "write --from and --to as days like 2026-11-22, the first not after the last");
  const auto site = office.sites().find(options.site);
  if (!site) return complain(site.error(), options.site);
  const auto reported = report_site(*site);
  if (!reported) return complain("bad_funnels", options.site + ": " + reported.error().message);

  report::Ask ask;
  ask.name = options.name;
  ask.period = {*from, *to};
  ask.comparing = options.compare == "none" ? report::Comparing::none : report::Comparing::previous;
  ask.funnel = options.funnel;
  ask.as_of = now();
  if (ask.period.days() > report::kLongestPeriodDays)
    return bad_usage("bad_period", "a report answers for at most " + std::to_string(report::kLongestPeriodDays) + " days");
  const auto door = StoreDoor::open(office.settings());
  if (!door) return door.error();
  store::ReportSource source((*door)->client());
  const auto report = report::run(source, *reported, ask);
  if (!report) return refuse(report.error(), options);
  const std::string text = rendered(*report, options);
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? kFine : complain("write_failed", "stdout cannot be written");
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  std::string names = "one of";
  for (const std::string_view name : report::report_names()) names += " " + std::string(name);
  CLI::App* command =
      add_office_command(app, options, action, "report", "a report over a period of whole days", run_report);
  command->add_option("NAME", options->name, names)->required();
  command->add_option("--site", options->site, "site key")->required();
  command->add_option("--from", options->from, "first day, YYYY-MM-DD in the site's zone")->required();
  command->add_option("--to", options->to, "last day, included")->required();
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
