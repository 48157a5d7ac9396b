#include "server/admin/sites.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "server/admin/domain.hpp"
#include "server/admin/secrets.hpp"
#include "server/admin/statement.hpp"

namespace etappe::admin {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, key, name, domains, zone, currency, session_minutes, require_origin, allow_null_origin, "
    "demo, "
    "container, created_at, funnels, tracker, privacy FROM sites";

bool is_key(std::string_view key) {
  return key.size() >= 4 && key.size() <= 32 &&
         std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool is_name(std::string_view name) { return !name.empty() && name.size() <= 128; }

bool is_zone(std::string_view zone) {
  const bool plain = std::ranges::all_of(zone, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '+' || c == '-' || c == '/';
  });
  std::error_code ignored;
  return plain && !zone.empty() && zone.front() != '/' &&
         std::filesystem::is_regular_file(std::filesystem::path("/usr/share/zoneinfo") / zone, ignored);
}

bool is_currency(std::string_view currency) {
  return currency.size() == 3 && std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_list(const std::string& text) { return nlohmann::json::parse(text, nullptr, false).is_array(); }

Result<void, Error> check(const Site& site) {
  if (!is_key(site.key)) return fail(Error::bad_key);
  if (!is_name(site.name)) return fail(Error::bad_name);
  if (site.domains.empty() || !std::ranges::all_of(site.domains, is_domain)) return fail(Error::bad_domain);
  if (!is_zone(site.zone)) return fail(Error::bad_zone);
  if (!is_currency(site.currency)) return fail(Error::bad_currency);
  if (!is_list(site.funnels)) return fail(Error::bad_funnels);
  return {};
}

std::vector<std::string> domains_from(const std::string& text) {
  const auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) throw SqliteFailure{SQLITE_CORRUPT};
  std::vector<std::string> domains;
  for (const auto& domain : list) {
    if (!domain.is_string()) throw SqliteFailure{SQLITE_CORRUPT};
    domains.push_back(domain.get<std::string>());
  }
  return domains;
}

Site site_from(const Statement& row) {
  Site site;
  site.id = row.text(0);
  site.key = row.text(1);
  site.name = row.text(2);
  site.domains = domains_from(row.text(3));
  site.zone = row.text(4);
  site.currency = row.text(5);
  site.session_minutes = static_cast<int>(row.integer(6));
  site.require_origin = row.integer(7) != 0;
  site.allow_null_origin = row.integer(8) != 0;
  site.demo = row.integer(9) != 0;
  site.container = static_cast<std::uint32_t>(row.integer(10));
  site.created_at = row.time(11);
  site.funnels = row.text(12);
  // The tracker that is installed now may have other listeners than the one they were chosen for.
  auto tracker = patched(TrackerOptions{}, row.text(13), KnownListeners{});
  if (!tracker) throw SqliteFailure{SQLITE_CORRUPT};
  site.tracker = *std::move(tracker);
  auto privacy = patched(PrivacyOptions{}, row.text(14));
  if (!privacy) throw SqliteFailure{SQLITE_CORRUPT};
  site.privacy = *std::move(privacy);
  return site;
}

Result<Site, Error> find_in(sqlite3* db, std::string_view key) {
  Statement row(db, std::string(kSelect) + " WHERE key = ?");
  if (!row.bind(key).step()) return fail(Error::not_found);
  return site_from(row);
}

}  // namespace

Result<Site, Error> Sites::add(Site site, Time now) {
  if (site.key.empty()) site.key = random_site_key();
  for (std::string& domain : site.domains) domain = lower_case(domain);
  if (const auto checked = check(site); !checked) return fail(checked.error());
  site.id = site.key;
  site.container = 0;
  site.created_at = now;
  return guarded(database_, [&](sqlite3* db) -> Result<Site, Error> {
    Statement(db,
              "INSERT INTO sites (id, key, name, domains, zone, currency, policy, session_minutes, "
              "require_origin, allow_null_origin, demo, created_at, funnels, tracker, privacy) "
              "VALUES (?,?,?,?,?,?,'block',?,?,?,?,?,?,?,?)")
        .bind(site.id)
        .bind(site.key)
        .bind(site.name)
        .bind(nlohmann::json(site.domains).dump())
        .bind(site.zone)
        .bind(site.currency)
        .bind(std::int64_t{site.session_minutes})
        .bind(std::int64_t{site.require_origin})
        .bind(std::int64_t{site.allow_null_origin})
        .bind(std::int64_t{site.demo})
        .bind(now)
        .bind(site.funnels)
        .bind(changed_options(site.tracker))
        .bind(changed_options(site.privacy))
        .run();
    return site;
  });
}

