#pragma once
// What the admin listener needs to know of people and sites. server/cli lays these ports over the database;
// tests lay them over memory. Nothing here knows SQLite, a password's hash or a cookie.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "server/report/site.hpp"

namespace etappe::api {

enum class Role : std::uint8_t { viewer, editor, admin };

/// What a bearer token was made for. A signed-in person has no scopes but a role.
struct Scopes {
  bool read = false;    ///< reports and sites
  bool ingest = false;  ///< server-to-server events and flush
  bool admin = false;   ///< everything
};

/// A signed-in person.
struct Person {
  std::string login;
  std::string name;
  Role role = Role::viewer;
};

struct Session {
  std::string token;  ///< opaque, at least 128 bits of entropy, safe in a cookie
  std::chrono::seconds lifetime{};
};

enum class SignIn : std::uint8_t { wrong_credentials, unavailable };

/// Thread-safe; every call may block (disk, password hashing): worker threads only.
class Accounts {
 public:
  virtual ~Accounts() = default;
  /// Takes the same time whether the login exists or not.
  [[nodiscard]] virtual Result<Session, SignIn> sign_in(std::string_view login,
                                                        std::string_view password) = 0;
  /// Ends that session for good; a token that is none is no error.
  virtual void sign_out(std::string_view session_token) = 0;
  [[nodiscard]] virtual std::optional<Person> person_of(std::string_view session_token) = 0;
  /// Scopes of a bearer token that is neither revoked nor expired.
  [[nodiscard]] virtual std::optional<Scopes> scopes_of(std::string_view bearer_token) = 0;
};

/// Thread-safe; may block: worker threads only.
class Sites {
 public:
  virtual ~Sites() = default;
  [[nodiscard]] virtual std::vector<report::Site> all() = 0;
  [[nodiscard]] virtual std::optional<report::Site> find(std::string_view key) = 0;
};

}  // namespace etappe::api
