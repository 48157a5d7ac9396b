#include "server/cli/site_set.hpp"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "server/cli/complain.hpp"
#include "server/cli/office_command.hpp"
#include "server/cli/site_source.hpp"

namespace etappe::cli {
namespace {

using nlohmann::json;

struct Options {
  Place place;
  std::string key;
  std::string file;
  std::vector<std::string> changes;
  std::optional<bool> enabled;
  std::optional<int> session_minutes;
};

constexpr const char* kTyped = "--tracker-option";

/// "name=JSON" as a member of `patch`. What is no JSON is a text, so that a word needs no quotes.
int add_change(const std::string& typed, json& patch) {
  const std::size_t equals = typed.find('=');
  if (equals == 0 || equals == std::string::npos) {
    complain("usage", std::string(kTyped) + " " + typed + ": write name=JSON");
    return kUsage;
  }
  const std::string text = typed.substr(equals + 1);
  json value = json::parse(text, nullptr, false);
  patch[typed.substr(0, equals)] = value.is_discarded() ? json(text) : std::move(value);
  return kFine;
}

Result<admin::TrackerOptions, int> wanted_options(const Office& office, const Options& options,
                                                  const admin::TrackerOptions& former) {
  const auto known = office.known_listeners();
  if (!options.file.empty()) {
    const auto text = read_text(options.file);
    if (!text) return fail(text.error());
    // A file says all of it: what it leaves out goes back to its default.
    auto wanted = admin::patched({}, *text, known);
    if (!wanted) return fail(complain(wanted.error(), options.file));
    return *std::move(wanted);
  }
  json patch = json::object();
  for (const std::string& change : options.changes)
    if (const int code = add_change(change, patch); code != kFine) return fail(code);
  if (options.enabled) patch["enabled"] = *options.enabled;
  auto wanted = admin::patched(former, patch.dump(-1, ' ', false, json::error_handler_t::replace), known);
  if (!wanted) return fail(complain(wanted.error(), kTyped));
  return *std::move(wanted);
}

int set(Office& office, const Options& options) {
  if (options.file.empty() && options.changes.empty() && !options.enabled && !options.session_minutes) {
    complain("usage", "nothing to set; `etappe site set --help` says what can be");
    return kUsage;
  }
  const auto site = office.sites().find(options.key);
  if (!site) return complain(site.error(), options.key);
  const auto wanted = wanted_options(office, options, site->tracker);
  if (!wanted) return wanted.error();
  const auto changed = office.sites().set_tracker(options.key, *wanted,
                                                  options.session_minutes.value_or(site->session_minutes));
  if (!changed) return complain(changed.error(), options.key);
  if (const int code = office.note("site.set", options.key); code != kFine) return code;
  if (const int code = office.publish(); code != kFine) return code;
  if (site->tracker.enabled && !wanted->enabled)
    std::fprintf(stderr,
                 "Pages get an empty file within five minutes. A page with a pinned snippet keeps the file "
                 "that it pinned.\n");
  return kFine;
}

}  // namespace

void add_site_set(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_office_command(group, options, action, "set", "change its tracker's options and its sessions", set);
  command->add_option("KEY,--site", options->key, "the site key")->required();
  auto* file = command->add_option("--tracker", options->file,
                                   "read all options from a JSON file; what it leaves out is at its default");
  auto* change = command->add_option(kTyped, options->changes,
                                     "name=JSON: change one (null: its default); may be repeated");
  change->allow_extra_args(false);
  auto* enabled = command->add_option("--enabled", options->enabled, "false: pages get an empty file");
  file->excludes(change)->excludes(enabled);
  command->add_option("--session-minutes", options->session_minutes, "minutes of silence that end a session")
      ->check(CLI::Range(1, 1440));
}

}  // namespace etappe::cli
