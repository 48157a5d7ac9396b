#include "server/admin/tokens.hpp"

#include "server/admin/secrets.hpp"
#include "server/admin/statement.hpp"

namespace etappe::admin {
namespace {

constexpr std::string_view kSelect = "SELECT id, name, scope, site, hash, created_at FROM tokens";

Token token_from(const Statement& row) {
  return {.id = row.integer(0),
          .name = row.text(1),
          .scope = scope_named(row.text(2)).value_or(Scope::read),
          .site = row.text(3),
          .hash = row.text(4),
          .created_at = row.time(5)};
}

}  // namespace

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::read: return "read";
    case Scope::ingest: return "ingest";
    case Scope::admin: return "admin";
  }
  return "read";
}

std::optional<Scope> scope_named(std::string_view name) {
  for (const Scope scope : {Scope::read, Scope::ingest, Scope::admin})
    if (name == name_of(scope)) return scope;
  return std::nullopt;
}

Result<Tokens::Added, Error> Tokens::add(std::string_view name, Scope scope, std::string_view site,
                                         Time now) {
  if (name.empty() || name.size() > 128) return fail(Error::bad_name);
  const std::string secret = random_token();
  return guarded(database_, [&](sqlite3* db) -> Result<Added, Error> {
    Transaction transaction(db);
    if (!site.empty()) {
      Statement known(db, "SELECT 1 FROM sites WHERE id = ?");
      if (!known.bind(site).step()) return fail(Error::not_found);
    }
    Statement insert(db, "INSERT INTO tokens (hash, name, scope, site, created_at) VALUES (?, ?, ?, ?, ?)");
    insert.bind(token_hash(secret)).bind(name).bind(name_of(scope));
    if (site.empty())
      insert.bind(std::nullopt);
    else
      insert.bind(site);
    insert.bind(now).run();
    const Token token{.id = sqlite3_last_insert_rowid(db),
                      .name = std::string(name),
                      .scope = scope,
                      .site = std::string(site),
                      .hash = token_hash(secret),
                      .created_at = now};
    transaction.commit();
    return Added{token, secret};
  });
}

Result<std::vector<Token>, Error> Tokens::list() {
  return guarded(database_, [&](sqlite3* db) -> Result<std::vector<Token>, Error> {
    std::vector<Token> tokens;
    Statement rows(db, std::string(kSelect) + " ORDER BY id");
    while (rows.step()) tokens.push_back(token_from(rows));
    return tokens;
  });
}

Result<void, Error> Tokens::revoke(std::int64_t id) {
  return guarded(database_, [&](sqlite3* db) -> Result<void, Error> {
    if (Statement(db, "DELETE FROM tokens WHERE id = ?").bind(id).run() == 0) return fail(Error::not_found);
    return {};
  });
}

Result<Token, Error> Tokens::find(std::string_view secret) {
  return guarded(database_, [&](sqlite3* db) -> Result<Token, Error> {
    Statement row(db, std::string(kSelect) + " WHERE hash = ?");
    if (!row.bind(token_hash(secret)).step()) return fail(Error::not_found);
    return token_from(row);
  });
}

}  // namespace etappe::admin
