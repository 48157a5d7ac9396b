#pragma once
// People who may sign in to the dashboard, and their sessions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/database.hpp"

namespace etappe::admin {

enum class Role : std::uint8_t { admin, viewer };
[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::optional<Role> role_named(std::string_view name);

struct User {
  std::int64_t id = 0;
  std::string login;
  std::string name;
  Role role = Role::viewer;
  Time created_at;
};

/// A session ends this long after the login, used or not.
inline constexpr std::chrono::hours kSessionLength{12};

/// All functions are thread-safe and block; a login takes about a tenth of a second of one core and 64 MiB.
class Accounts {
 public:
  explicit Accounts(Database& database) : database_(database) {}

  [[nodiscard]] Result<User, Error> add(std::string_view login, std::string_view name, Role role,
                                        std::string_view password, Time now);
  [[nodiscard]] Result<std::vector<User>, Error> list();
  /// Also ends the person's sessions.
  [[nodiscard]] Result<void, Error> set_password(std::string_view login, std::string_view password);
  /// Deletes the account and its sessions; Error::last_admin when nobody could administer afterwards.
  [[nodiscard]] Result<void, Error> remove(std::string_view login);

  struct Session {
    std::string token;  ///< for the cookie; only its hash is kept
    User user;
    Time expires_at;
  };
  /// Error::not_found for an unknown login and for a wrong password alike, after the same amount of work.
  [[nodiscard]] Result<Session, Error> sign_in(std::string_view login, std::string_view password, Time now);
  /// Who a cookie's value belongs to; Error::not_found when the session is unknown or over.
  [[nodiscard]] Result<User, Error> signed_in(std::string_view session_token, Time now);
  [[nodiscard]] Result<void, Error> sign_out(std::string_view session_token);

 private:
  Database& database_;
};

}  // namespace etappe::admin
