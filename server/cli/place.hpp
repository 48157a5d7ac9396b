#pragma once
// Which Etappe a command works on: the settings it was given, and where things lie in its data folder and
// beside the executable.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "server/config/settings.hpp"

namespace etappe::cli {

/// The options --config and --data of a command.
class Place {
 public:
  void add_to(CLI::App& command);
  /// The settings, or an exit code after the reason was written.
  [[nodiscard]] Result<config::Settings, int> settings() const;

 private:
  std::string config_ = "etappe.toml";
  std::string data_;
};

/// Paths in a data folder.
struct DataFolder {
  std::filesystem::path path;
  [[nodiscard]] std::filesystem::path database() const { return path / "etappe.db"; }
  [[nodiscard]] std::filesystem::path published() const { return path / "published"; }
  [[nodiscard]] std::filesystem::path spool() const { return path / "spool"; }
  [[nodiscard]] std::filesystem::path feed() const { return path / "feed"; }
  [[nodiscard]] std::filesystem::path store() const { return path / "store"; }
  [[nodiscard]] std::filesystem::path erasure() const { return path / "erasure"; }
  [[nodiscard]] std::filesystem::path run() const { return path / "run"; }
  [[nodiscard]] std::filesystem::path engine_socket() const { return run() / "engine.sock"; }
  [[nodiscard]] std::filesystem::path endpoints() const { return run() / "endpoints.json"; }
  [[nodiscard]] std::filesystem::path day_key() const { return run() / "day.key"; }
  [[nodiscard]] std::filesystem::path lock() const { return run() / "lock"; }
  /// Makes what is missing, for its owner only; an exit code after the reason was written.
  [[nodiscard]] int make() const;
};

/// The folder with the tracker and the dashboard: the setting, or share/etappe beside the executable's
/// folder.
[[nodiscard]] std::filesystem::path assets_folder(const config::Settings& settings);
/// etappe-engine beside this executable; the environment variable ETAPPE_ENGINE names another one.
[[nodiscard]] std::filesystem::path engine_program();
/// libchdb.so: the setting, or in a node_modules folder above the executable or the working folder, or
/// wherever the system's loader finds it.
[[nodiscard]] std::filesystem::path engine_library(const config::Settings& settings);
/// The engine as a child of this process, on the socket of the data folder.
[[nodiscard]] std::vector<std::string> engine_command(const config::Settings& settings);

/// The collector's address in snippets.
[[nodiscard]] std::string public_url(const config::Settings& settings, const std::string& domain);

}  // namespace etappe::cli
