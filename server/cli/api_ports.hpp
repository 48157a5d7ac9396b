#pragma once
// The admin listener's people and sites, laid over the administration database.

#include <mutex>

#include "server/api/ports.hpp"
#include "server/cli/office.hpp"

namespace etappe::cli {

class DatabaseAccounts final : public api::Accounts {
 public:
  DatabaseAccounts(admin::Accounts accounts, admin::Tokens tokens) : accounts_(accounts), tokens_(tokens) {}
  [[nodiscard]] Result<api::Session, api::SignIn> sign_in(std::string_view login,
                                                          std::string_view password) override;
  void sign_out(std::string_view session_token) override;
  [[nodiscard]] std::optional<api::Person> person_of(std::string_view session_token) override;
  [[nodiscard]] std::optional<api::Bearer> bearer_of(std::string_view token) override;

 private:
  admin::Accounts accounts_;
  admin::Tokens tokens_;
};

class DatabaseSites final : public api::Sites {
 public:
  /// `office` outlives this.
  explicit DatabaseSites(Office& office) : office_(office), sites_(office.sites()) {}
  [[nodiscard]] std::vector<report::Site> all() override;
  [[nodiscard]] std::string snippet(const report::Site& site) override;
  [[nodiscard]] std::string tracker(const report::Site& site) override;
  [[nodiscard]] Result<std::string, api::NotChanged> change_tracker(const report::Site& site,
                                                                    std::string_view patch,
                                                                    std::string_view actor) override;
  [[nodiscard]] std::string collector(const report::Site& site) override;

 private:
  Office& office_;
  admin::Sites sites_;
  std::mutex changing_;  ///< a change is made of what the former one left
};

class DatabaseJournal final : public api::Journal {
 public:
  explicit DatabaseJournal(admin::Audit audit) : audit_(audit) {}
  void note(std::string_view actor, std::string_view action, std::string_view subject) override;

 private:
  admin::Audit audit_;
};

}  // namespace etappe::cli
