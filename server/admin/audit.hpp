#pragma once
// Who changed what, and when. Written beside every change of sites, people, tokens and publications.

#include <string>
#include <string_view>
#include <vector>

#include "server/admin/database.hpp"

namespace etappe::admin {

struct AuditEntry {
  Time at;
  std::string actor;    ///< a login, "token:NAME", or "command line"
  std::string action;   ///< "site.add", "token.revoke", …
  std::string subject;  ///< what it was done to; never a secret
};

/// Thread-safe; blocks on the disk.
class Audit {
 public:
  explicit Audit(Database& database) : database_(database) {}
  [[nodiscard]] Result<void, Error> add(const AuditEntry& entry);
  /// The newest entries first.
  [[nodiscard]] Result<std::vector<AuditEntry>, Error> latest(std::size_t count);

 private:
  Database& database_;
};

}  // namespace etappe::admin
