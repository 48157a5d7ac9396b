// etappe export events|conversions|touchpoints: rows for other tools, written by the engine piece by piece.

#include <cstdio>
#include <memory>

#include "server/cli/complain.hpp"
#include "server/cli/reading.hpp"
#include "server/cli/store_door.hpp"
#include "server/report/export.hpp"
#include "server/store/report_source.hpp"

namespace etappe::cli {
namespace {

struct Options {
  Place place;
  Reading reading;
  std::string name;
  std::string format;
};

report::Format format_of(const std::string& name) {
  if (name == "csv") return report::Format::csv;
  return name == "parquet" ? report::Format::parquet : report::Format::ndjson;
}

int run_export(Office& office, const Options& options) {
  const auto extract = report::extract_named(options.name);
  if (!extract)
    return bad_usage("unknown_export", "`" + options.name + "` is none of events, conversions, touchpoints");
  const auto asked = asked_for(office, options.reading);
  if (!asked) return asked.error();
  const auto door = StoreDoor::open(office.settings());
  if (!door) return door.error();
  store::ReportSource source((*door)->client());
  bool written = true;
  const auto poured = report::pour_extract(
      source, *extract, format_of(options.format), asked->site, asked->period, [&](std::string_view piece) {
        written = std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
        return written;
      });
  if (!poured) return complain(poured.error());
  written = std::fflush(stdout) == 0 && written;
  return written ? kFine : complain("write_failed", "stdout cannot be written; the export is incomplete");
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_office_command(app, options, action, "export", "a period's rows for other tools", run_export);
  command->add_option("NAME", options->name, "which rows")
      ->required()
      ->check(CLI::IsMember({"events", "conversions", "touchpoints"}));
  options->reading.add_to(*command);
  command->add_option("--format", options->format, "csv, ndjson or parquet")
      ->required()
      ->check(CLI::IsMember({"csv", "ndjson", "parquet"}));
}

}  // namespace etappe::cli
