// etappe container check|compile|csp|publish|simulate

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "server/admin/replace_file.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/office_command.hpp"
#include "server/cli/site_source.hpp"
#include "server/container/simulate.hpp"

namespace etappe::cli {
namespace {

struct Options {
  Place place;
  std::string file;
  std::string out;
  std::string site;
  std::string url;
  std::string referrer;
  std::string consent;
};

int check(const Options& options) {
  const auto container = compile_container(options.file);
  if (!container) return container.error();
  std::printf("%s: version %u, %zu bytes compiled\n", options.file.c_str(), container->version,
              container->compiled.size());
  return kFine;
}

int compile(const Options& options) {
  const auto container = compile_container(options.file);
  if (!container) return container.error();
  if (options.out.empty()) {
    const bool written = std::fwrite(container->compiled.data(), 1, container->compiled.size(), stdout) ==
                         container->compiled.size();
    return written ? kFine : complain("write_failed", "stdout cannot be written");
  }
  if (!admin::replace_file(options.out, container->compiled, 0644))
    return complain("write_failed", options.out + ": cannot be written");
  return kFine;
}

int publish(Office& office, const Options& options) {
  const auto container = compile_container(options.file);
  if (!container) return container.error();
  const auto published = office.sites().publish_container(options.site, *container, now());
  if (!published) {
    if (published.error() == admin::Error::exists)
      return complain("version_exists", options.file + ": version " + std::to_string(container->version) +
                                            " is published with other content; raise `version`");
    return complain(published.error(), options.site);
  }
  if (const int code =
          office.note("container.publish", options.site + " " + std::to_string(container->version));
      code != kFine)
    return code;
  return office.publish();
}

/// What a page's Content-Security-Policy must allow because of its tags, besides what the tracker needs
/// anyway.
int csp(const Options& options) {
  const auto text = read_text(options.file);
  if (!text) return text.error();
  const container::Compiled compiled = container::compile(*text);
  if (const int code = tell_problems(options.file, compiled.problems); code != kFine) return code;
  for (const auto& [tag, host] : compiled.image_hosts)
    std::printf("img-src https://%s  # %s\n", host.c_str(), tag.c_str());
  return kFine;
}

/// "analytics=granted,marketing=denied"; nothing when it is something else. What is not named is
/// undetermined.
std::optional<consent::States> consent_of(const std::string& text) {
  consent::States states;
  std::istringstream all(text);
  for (std::string one; std::getline(all, one, ',');) {
    const std::size_t middle = one.find('=');
    const std::string purpose = one.substr(0, middle);
    const std::string state = middle == std::string::npos ? "" : one.substr(middle + 1);
    if ((purpose != "analytics" && purpose != "marketing") ||
        (state != "granted" && state != "denied" && state != "undetermined"))
      return std::nullopt;
    states.set(purpose == "analytics" ? consent::Purpose::analytics : consent::Purpose::marketing,
               state == "granted"  ? consent::State::granted
               : state == "denied" ? consent::State::denied
                                   : consent::State::undetermined);
  }
  return states;
}

int simulate(const Options& options) {
  const auto text = read_text(options.file);
  if (!text) return text.error();
  const auto states = consent_of(options.consent);
  if (!states) {
    complain("bad_consent", "--consent " + options.consent +
                                ": write purposes and states such as analytics=granted,marketing=denied");
    return kUsage;
  }
  container::Simulation simulation(*text,
                                   {.url = options.url, .referrer = options.referrer, .consent = *states});
  if (const int code = tell_problems(options.file, simulation.problems()); code != kFine) return code;
  std::size_t number = 0;
  int code = kFine;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    if (line.empty()) continue;
    const auto message = nlohmann::json::parse(line, nullptr, false);
    if (message.is_discarded()) {
      code = complain("bad_line", "stdin:" + std::to_string(number) + ": not JSON; write one push a line");
      continue;
    }
    std::cout << simulation.push(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
              << '\n';
  }
  return code;
}

}  // namespace

void add_container(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* group = app.add_subcommand("container", "a site's conversion tags, as a file");
  group->require_subcommand(1);
  const auto with_file = [&](CLI::App* command) {
    command->add_option("FILE", options->file, "the container's JSON (docs/container-format.md)")->required();
    return command;
  };
  with_file(group->add_subcommand("check", "say what is wrong with it"))->callback([options, &action] {
    action = [options] { return check(*options); };
  });
  CLI::App* compiling = with_file(group->add_subcommand("compile", "write the form that the tracker reads"));
  compiling->add_option("--out", options->out, "file to write (stdout)");
  compiling->callback([options, &action] { action = [options] { return compile(*options); }; });
  with_file(group->add_subcommand(
                "csp", "what a Content-Security-Policy must allow because of its tags, a line each"))
      ->callback([options, &action] { action = [options] { return csp(*options); }; });
  CLI::App* simulating =
      with_file(group->add_subcommand("simulate",
                                      "say what would fire: one push to the data layer a line on stdin "
                                      "(nothing is implied: push gtm.js yourself)"));
  simulating->add_option("--url", options->url, "the page's address");
  simulating->add_option("--referrer", options->referrer, "where the visitor came from");
  simulating->add_option("--consent", options->consent, "analytics=granted,marketing=denied (undetermined)");
  simulating->callback([options, &action] { action = [options] { return simulate(*options); }; });
  with_file(
      add_office_command(*group, options, action, "publish", "make it the one a site's pages get", publish))
      ->add_option("--site", options->site, "site key")
      ->required();
}

}  // namespace etappe::cli
