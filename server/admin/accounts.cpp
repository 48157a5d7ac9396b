#include "server/admin/accounts.hpp"

#include <algorithm>

#include "server/admin/secrets.hpp"
#include "server/admin/statement.hpp"

namespace etappe::admin {
namespace {

constexpr std::size_t kMinPasswordBytes = 12;
constexpr std::string_view kColumns = "SELECT u.id, u.login, u.name, u.role, u.created_at";

User user_from(const Statement& row) {
  return {.id = row.integer(0),
          .login = row.text(1),
          .name = row.text(2),
          .role = role_named(row.text(3)).value_or(Role::viewer),
          .created_at = row.time(4)};
}

bool is_login(std::string_view login) {
  return !login.empty() && login.size() <= 128 &&
         std::ranges::none_of(login, [](unsigned char c) { return c <= ' ' || c == 0x7F; });
}

/// What an unknown login is checked against, so that the time taken does not tell who has an account.
const std::string& nobodys_hash() {
  static const std::string hash = password_hash(random_password());
  return hash;
}

}  // namespace

std::string_view name_of(Role role) { return role == Role::admin ? "admin" : "viewer"; }

std::optional<Role> role_named(std::string_view name) {
  if (name == "admin") return Role::admin;
  if (name == "viewer") return Role::viewer;
  return std::nullopt;
}

Result<User, Error> Accounts::add(std::string_view login, std::string_view name, Role role,
                                  std::string_view password, Time now) {
  if (!is_login(login)) return fail(Error::bad_login);
  if (name.empty() || name.size() > 128) return fail(Error::bad_name);
  if (password.size() < kMinPasswordBytes) return fail(Error::short_password);
  const std::string hash = password_hash(password);
  return guarded(database_, [&](sqlite3* db) -> Result<User, Error> {
    Statement(db, "INSERT INTO users (login, name, role, password, created_at) VALUES (?, ?, ?, ?, ?)")
        .bind(login)
        .bind(name)
        .bind(name_of(role))
        .bind(hash)
        .bind(now)
        .run();
    return User{.id = sqlite3_last_insert_rowid(db),
                .login = std::string(login),
                .name = std::string(name),
                .role = role,
                .created_at = now};
  });
}

Result<std::vector<User>, Error> Accounts::list() {
  return guarded(database_, [&](sqlite3* db) -> Result<std::vector<User>, Error> {
    std::vector<User> users;
    Statement rows(db, std::string(kColumns) + " FROM users u ORDER BY u.id");
    while (rows.step()) users.push_back(user_from(rows));
    return users;
  });
}

Result<void, Error> Accounts::set_password(std::string_view login, std::string_view password) {
  if (password.size() < kMinPasswordBytes) return fail(Error::short_password);
  const std::string hash = password_hash(password);
  return guarded(database_, [&](sqlite3* db) -> Result<void, Error> {
    Transaction transaction(db);
    if (Statement(db, "UPDATE users SET password = ? WHERE login = ?").bind(hash).bind(login).run() == 0)
      return fail(Error::not_found);
    Statement(db, "DELETE FROM sessions WHERE user = (SELECT id FROM users WHERE login = ?)")
        .bind(login)
        .run();
    transaction.commit();
    return {};
  });
}

Result<void, Error> Accounts::remove(std::string_view login) {
  return guarded(database_, [&](sqlite3* db) -> Result<void, Error> {
    Transaction transaction(db);
    if (Statement(db, "DELETE FROM users WHERE login = ?").bind(login).run() == 0)
      return fail(Error::not_found);
    Statement admins(db, "SELECT count(*) FROM users WHERE role = 'admin'");
    admins.step();
    if (admins.integer(0) == 0) return fail(Error::last_admin);
    transaction.commit();
    return {};
  });
}

Result<Accounts::Session, Error> Accounts::sign_in(std::string_view login, std::string_view password,
                                                   Time now) {
  std::string hash;
  const auto user = guarded(database_, [&](sqlite3* db) -> Result<User, Error> {
    Statement row(db, std::string(kColumns) + ", u.password FROM users u WHERE u.login = ?");
    if (!row.bind(login).step()) return fail(Error::not_found);
    hash = row.text(5);
    return user_from(row);
  });
  // The expensive comparison runs outside the connection's lock.
  const bool matches = password_matches(user ? hash : nobodys_hash(), password);
  if (!user) return fail(user.error());
  if (!matches) return fail(Error::not_found);
  const std::string token = random_token();
  const Time expires_at = now + kSessionLength;
  return guarded(database_, [&](sqlite3* db) -> Result<Session, Error> {
    Statement(db, "DELETE FROM sessions WHERE expires_at <= ?").bind(now).run();
    Statement(db, "INSERT INTO sessions (hash, user, created_at, expires_at) VALUES (?, ?, ?, ?)")
        .bind(token_hash(token))
        .bind(user->id)
        .bind(now)
        .bind(expires_at)
        .run();
    return Session{token, *user, expires_at};
  });
}

Result<User, Error> Accounts::signed_in(std::string_view session_token, Time now) {
  return guarded(database_, [&](sqlite3* db) -> Result<User, Error> {
    Statement row(db,
                  std::string(kColumns) +
                      " FROM sessions s JOIN users u ON u.id = s.user WHERE s.hash = ? AND s.expires_at > ?");
    if (!row.bind(token_hash(session_token)).bind(now).step()) return fail(Error::not_found);
    return user_from(row);
  });
}

Result<void, Error> Accounts::sign_out(std::string_view session_token) {
  return guarded(database_, [&](sqlite3* db) -> Result<void, Error> {
    Statement(db, "DELETE FROM sessions WHERE hash = ?").bind(token_hash(session_token)).run();
    return {};
  });
}

}  // namespace etappe::admin
