#pragma once
// What the admin listener needs to know of people and sites. server/cli lays these ports over the database;
// tests lay them over memory. Nothing here knows SQLite, a password's hash or a cookie.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/event.hpp"
#include "core/result.hpp"
#include "server/live/seen.hpp"
#include "server/report/site.hpp"

namespace etappe::api {

enum class Role : std::uint8_t { viewer, admin };

/// A signed-in person.
struct Person {
  std::string login;
  std::string name;
  Role role = Role::viewer;
};

/// What a bearer token was made for: reports and sites; server-to-server events and flush; everything.
enum class Scope : std::uint8_t { read, ingest, admin };

/// A program that showed a bearer token.
struct Bearer {
  Scope scope = Scope::read;
  std::string site_id;    ///< the only site it may see; empty: all
  std::string name = {};  ///< what people call it
};

struct Session {
  std::string token;  ///< opaque, at least 128 bits of entropy, only characters that a cookie may carry
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
  /// The bearer of a token that is neither revoked nor expired.
  [[nodiscard]] virtual std::optional<Bearer> bearer_of(std::string_view token) = 0;
};

/// Why a site's tracker was not changed.
struct NotChanged {
  enum class Reason : std::uint8_t {
    bad_options,    ///< `detail` says which and what would be right
    unavailable,    ///< the database refused; nothing has changed
    not_published,  ///< stored, but the files that pages get are as they were
  };
  Reason reason = Reason::unavailable;
  std::string detail = {};
};

/// Thread-safe; may block: worker threads only.
class Sites {
 public:
  virtual ~Sites() = default;
  /// In the order in which people see them.
  [[nodiscard]] virtual std::vector<report::Site> all() = 0;
  /// The two script elements to paste into every page.
  [[nodiscard]] virtual std::string snippet(const report::Site& site) = 0;
  /// Every option of its tracker, as a JSON object (docs/tracker.md, "Options of a site").
  [[nodiscard]] virtual std::string tracker(const report::Site& site) = 0;
  /// Changes them by a JSON merge patch (RFC 7396), writes down that `actor` did, and publishes. All options
  /// as they are now.
  [[nodiscard]] virtual Result<std::string, NotChanged> change_tracker(const report::Site& site,
                                                                       std::string_view patch,
                                                                       std::string_view actor) = 0;
  /// The collector's public address as that snippet names it, without a trailing slash.
  [[nodiscard]] virtual std::string collector(const report::Site& site) = 0;
};

/// Whose data is meant, as people write it.
struct SubjectName {
  enum class Kind : std::uint8_t { visitor, person } kind = Kind::visitor;
  std::string id = {};
};

enum class RightsError : std::uint8_t {
  not_stored,     ///< what waits in the spool could not be stored
  store_away,     ///< no answer
  store_refused,  ///< our question was not accepted
  disk,           ///< the order could not be written down
};

/// The data of one person: what there is, and its erasure. Thread-safe; may block: worker threads only.
class Rights {
 public:
  virtual ~Rights() = default;
  /// A keyed hash of the name, for the audit log.
  [[nodiscard]] virtual std::string hash_of(const report::Site& site, const SubjectName& name) = 0;
  /// Everything stored, as one JSON object (docs/openapi.json, Subject).
  [[nodiscard]] virtual Result<std::string, RightsError> look_up(const report::Site& site,
                                                                 const SubjectName& name) = 0;
  enum class Through : std::uint8_t { command, ui };
  /// Writes the order down; its receipt as JSON (Erasure).
  [[nodiscard]] virtual Result<std::string, RightsError> erase(const report::Site& site,
                                                               const SubjectName& name, Through through) = 0;
  /// The newest receipts of the site as JSON (Erasures).
  [[nodiscard]] virtual std::string receipts(const report::Site& site) = 0;
};

/// What the collecting side has just seen of a site. Thread-safe, from memory.
class Live {
 public:
  virtual ~Live() = default;
  [[nodiscard]] virtual live::Seen since(std::string_view site_key, event::TimeMs since) = 0;
  [[nodiscard]] virtual live::Published published(std::string_view site_key) = 0;
};

/// The audit log. Thread-safe; may block: worker threads only.
class Journal {
 public:
  virtual ~Journal() = default;
  /// `actor` is a login or "token:NAME"; `subject` holds no secret.
  virtual void note(std::string_view actor, std::string_view action, std::string_view subject) = 0;
};

}  // namespace etappe::api
