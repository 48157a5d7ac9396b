// etappe container check|compile|publish

#include <cstdio>
#include <memory>

#include "server/admin/replace_file.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/office_command.hpp"
#include "server/cli/site_source.hpp"

namespace etappe::cli {
namespace {

struct Options {
  Place place;
  std::string file;
  std::string out;
  std::string site;
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
  with_file(
      add_office_command(*group, options, action, "publish", "make it the one a site's pages get", publish))
      ->add_option("--site", options->site, "site key")
      ->required();
}

}  // namespace etappe::cli