Result<std::vector<Site>, Error> Sites::list() {
  return guarded(database_, [&](sqlite3* db) -> Result<std::vector<Site>, Error> {
    std::vector<Site> sites;
    Statement rows(db, std::string(kSelect) + " ORDER BY created_at, rowid");
    while (rows.step()) sites.push_back(site_from(rows));
    return sites;
  });
}

Result<Site, Error> Sites::find(std::string_view key) {
  return guarded(database_, [&](sqlite3* db) { return find_in(db, key); });
}

Result<void, Error> Sites::remove(std::string_view key) {
  return guarded(database_, [&](sqlite3* db) -> Result<void, Error> {
    if (Statement(db, "DELETE FROM sites WHERE key = ?").bind(key).run() == 0) return fail(Error::not_found);
    return {};
  });
}

Result<Site, Error> Sites::rotate_key(std::string_view key) {
  const std::string next = random_site_key();
  return guarded(database_, [&](sqlite3* db) -> Result<Site, Error> {
    if (Statement(db, "UPDATE sites SET key = ? WHERE key = ?").bind(next).bind(key).run() == 0)
      return fail(Error::not_found);
    return find_in(db, next);
  });
}

Result<Site, Error> Sites::set_tracker(std::string_view key, const TrackerOptions& tracker,
                                       int session_minutes) {
  return guarded(database_, [&](sqlite3* db) -> Result<Site, Error> {
    Statement(db, "UPDATE sites SET tracker = ?, session_minutes = ? WHERE key = ?")
        .bind(changed_options(tracker))
        .bind(std::int64_t{session_minutes})
        .bind(key)
        .run();
    return find_in(db, key);
  });
}

Result<Site, Error> Sites::set_privacy(std::string_view key, const PrivacyOptions& privacy) {
  return guarded(database_, [&](sqlite3* db) -> Result<Site, Error> {
    Statement(db, "UPDATE sites SET privacy = ? WHERE key = ?")
        .bind(changed_options(privacy))
        .bind(key)
        .run();
    return find_in(db, key);
  });
}

Result<void, Error> Sites::publish_container(std::string_view key, const Container& container, Time now) {
  return guarded(database_, [&](sqlite3* db) -> Result<void, Error> {
    Transaction transaction(db);
    const auto site = find_in(db, key);
    if (!site) return fail(site.error());
    const std::int64_t version = container.version;
    Statement former(db, "SELECT compiled FROM containers WHERE site = ? AND version = ?");
    if (former.bind(site->id).bind(version).step()) {
      if (former.text(0) != container.compiled) return fail(Error::exists);
    } else {
      Statement(db,
                "INSERT INTO containers (site, version, source, compiled, created_at) VALUES (?, ?, ?, ?, ?)")
          .bind(site->id)
          .bind(version)
          .bind(container.source)
          .bind_blob(container.compiled)
          .bind(now)
          .run();
    }
    Statement(db, "UPDATE sites SET container = ? WHERE id = ?").bind(version).bind(site->id).run();
    transaction.commit();
    return {};
  });
}

Result<Container, Error> Sites::container(std::string_view key) {
  return guarded(database_, [&](sqlite3* db) -> Result<Container, Error> {
    const auto site = find_in(db, key);
    if (!site) return fail(site.error());
    if (site->container == 0) return Container{};
    Statement row(db, "SELECT version, source, compiled FROM containers WHERE site = ? AND version = ?");
    row.bind(site->id).bind(std::int64_t{site->container});
    if (!row.step()) return fail(Error::disk);
    return Container{static_cast<std::uint32_t>(row.integer(0)), row.text(1), row.text(2)};
  });
}

}  // namespace etappe::admin
