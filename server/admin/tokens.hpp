#pragma once
// Bearer tokens: how programs prove who they are. A token is shown once; only its hash is kept.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/database.hpp"

namespace etappe::admin {

/// What a token may do: look at reports, send events of any age, or everything.
enum class Scope : std::uint8_t { read, ingest, admin };
[[nodiscard]] std::string_view name_of(Scope scope);
[[nodiscard]] std::optional<Scope> scope_named(std::string_view name);

struct Token {
  std::int64_t id = 0;
  std::string name;
  Scope scope = Scope::read;
  std::string site;  ///< site id; empty: all sites
  std::string hash;
  Time created_at;
};

/// All functions are thread-safe and block on the disk.
class Tokens {
 public:
  explicit Tokens(Database& database) : database_(database) {}

  struct Added {
    Token token;
    std::string secret;  ///< what the program sends; never to be had again
  };
  /// `site` is a site id, or empty for all sites.
  [[nodiscard]] Result<Added, Error> add(std::string_view name, Scope scope, std::string_view site, Time now);
  [[nodiscard]] Result<std::vector<Token>, Error> list();
  [[nodiscard]] Result<void, Error> revoke(std::int64_t id);
  /// The token with that secret; Error::not_found when there is none.
  [[nodiscard]] Result<Token, Error> find(std::string_view secret);

 private:
  Database& database_;
};

}  // namespace etappe::admin
