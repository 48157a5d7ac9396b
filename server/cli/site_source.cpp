#include "server/cli/site_source.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "server/admin/site_file.hpp"
#include "server/cli/complain.hpp"
#include "server/container/container.hpp"
#include "server/report/site.hpp"

namespace etappe::cli {

Result<std::string, int> read_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code ignored;
  if (!in || std::filesystem::is_directory(file, ignored))
    return fail(complain("file_unreadable", file + ": cannot be read"));
  return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int tell_problems(const std::string& file, const std::vector<container::Problem>& problems) {
  bool any_error = false;
  for (const container::Problem& problem : problems) {
    const bool is_error = problem.severity == container::Severity::error;
    any_error = any_error || is_error;
    std::fprintf(stderr, "%s: %s: %s: %s\n", file.c_str(), is_error ? "error" : "warning",
                 problem.where.c_str(), problem.message.c_str());
  }
  return any_error ? complain("bad_container", file + ": not compiled; the errors are above") : kFine;
}

Result<admin::Container, int> compile_container(const std::string& file) {
  const auto text = read_text(file);
  if (!text) return fail(text.error());
  const container::Compiled compiled = container::compile(*text);
  if (const int code = tell_problems(file, compiled.problems); code != kFine) return fail(code);
  return admin::Container{
      .version = compiled.version,
      .source = *text,
      .compiled = std::string(reinterpret_cast<const char*>(compiled.bytes.data()), compiled.bytes.size())};
}

Result<admin::Site, int> add_site_from(Office& office, const std::string& file) {
  const auto text = read_text(file);
  if (!text) return fail(text.error());
  const auto site_file = admin::parse_site_file(*text, office.known_listeners());
  if (!site_file) return fail(complain(site_file.error(), file));
  const auto funnels = report::funnels_from_json(site_file->site.funnels);
  if (!funnels) return fail(complain("bad_funnels", file + ": " + funnels.error().message));

  std::optional<admin::Container> container;
  if (!site_file->container.empty()) {
    auto compiled = compile_container(std::filesystem::path(file).parent_path() / site_file->container);
    if (!compiled) return fail(compiled.error());
    container = *std::move(compiled);
  }
  auto added = office.sites().add(site_file->site, now());
  if (!added) return fail(complain(added.error(), site_file->site.name));
  if (container) {
    const auto published = office.sites().publish_container(added->key, *container, now());
    if (!published) return fail(complain(published.error(), site_file->container));
  }
  return *std::move(added);
}

}  // namespace etappe::cli
