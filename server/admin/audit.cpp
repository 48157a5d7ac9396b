#include "server/admin/audit.hpp"

#include "server/admin/statement.hpp"

namespace etappe::admin {

Result<void, Error> Audit::add(const AuditEntry& entry) {
  return guarded(database_, [&](sqlite3* db) -> Result<void, Error> {
    Statement(db, "INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, ?, ?)")
        .bind(entry.at)
        .bind(entry.actor)
        .bind(entry.action)
        .bind(entry.subject)
        .run();
    return {};
  });
}

Result<std::vector<AuditEntry>, Error> Audit::latest(std::size_t count) {
  return guarded(database_, [&](sqlite3* db) -> Result<std::vector<AuditEntry>, Error> {
    std::vector<AuditEntry> entries;
    Statement rows(db, "SELECT at, actor, action, subject FROM audit ORDER BY id DESC LIMIT ?");
    rows.bind(static_cast<std::int64_t>(count));
    while (rows.step()) entries.push_back({rows.time(0), rows.text(1), rows.text(2), rows.text(3)});
    return entries;
  });
}

}  // namespace etappe::admin
