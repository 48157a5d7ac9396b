#pragma once
// The admin listener's people and sites, laid over the administration database.

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
  /// `settings` outlives this.
  DatabaseSites(admin::Sites sites, const config::Settings& settings) : sites_(sites), settings_(settings) {}
  [[nodiscard]] std::vector<report::Site> all() override;
  [[nodiscard]] std::string snippet(const report::Site& site) override;

 private:
  admin::Sites sites_;
  const config::Settings& settings_;
};

}  // namespace etappe::cli
