#pragma once
// SQLite as this room uses it: prepared statements with bound values, and one place that turns failures into
// this room's errors. Seen by server/admin/*.cpp only.

#include <sqlite3.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/admin/database.hpp"

namespace etappe::admin {

/// Thrown by Statement, caught by guarded(); never leaves the room.
struct SqliteFailure {
  int code;
};

struct Database::Handle {
  std::mutex mutex;
  sqlite3* db = nullptr;
  ~Handle() { sqlite3_close(db); }
};

class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql) : db_(db) {
    check(sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::int64_t value) {
    check(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
  }
  Statement& bind(std::string_view text) {
    check(sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                            SQLITE_TRANSIENT));
    return *this;
  }
  Statement& bind(std::nullopt_t) {
    check(sqlite3_bind_null(statement_, ++bound_));
    return *this;
  }
  Statement& bind_blob(std::string_view bytes) {
    check(sqlite3_bind_blob(statement_, ++bound_, bytes.data(), static_cast<int>(bytes.size()),
                            SQLITE_TRANSIENT));
    return *this;
  }
  Statement& bind(Time time) { return bind(std::int64_t{time.time_since_epoch().count()}); }

  /// Whether there is a row to read.
  bool step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) throw SqliteFailure{code};
    return code == SQLITE_ROW;
  }
  /// Runs a statement that returns no rows; how many rows it changed.
  int run() {
    while (step()) {
    }
    return sqlite3_changes(db_);
  }

  [[nodiscard]] bool is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] Time time(int column) const { return Time{std::chrono::seconds{integer(column)}}; }
  /// Text or blob, copied.
  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
  }

 private:
  static void check(int code) {
    if (code != SQLITE_OK) throw SqliteFailure{code};
  }
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// Rolls back unless commit() was reached.
class Transaction {
 public:
  explicit Transaction(sqlite3* db) : db_(db) { Statement(db, "BEGIN IMMEDIATE").run(); }
  ~Transaction() {
    if (!done_) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    Statement(db_, "COMMIT").run();
    done_ = true;
  }

 private:
  sqlite3* db_;
  bool done_ = false;
};

/// Runs `body(sqlite3*)`, which returns a Result<…, Error>, as the only user of the connection.
template <class Body>
auto guarded(Database& database, Body&& body) -> decltype(body(std::declval<sqlite3*>())) {
  Database::Handle& handle = database.handle();
  const std::scoped_lock lock(handle.mutex);
  try {
    return std::forward<Body>(body)(handle.db);
  } catch (const SqliteFailure& failure) {
    return fail((failure.code & 0xFF) == SQLITE_CONSTRAINT ? Error::exists : Error::disk);
  }
}

}  // namespace etappe::admin
