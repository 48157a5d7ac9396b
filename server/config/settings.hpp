#pragma once
// etappe.toml: what the administrator decided. Only the wiring layer sees it; rooms get the values they need.
//
// Every key is optional and has a default. A key that is unknown, of the wrong type or out of range is an
// error with its line, because a setting that is silently ignored is worse than a server that does not start.
// Secrets are not in here: they are in DATA/keys and, hashed, in DATA/etappe.db.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace etappe::config {

/// Whether a proxy that speaks TLS stands in front of the admin listener.
enum class AdminProxy : std::uint8_t { none, tls };

struct Settings {
  std::string listen = "127.0.0.1:8080";
  std::string admin_listen = "127.0.0.1:8081";
  AdminProxy admin_proxy = AdminProxy::none;
  std::vector<std::string> trusted_proxies = {"127.0.0.0/8", "::1"};  ///< CIDR; whose headers are believed
  std::string region_header;      ///< by which a trusted proxy says the visitor's region; empty: none does
  std::string public_url;         ///< where browsers reach the public listener; empty: https://track.<domain>
  std::filesystem::path data;     ///< absolute
  std::filesystem::path assets;   ///< empty: ../share/etappe beside the executable
  std::string log = "info";       ///< debug, info, warning or error
  std::filesystem::path library;  ///< [engine] empty: looked for in node_modules
  std::uint64_t engine_memory = 0;  ///< [engine] bytes for all queries together; 0: the engine's own default
  std::uint64_t spool_max = std::uint64_t{4} << 30;  ///< [spool] bytes; beyond it events are refused with 503
};

struct Problem {
  enum class Reason : std::uint8_t {
    unreadable,  ///< the file is missing or cannot be read
    bad_toml,    ///< not TOML
    unknown_key,
    wrong_type,
    bad_address,  ///< not IP:PORT
    bad_value,
    admin_exposed,  ///< the admin listener would be reachable from outside without TLS
  };
  Reason reason = Reason::unreadable;
  std::filesystem::path file;  ///< empty for a value from the command line
  unsigned line = 0;           ///< 0 when no line is to blame
  std::string key;
  std::string remedy;  ///< what to do, one sentence
};
[[nodiscard]] std::string_view name_of(Problem::Reason reason);
/// "etappe.toml:3: listn: unknown_key: did you mean `listen`?"
[[nodiscard]] std::string message(const Problem& problem);

/// Reads and checks a file. Paths in it are relative to its folder; the default of `data` is that folder.
[[nodiscard]] Result<Settings, Problem> load(const std::filesystem::path& file);

/// The rules that hold wherever a value came from: call it again after the command line has changed
/// something.
[[nodiscard]] Result<void, Problem> check(const Settings& settings);

/// Whether an IP:PORT is reachable from this machine only.
[[nodiscard]] bool is_loopback(std::string_view address);

/// A commented etappe.toml that says what every key is for; load() reads the defaults back from it.
[[nodiscard]] std::string default_text();

}  // namespace etappe::config
