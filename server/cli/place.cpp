#include "server/cli/place.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

#include "server/cli/complain.hpp"

namespace etappe::cli {
namespace {

namespace fs = std::filesystem;

fs::path program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::current_path(error) : program.parent_path();
}

}  // namespace

void Place::add_to(CLI::App& command) {
  auto* config = command.add_option("--config", config_, "settings file")->capture_default_str();
  command.add_option("--data", data_, "data folder, instead of --config")->excludes(config);
}

Result<config::Settings, int> Place::settings() const {
  std::error_code ignored;
  if (data_.empty() || fs::exists(fs::path(data_) / "etappe.toml", ignored)) {
    auto settings = config::load(data_.empty() ? fs::path(config_) : fs::path(data_) / "etappe.toml");
    if (!settings) return fail(complain(settings.error()));
    if (!data_.empty()) settings->data = fs::absolute(data_);
    return *std::move(settings);
  }
  if (!fs::is_directory(data_, ignored))
    return fail(complain("data_missing", "`" + data_ + "` is no folder; run `etappe init " + data_ + "`"));
  config::Settings settings;
  settings.data = fs::absolute(data_);
  return settings;
}

int DataFolder::make() const {
  if (engine_socket().native().size() >= sizeof(sockaddr_un::sun_path))
    return complain("data_path_too_long", path.string() +
                                              ": the engine's socket in it would have a name longer than "
                                              "the system takes; choose a folder with a shorter path");
  for (const fs::path& folder : {run(), spool(), feed(), store(), published() / "t"}) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return complain("data_unusable", folder.string() + ": " + error.message());
    ::chmod(folder.c_str(), 0700);
  }
  return kFine;
}

fs::path assets_folder(const config::Settings& settings) {
  return settings.assets.empty() ? program_folder().parent_path() / "share/etappe" : settings.assets;
}

fs::path engine_program() {
  if (const char* other = std::getenv("ETAPPE_ENGINE")) return other;
  return program_folder() / "etappe-engine";
}

fs::path engine_library(const config::Settings& settings) {
  std::error_code ignored;
  if (!settings.library.empty()) return settings.library;
  for (fs::path start : {program_folder(), fs::current_path(ignored)})
    for (;; start = start.parent_path()) {
      const fs::path library = start / "node_modules/@chdb/lib-linux-x64-gnu/libchdb.so";
      if (fs::exists(library, ignored)) return library;
      if (start == start.root_path() || start.empty()) break;
    }
  return "libchdb.so";
}

std::vector<std::string> engine_command(const config::Settings& settings) {
  const DataFolder data{settings.data};
  std::vector<std::string> words{engine_program(), "--path", data.store(), "--library",
                                 engine_library(settings)};
  words.insert(words.end(), {"--listen", "unix:" + data.engine_socket().string()});
  words.insert(words.end(), {"--child-of", std::to_string(::getpid())});
  if (settings.engine_memory != 0)
    words.insert(words.end(), {"--memory", std::to_string(settings.engine_memory)});
  return words;
}

std::string public_url(const config::Settings& settings, const std::string& domain) {
  return settings.public_url.empty() ? "https://track." + domain : settings.public_url;
}

}  // namespace etappe::cli
