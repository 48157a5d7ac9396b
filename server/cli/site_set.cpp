#include "server/cli/site_set.hpp"

#include <algorithm>
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
  std::string privacy_file;
  std::vector<std::string> privacy_changes;
  std::optional<bool> enabled;
  std::optional<int> session_minutes;
};

constexpr const char* kTyped = "--tracker-option";
constexpr const char* kTypedPrivacy = "--privacy-option";

/// Each "name=JSON" as a member of a patch. What is no JSON is a text, so that a word needs no quotes.
Result<json, int> patch_of(const std::vector<std::string>& changes, const char* option) {
  json patch = json::object();
  for (const std::string& typed : changes) {
    const std::size_t equals = typed.find('=');
    if (equals == 0 || equals == std::string::npos) {
      complain("usage", std::string(option) + " " + typed + ": write name=JSON");
      return fail(kUsage);
    }
    const std::string text = typed.substr(equals + 1);
    json value = json::parse(text, nullptr, false);
    patch[typed.substr(0, equals)] = value.is_discarded() ? json(text) : std::move(value);
  }
  return patch;
}

std::string text_of(const json& patch) { return patch.dump(-1, ' ', false, json::error_handler_t::replace); }

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
  auto patch = patch_of(options.changes, kTyped);
  if (!patch) return fail(patch.error());
  if (options.enabled) (*patch)["enabled"] = *options.enabled;
  auto wanted = admin::patched(former, text_of(*patch), known);
  if (!wanted) return fail(complain(wanted.error(), kTyped));
  return *std::move(wanted);
}

Result<admin::PrivacyOptions, int> wanted_privacy(const Options& options,
                                                  const admin::PrivacyOptions& former) {
  if (!options.privacy_file.empty()) {
    const auto text = read_text(options.privacy_file);
    if (!text) return fail(text.error());
    auto wanted = admin::patched(admin::PrivacyOptions{}, *text);
    if (!wanted) return fail(complain(wanted.error(), options.privacy_file));
    return *std::move(wanted);
  }
  const auto patch = patch_of(options.privacy_changes, kTypedPrivacy);
  if (!patch) return fail(patch.error());
  auto wanted = admin::patched(former, text_of(*patch));
  if (!wanted) return fail(complain(wanted.error(), kTypedPrivacy));
  return *std::move(wanted);
}

int set(Office& office, const Options& options) {
  if (options.file.empty() && options.changes.empty() && !options.enabled && !options.session_minutes &&
      options.privacy_file.empty() && options.privacy_changes.empty()) {
    complain("usage", "nothing to set; `etappe site set --help` says what can be");
    return kUsage;
  }
  const auto site = office.sites().find(options.key);
  if (!site) return complain(site.error(), options.key);
  const auto wanted = wanted_options(office, options, site->tracker);
  if (!wanted) return wanted.error();
  const auto privacy = wanted_privacy(options, site->privacy);
  if (!privacy) return privacy.error();
  if (const auto set = office.sites().set_privacy(options.key, *privacy); !set)
    return complain(set.error(), options.key);
  const auto changed = office.sites().set_tracker(options.key, *wanted,
                                                  options.session_minutes.value_or(site->session_minutes));
  if (!changed) return complain(changed.error(), options.key);
  if (const int code = office.note("site.set", options.key); code != kFine) return code;
  if (const int code = office.publish(); code != kFine) return code;
  if (site->tracker.enabled && !wanted->enabled)
    std::fprintf(stderr,
                 "Pages get an empty file within five minutes. A page with a pinned snippet keeps the file "
                 "that it pinned.\n");
  const bool is_new = privacy->policy != site->privacy.policy || privacy->regions != site->privacy.regions;
  const auto waits = [](const consent::RegionPolicy& one) { return one.policy == consent::Policy::block; };
  if (is_new && (privacy->policy != consent::Policy::block || !std::ranges::all_of(privacy->regions, waits)))
    std::fprintf(stderr, "%s\n", std::string(admin::kPolicyNotice).c_str());
  return kFine;
}

}  // namespace

void add_site_set(CLI::App& group, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_office_command(group, options, action, "set",
                         "change its tracker's options, its sessions, consent and retention", set);
  command->add_option("KEY,--site", options->key, "the site key")->required();
  auto* file = command->add_option("--tracker", options->file,
                                   "read all options from a JSON file; what it leaves out is at its default");
  auto* change = command->add_option(kTyped, options->changes,
                                     "name=JSON: change one (null: its default); may be repeated");
  change->allow_extra_args(false);
  auto* enabled = command->add_option("--enabled", options->enabled, "false: pages get an empty file");
  file->excludes(change)->excludes(enabled);
  auto* privacy = command->add_option(
      "--privacy", options->privacy_file,
      "read consent and retention from a JSON file; what it leaves out is at its default");
  command
      ->add_option(kTypedPrivacy, options->privacy_changes,
                   "name=JSON: change one (null: its default); may be repeated")
      ->allow_extra_args(false)
      ->excludes(privacy);
  command->add_option("--session-minutes", options->session_minutes, "minutes of silence that end a session")
      ->check(CLI::Range(1, 1440));
}

}  // namespace etappe::cli
