// etappe engine: the embedded engine for people; `serve` starts its own.

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/place.hpp"

namespace etappe::cli {
namespace {

struct Options {
  Place place;
  std::vector<std::string> listen{"127.0.0.1:8123"};
  bool read_only = false;
};

int engine(const Options& options) {
  const auto settings = options.place.settings();
  if (!settings) return settings.error();
  std::vector<std::string> words{engine_program(), "--path", DataFolder{settings->data}.store(), "--library",
                                 engine_library(*settings)};
  for (const std::string& address : options.listen) words.insert(words.end(), {"--listen", address});
  if (options.read_only) words.emplace_back("--read-only");
  if (settings->engine_memory != 0)
    words.insert(words.end(), {"--memory", std::to_string(settings->engine_memory)});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  return complain("engine_missing", words[0] + ": " + std::strerror(errno));
}

}  // namespace

void add_engine(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "engine", "answer ClickHouse's HTTP interface over a data folder that no `serve` uses");
  options->place.add_to(*command);
  command->add_option("--listen", options->listen, "IP:PORT on loopback or unix:PATH; may be repeated")
      ->capture_default_str();
  command->add_flag("--read-only", options->read_only, "refuse everything that writes");
  command->callback([options, &action] { action = [options] { return engine(*options); }; });
}

}  // namespace etappe::cli
