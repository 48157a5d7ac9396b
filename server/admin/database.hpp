#pragma once
// The administration database: one SQLite file with sites, people, tokens and what was done when.
//
// It is a small OLTP job: one admin node writes, the command line writes beside it (WAL, a busy timeout of
// five seconds). The collecting side never opens it; it reads what publish.hpp writes. Events are not in
// here.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "core/result.hpp"

namespace etappe::admin {

/// Why the database, or the rules of what may be in it, said no.
enum class Error : std::uint8_t {
  cannot_open,   ///< the file or its folder cannot be opened or created
  newer_schema,  ///< written by a newer version of Etappe
  disk,          ///< SQLite could not read or write
  not_found,
  exists,
  bad_key,       ///< a site key is 4–32 of a–z, 0–9
  bad_name,      ///< 1–128 bytes of UTF-8
  bad_domain,    ///< a host name or address, without scheme, port or path
  bad_zone,      ///< not a name of the IANA time zone database
  bad_currency,  ///< not three upper-case letters (ISO 4217)
  bad_funnels,   ///< not a JSON array
  bad_login,     ///< 1–128 bytes of UTF-8 without spaces
  bad_role,
  short_password,  ///< at least 12 bytes
  bad_scope,
  last_admin,  ///< somebody must be able to sign in
};
[[nodiscard]] std::string_view name_of(Error error);

/// Seconds since 1970 UTC; the callers bring the clock.
using Time = std::chrono::sys_seconds;

/// An open database. Thread-safe: one statement at a time runs, the others wait. Calls block on the disk.
class Database {
 public:
  /// Opens or creates the file (mode 0600) and brings its schema up to date. Older files are migrated step by
  /// step, each in one transaction.
  [[nodiscard]] static Result<std::unique_ptr<Database>, Error> open(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  struct Handle;  ///< statement.hpp
  [[nodiscard]] Handle& handle() { return *handle_; }

 private:
  explicit Database(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace etappe::admin
