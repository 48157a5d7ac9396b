#include "server/store/erasure.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "server/store/row_binary.hpp"
#include "server/store/subject_match.hpp"
#include "server/store/subject_rows.hpp"

namespace etappe::store {
namespace {

using erase::Kind;
using erase::StoreError;
using erase::Subject;

constexpr std::size_t kRecordsPerStatement = 2'000;

constexpr std::string_view kVisitors = "(SELECT site, subject FROM erasing WHERE kind = 'visitor')";
constexpr std::string_view kPersons = "(SELECT site, subject FROM erasing WHERE kind = 'person')";
constexpr std::string_view kOurTables =
    "database = currentDatabase() AND table IN ('events', 'events_rejected')";

}  // namespace

Result<void, StoreError> Erasure::name(const std::vector<Subject>& subjects) {
  if (const auto done = mutations_.wait(); !done) return done;
  // No numbered version of the schema: it holds nothing that outlives the engine's process.
  for (const char* sql : {"CREATE TABLE IF NOT EXISTS erasing (site String, kind String, subject String) "
                          "ENGINE = Memory",
                          "TRUNCATE TABLE erasing"})
    if (const auto told = mutations_.tell({.sql = sql}); !told) return told;
  if (subjects.empty()) return {};
  RowBinary rows;
  for (const Subject& subject : subjects) {
    rows.text(subject.site);
    rows.text(erase::name_of(subject.kind));
    rows.text(subject.id);
  }
  return mutations_.tell(
      {.sql = "INSERT INTO erasing (site, kind, subject) FORMAT RowBinary", .rows = rows.take()});
}

Result<std::vector<erase::PersonVisitor>, StoreError> Erasure::visitors_of(
    const std::vector<Subject>& persons) {
  if (const auto named = name(persons); !named) return fail(named.error());
  const auto rows =
      mutations_.ask({.sql = "SELECT site, visitor, person FROM events WHERE person != '' AND (site, "
                             "visitor) IN (SELECT site, visitor FROM events WHERE visitor != '' AND "
                             "(site, person) IN " +
                             std::string(kPersons) + ") GROUP BY site, visitor, person"});
  if (!rows) return fail(rows.error());
  std::vector<std::pair<Subject, Subject>> seen;
  for (const auto& row : *rows)
    seen.push_back({{row[0], Kind::visitor, row[1]}, {row[0], Kind::person, row[2]}});
  return person_visitors(persons, seen);
}

Result<std::vector<erase::Found>, StoreError> Erasure::count(const std::vector<Subject>& subjects) {
  if (const auto named = name(subjects); !named) return fail(named.error());
  const std::string of_visitors = "(site, visitor) IN " + std::string(kVisitors);
  const auto rows = mutations_.ask(
      {.sql = "SELECT 'visitor' AS kind, site, visitor AS id, count() FROM events WHERE " + of_visitors +
              " GROUP BY site, id UNION ALL SELECT 'person', site, person AS id, count() FROM events "
              "WHERE (site, person) IN " +
              std::string(kPersons) + " AND NOT " + of_visitors + " GROUP BY site, id"});
  if (!rows) return fail(rows.error());
  const auto records = rejected(subjects);
  if (!records) return fail(records.error());
  std::vector<erase::Found> found(subjects.size());
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    for (const auto& row : *rows)
      if (row[0] == erase::name_of(subjects[i].kind) && row[1] == subjects[i].site &&
          row[2] == subjects[i].id)
        found[i].events = number_in(row[3]);
    found[i].rejected =
        static_cast<std::uint64_t>(std::ranges::count(*records, subjects[i], &RejectedRecord::subject));
  }
  return found;
}

Result<erase::Time, StoreError> Erasure::erase(const std::vector<Subject>& subjects) {
  if (const auto named = name(subjects); !named) return fail(named.error());
  const auto records = rejected(subjects);
  if (!records) return fail(records.error());
  const std::string theirs =
      "(site, visitor) IN " + std::string(kVisitors) + " OR (site, person) IN " + std::string(kPersons);
  const auto some = mutations_.ask({.sql = "SELECT count() FROM events WHERE " + theirs});
  if (!some) return fail(some.error());
  // A mutation visits every part of the table, also when there is nothing to do.
  if (some->at(0).at(0) != "0")
    if (const auto told = mutations_.tell({.sql = "ALTER TABLE events DELETE WHERE " + theirs}); !told)
      return fail(told.error());
  for (std::size_t first = 0; first < records->size(); first += kRecordsPerStatement) {
    std::string list;
    for (std::size_t i = first; i < std::min(records->size(), first + kRecordsPerStatement); ++i)
      list += (list.empty() ? "" : ", ") + ("(toUUID('" + (*records)[i].segment + "'), ") +
              std::to_string((*records)[i].record) + ")";
    if (const auto told = mutations_.tell(
            {.sql = "ALTER TABLE events_rejected DELETE WHERE (segment, record) IN (" + list + ")"});
        !told)
      return fail(told.error());
  }
  if (const auto done = mutations_.wait(); !done) return fail(done.error());
  if (const auto emptied = mutations_.tell({.sql = "TRUNCATE TABLE erasing"}); !emptied)
    return fail(emptied.error());
  const auto clock = mutations_.ask({.sql = "SELECT toUnixTimestamp(now())"});
  if (!clock) return fail(clock.error());
  return erase::Time(std::chrono::seconds(number_in(clock->at(0).at(0))));
}

