#include "server/store/old_rows.hpp"

namespace etappe::store {
namespace {

using erase::StoreError;

constexpr std::string_view kHasId = "(visitor != '' OR session != '' OR person != '')";

std::chrono::sys_days day_in(const std::string& days_since_1970) {
  return std::chrono::sys_days(std::chrono::days(number_in(days_since_1970)));
}

std::string literal(std::chrono::sys_days day) {
  return "toDate(" + std::to_string(day.time_since_epoch().count()) + ")";
}

}  // namespace

Result<std::vector<erase::SiteMonth>, StoreError> OldRows::months() {
  const auto rows = mutations_.ask(
      {.sql =
           "SELECT toYYYYMM(key_day) AS month, site, toUInt16(min(key_day)) FROM events GROUP BY month, site "
           "ORDER BY month, site"});
  if (!rows) return fail(rows.error());
  std::vector<erase::SiteMonth> found;
  for (const auto& row : *rows)
    found.push_back({static_cast<erase::Month>(number_in(row[0])), row[1], day_in(row[2])});
  return found;
}

Result<std::vector<erase::IdMonth>, StoreError> OldRows::months_with_ids(std::chrono::sys_days before) {
  // Emptied columns are a few bytes, so that a look at what is done already costs next to nothing.
  const auto rows = mutations_.ask({.sql = "SELECT toYYYYMM(key_day) AS month, count() FROM events WHERE "
                                           "key_day < " +
                                           literal(before) + " AND " + std::string(kHasId) +
                                           " GROUP BY month ORDER BY month"});
  if (!rows) return fail(rows.error());
  std::vector<erase::IdMonth> found;
  for (const auto& row : *rows)
    found.push_back({static_cast<erase::Month>(number_in(row[0])), number_in(row[1])});
  return found;
}

Result<void, StoreError> OldRows::done(const std::string& sql) {
  if (const auto before = mutations_.wait(); !before) return before;
  if (const auto told = mutations_.tell({.sql = sql}); !told) return told;
  return mutations_.wait();
}

Result<void, StoreError> OldRows::remove(erase::Month month, const std::vector<erase::Cut>& cuts) {
  std::string old;
  for (const erase::Cut& cut : cuts)
    old += (old.empty() ? "" : " OR ") + ("(site = " + literal_of(cut.site)) + " AND key_day < " +
           literal(cut.before) + ")";
  return done("ALTER TABLE events DELETE IN PARTITION " + std::to_string(month) + " WHERE " + old);
}

Result<void, StoreError> OldRows::remove_whole(erase::Month month) {
  return done("ALTER TABLE events DROP PARTITION " + std::to_string(month));
}

Result<void, StoreError> OldRows::empty_ids(erase::Month month) {
  return done("ALTER TABLE events UPDATE visitor = '', session = '', person = '' IN PARTITION " +
              std::to_string(month) + " WHERE " + std::string(kHasId));
}

}  // namespace etappe::store
