// etappe subject: everything stored about one person.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/admin/person_secret.hpp"
#include "server/cli/backroom.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/data_subject.hpp"
#include "server/cli/reading.hpp"
#include "server/cli/subject_options.hpp"
#include "server/erase/journal.hpp"

namespace etappe::cli {
namespace {

using json = nlohmann::ordered_json;

struct Options : SubjectOptions {
  std::string format = "json";
};

/// A line a row: {"place":"events","row":{…}}.
std::string lines_of(const json& answer) {
  std::string lines;
  for (const auto& [place, content] : answer.at("places").items())
    for (const char* list : {"rows", "receipts"})
      for (const json& row : content.value(list, json::array()))
        lines +=
            json{{"place", place}, {"row", row}}.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  return lines;
}

int run_subject(Office& office, const Options& options) {
  const auto meant = subject_meant(office, options);
  if (!meant) return meant.error();
  const auto room = Backroom::open(office, meant->site);
  if (!room) return room.error();
  const auto orders = erase::Journal::read(office.folder().erasure(), meant->secret);
  if (!orders) return complain(erase::name_of(orders.error()), office.folder().erasure().string());
  store::SubjectRows rows((*room)->client());
  const auto found = subject_json(rows, meant->secret, meant->site.key, meant->subject, *orders);
  if (!found)
    return complain("engine_unavailable",
                    "the store does not answer as it should; see the log of `etappe serve`");
  if (const int code = office.note("subject.look_up", named_in_audit(*meant)); code != kFine) return code;
  const std::string text =
      options.format == "json" ? *found + "\n" : lines_of(json::parse(*found, nullptr, false));
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? kFine : complain("write_failed", "stdout cannot be written; the answer is incomplete");
}

}  // namespace

void add_subject(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_office_command(app, options, action, "subject", "everything stored about one person", run_subject);
  options->add_to(*command, SubjectOptions::Needed::always);
  command->add_option("--format", options->format, "json, or ndjson: a line a row")
      ->capture_default_str()
      ->check(CLI::IsMember({"json", "ndjson"}));
}

}  // namespace etappe::cli
