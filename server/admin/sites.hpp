#pragma once
// Sites: what is tracked, for whom, by which rules; and its containers' versions.
// What a funnel means is the reports' business (server/report/site.hpp); here it is kept as text.

#include <string>
#include <string_view>
#include <vector>

#include "server/admin/database.hpp"
#include "server/admin/privacy_options.hpp"
#include "server/admin/tracker_options.hpp"

namespace etappe::admin {

struct Site {
  std::string id;   ///< what rows in the store carry as `site`; the first key, and never changed
  std::string key;  ///< what pages carry, people type and addresses contain
  std::string name;
  std::vector<std::string> domains;  ///< host names; subdomains are included
  std::string zone = "Europe/Berlin";
  std::string currency = "EUR";
  int session_minutes = 30;  ///< of silence that end a session
  bool require_origin = false;
  bool allow_null_origin = false;
  std::string funnels = "[]";  ///< JSON array in the form of report::funnels_from_json
  bool demo = false;           ///< its rows are made up; the dashboard says so
  TrackerOptions tracker = {};
  PrivacyOptions privacy = {};
  std::uint32_t container = 0;  ///< published version, 0: none
  Time created_at;
};

struct Container {
  std::uint32_t version = 0;  ///< the author's number, from 1
  std::string source;         ///< the author's JSON
  std::string compiled;       ///< what core/rules reads
};

/// All functions are thread-safe and block on the disk.
class Sites {
 public:
  explicit Sites(Database& database) : database_(database) {}

  /// Adds a site. An empty key gets a random one; id, container and created_at are set here.
  [[nodiscard]] Result<Site, Error> add(Site site, Time now);
  /// In the order of creation.
  [[nodiscard]] Result<std::vector<Site>, Error> list();
  [[nodiscard]] Result<Site, Error> find(std::string_view key);
  /// Forgets the site, its containers and tokens. Its rows stay in the store until they are erased.
  [[nodiscard]] Result<void, Error> remove(std::string_view key);
  /// Gives the site a new key; pages with the former one are no longer heard. Rows keep the site's id.
  [[nodiscard]] Result<Site, Error> rotate_key(std::string_view key);

  /// Replaces what the site has set about its tracker and its sessions; the checks are the caller's
  /// (tracker_options.hpp).
  [[nodiscard]] Result<Site, Error> set_tracker(std::string_view key, const TrackerOptions& tracker,
                                                int session_minutes);

  /// The same for what it has set about consent and retention (privacy_options.hpp).
  [[nodiscard]] Result<Site, Error> set_privacy(std::string_view key, const PrivacyOptions& privacy);

  /// Stores a version that server/container has compiled and makes it the published one. A version is never
  /// changed: Error::exists when it was stored with other bytes; the same bytes again only publish it again.
  [[nodiscard]] Result<void, Error> publish_container(std::string_view key, const Container& container,
                                                      Time now);
  /// The published container; version 0 and no bytes when the site has none.
  [[nodiscard]] Result<Container, Error> container(std::string_view key);

 private:
  Database& database_;
};

}  // namespace etappe::admin
