#include "server/admin/database.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "server/admin/statement.hpp"

namespace etappe::admin {
namespace {

/// Step n brings a file from schema n to n + 1. A released step is never changed; a new one goes behind it.
constexpr std::array kMigrations = {
    R"sql(
CREATE TABLE sites (
  id TEXT PRIMARY KEY,            -- what rows in the store carry; stays when the key is rotated
  key TEXT NOT NULL UNIQUE,       -- what pages carry
  name TEXT NOT NULL,
  domains TEXT NOT NULL,          -- JSON array
  zone TEXT NOT NULL,
  currency TEXT NOT NULL,
  policy TEXT NOT NULL,
  session_minutes INTEGER NOT NULL,
  require_origin INTEGER NOT NULL,
  allow_null_origin INTEGER NOT NULL,
  demo INTEGER NOT NULL,
  funnels TEXT NOT NULL,          -- JSON array, read by server/report
  container INTEGER,              -- the published version, NULL: none
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE containers (
  site TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  source TEXT NOT NULL,           -- the author's JSON
  compiled BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (site, version)
) STRICT;
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  login TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password TEXT NOT NULL,         -- argon2id, with its salt and costs
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,          -- SHA-256 of the cookie's value
  user INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,      -- SHA-256 of the token
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  site TEXT REFERENCES sites(id) ON DELETE CASCADE,  -- NULL: all sites
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL
) STRICT;
)sql",
    R"sql(
ALTER TABLE sites ADD COLUMN tracker TEXT NOT NULL DEFAULT '{}';  -- JSON object, read by tracker_options.hpp
)sql",
    // From here on the column `policy` is not read: what it said is part of `privacy`.
    R"sql(
ALTER TABLE sites ADD COLUMN privacy TEXT NOT NULL DEFAULT '{}';  -- JSON object, read by privacy_options.hpp
)sql",
};

void execute(sqlite3* db, const char* sql) {
  const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw SqliteFailure{code};
}

std::int64_t schema_version(sqlite3* db) {
  Statement version(db, "PRAGMA user_version");
  version.step();
  return version.integer(0);
}

Result<void, Error> migrate(sqlite3* db) {
  constexpr auto newest = static_cast<std::int64_t>(kMigrations.size());
  for (;;) {
    if (schema_version(db) > newest) return fail(Error::newer_schema);
    if (schema_version(db) == newest) return {};
    Transaction transaction(db);
    // Another process may have migrated while this one waited for the write lock.
    const std::int64_t version = schema_version(db);
    if (version < newest) {
      execute(db, kMigrations[static_cast<std::size_t>(version)]);
      execute(db, ("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
    }
    transaction.commit();
  }
}

}  // namespace

std::string_view name_of(Error error) {
  switch (error) {
    case Error::cannot_open: return "database_cannot_open";
    case Error::newer_schema: return "database_newer_schema";
    case Error::disk: return "database_disk";
    case Error::not_found: return "not_found";
    case Error::exists: return "exists";
    case Error::bad_key: return "bad_key";
    case Error::bad_name: return "bad_name";
    case Error::bad_domain: return "bad_domain";
    case Error::bad_zone: return "bad_zone";
    case Error::bad_currency: return "bad_currency";
    case Error::bad_funnels: return "bad_funnels";
    case Error::bad_login: return "bad_login";
    case Error::bad_role: return "bad_role";
    case Error::short_password: return "short_password";
    case Error::bad_scope: return "bad_scope";
    case Error::last_admin: return "last_admin";
  }
  return "database_disk";
}

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>, Error> Database::open(const std::filesystem::path& file) {
  // SQLite would create the file with the umask's mode; password and token hashes are nobody else's business.
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(Error::cannot_open);
  ::close(descriptor);
  auto handle = std::make_unique<Handle>();
  if (sqlite3_open_v2(file.c_str(), &handle->db, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
    return fail(Error::cannot_open);
  try {
    sqlite3_busy_timeout(handle->db, 5000);
    sqlite3_extended_result_codes(handle->db, 1);
    execute(handle->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
    if (const auto migrated = migrate(handle->db); !migrated) return fail(migrated.error());
  } catch (const SqliteFailure& failure) {
    return fail((failure.code & 0xFF) == SQLITE_NOTADB ? Error::cannot_open : Error::disk);
  }
  return std::unique_ptr<Database>(new Database(std::move(handle)));
}

}  // namespace etappe::admin