Result<std::vector<Erasure::RejectedRecord>, StoreError> Erasure::rejected(
    const std::vector<Subject>& subjects) {
  const auto rows =
      mutations_.ask({.sql = "SELECT toString(segment), record, hex(bytes) FROM events_rejected WHERE "
                             "arrayExists(id -> position(bytes, id) > 0, (SELECT groupUniqArray(subject) "
                             "FROM erasing)) ORDER BY segment, record"});
  if (!rows) return fail(rows.error());
  std::vector<RejectedRecord> found;
  codec::Lists lists;
  for (const auto& row : *rows) {
    const std::string bytes = from_hex(row[2]);
    const auto envelope = codec::read_envelope(std::as_bytes(std::span(bytes)), lists);
    // A record counts once, for the first of the subjects whose it is.
    const auto owner = std::ranges::find_if(
        subjects, [&](const Subject& subject) { return is_of(bytes, envelope, subject); });
    if (owner != subjects.end())
      found.push_back({*owner, row[0], static_cast<std::int64_t>(number_in(row[1]))});
  }
  return found;
}

Result<std::uint64_t, StoreError> Erasure::replaced_parts(erase::Time until) {
  const auto rows =
      mutations_.ask({.sql = "SELECT count() FROM system.parts WHERE " + std::string(kOurTables) +
                             " AND NOT active AND toUnixTimestamp(remove_time) <= {until:Int64}",
                      .parameters = {{"until", std::to_string(until.time_since_epoch().count())}}});
  if (!rows) return fail(rows.error());
  return number_in(rows->at(0).at(0));
}

Result<std::uint64_t, StoreError> Erasure::detached_parts() {
  const auto rows =
      mutations_.ask({.sql = "SELECT count() FROM system.detached_parts WHERE " + std::string(kOurTables)});
  if (!rows) return fail(rows.error());
  return number_in(rows->at(0).at(0));
}

Result<void, StoreError> Erasure::each_id(const std::function<void(const Subject&)>& take) {
  const auto lines = [&](const std::string& sql, const std::function<bool(const nlohmann::json&)>& one) {
    std::string rest;
    bool is_understood = true;
    const auto poured =
        mutations_.pour({.sql = sql, .format = "JSONCompactEachRow"}, [&](std::string_view piece) {
          rest += piece;
          std::size_t begin = 0;
          for (std::size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1) {
            const auto row =
                nlohmann::json::parse(std::string_view(rest).substr(begin, end - begin), nullptr, false);
            is_understood = is_understood && row.is_array() && one(row);
          }
          rest.erase(0, begin);
          return is_understood;
        });
    if (!poured) return poured;
    return is_understood ? poured : Result<void, StoreError>(fail(StoreError::refused));
  };
  for (const Kind kind : {Kind::visitor, Kind::person}) {
    const std::string column(erase::name_of(kind));
    std::string sql = "SELECT DISTINCT site, ";
    sql.append(column).append(" FROM events WHERE ").append(column).append(" != ''");
    const auto told = lines(sql, [&](const nlohmann::json& row) {
      if (row.size() != 2 || !row[0].is_string() || !row[1].is_string()) return false;
      take({row[0].get<std::string>(), kind, row[1].get<std::string>()});
      return true;
    });
    if (!told) return told;
  }
  codec::Lists all;
  return lines("SELECT hex(bytes) FROM events_rejected", [&](const nlohmann::json& row) {
    if (row.size() != 1 || !row[0].is_string()) return false;
    const std::string bytes = from_hex(row[0].get_ref<const std::string&>());
    const auto envelope = codec::read_envelope(std::as_bytes(std::span(bytes)), all);
    if (!envelope) return true;
    const std::string site(envelope->site);
    if (!envelope->event.visitor.empty()) take({site, Kind::visitor, std::string(envelope->event.visitor)});
    if (!envelope->event.person.empty()) take({site, Kind::person, std::string(envelope->event.person)});
    return true;
  });
}

}  // namespace etappe::store
