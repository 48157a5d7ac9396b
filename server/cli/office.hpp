#pragma once
// The administration as commands see it: the open database with its parts, the audit log, and publishing.

#include <memory>
#include <string>
#include <string_view>

#include "server/admin/accounts.hpp"
#include "server/admin/audit.hpp"
#include "server/admin/publish.hpp"
#include "server/admin/sites.hpp"
#include "server/admin/tokens.hpp"
#include "server/admin/tracker_options.hpp"
#include "server/cli/place.hpp"

namespace etappe::cli {

/// The clock of commands.
[[nodiscard]] admin::Time now();

class Office {
 public:
  /// Opens DATA/etappe.db; an exit code after the reason was written. It must exist: `etappe init` makes it.
  [[nodiscard]] static Result<Office, int> open(const Place& place);
  /// Makes DATA/etappe.db if it is not there.
  [[nodiscard]] static Result<Office, int> open_or_make(config::Settings settings);

  [[nodiscard]] const config::Settings& settings() const { return settings_; }
  [[nodiscard]] DataFolder folder() const { return {settings_.data}; }
  [[nodiscard]] admin::Sites sites() { return admin::Sites(*database_); }
  [[nodiscard]] admin::Tokens tokens() { return admin::Tokens(*database_); }
  [[nodiscard]] admin::Accounts accounts() { return admin::Accounts(*database_); }
  [[nodiscard]] admin::Audit audit() { return admin::Audit(*database_); }

  /// The listeners of the installed tracker. None where it cannot be read: publishing says so.
  [[nodiscard]] admin::KnownListeners known_listeners() const;

  /// Writes to the audit log what was done, and by whom.
  [[nodiscard]] int note(std::string_view action, std::string_view subject,
                         std::string_view actor = "command line");
  /// Brings DATA/published up to date; a running `serve` notices.
  [[nodiscard]] int publish();

 private:
  Office(config::Settings settings, std::unique_ptr<admin::Database> database)
      : settings_(std::move(settings)), database_(std::move(database)) {}
  config::Settings settings_;
  std::unique_ptr<admin::Database> database_;
};

}  // namespace etappe::cli
