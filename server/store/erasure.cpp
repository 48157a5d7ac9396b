#include "server/store/erasure.hpp"

#include <algorithm>
#include <thread>

#include "server/store/answer_table.hpp"
#include "server/store/row_binary.hpp"
#include "server/store/subject_match.hpp"
#include "server/store/subject_rows.hpp"

namespace etappe::store {
namespace {

using namespace std::chrono_literals;
using erase::Kind;
using erase::StoreError;
using erase::Subject;
using Clock = std::chrono::steady_clock;

constexpr auto kAnswer = 60s;  ///< for one statement; mutations are handed over and watched
constexpr auto kGlance = 50ms;
constexpr std::size_t kRecordsPerStatement = 2'000;

constexpr std::string_view kVisitors = "(SELECT site, subject FROM erasing WHERE kind = 'visitor')";
constexpr std::string_view kPersons = "(SELECT site, subject FROM erasing WHERE kind = 'person')";
constexpr std::string_view kOurTables =
    "database = currentDatabase() AND table IN ('events', 'events_rejected')";

std::string text_of(const report::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  return {};
}

std::uint64_t number_of(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 10); }

}  // namespace

Result<Erasure::Rows, StoreError> Erasure::ask(Ask question) {
  if (stopping_) return fail(StoreError::away);
  question.settings.emplace_back("output_format_json_quote_64bit_integers", "0");
  const auto answer = client_.ask(question, kAnswer);
  if (!answer) return fail(StoreError::away);
  if (!answer->good()) return fail(subject_error(*answer));
  const auto table = read_table(answer->body);
  if (!table) return fail(StoreError::refused);
  Rows rows;
  for (const auto& row : table->rows) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (const report::Cell& cell : row) cells.push_back(text_of(cell));
  }
  return rows;
}

Result<void, StoreError> Erasure::tell(const std::string& sql) {
  if (stopping_) return fail(StoreError::away);
  const auto answer = client_.ask({.sql = sql}, kAnswer);
  if (!answer) return fail(StoreError::away);
  if (!answer->good()) return fail(subject_error(*answer));
  return {};
}

Result<void, StoreError> Erasure::name(const std::vector<Subject>& subjects) {
  if (const auto done = wait_for_mutations(); !done) return done;
  // No numbered version of the schema: it holds nothing that outlives the engine's process.
  for (const char* sql : {"CREATE TABLE IF NOT EXISTS erasing (site String, kind String, subject String) "
                          "ENGINE = Memory",
                          "TRUNCATE TABLE erasing"})
    if (const auto told = tell(sql); !told) return told;
  if (subjects.empty()) return {};
  RowBinary rows;
  for (const Subject& subject : subjects) {
    rows.text(subject.site);
    rows.text(erase::name_of(subject.kind));
    rows.text(subject.id);
  }
  const auto answer = client_.ask(
      {.sql = "INSERT INTO erasing (site, kind, subject) FORMAT RowBinary", .rows = rows.take()}, kAnswer);
  if (!answer) return fail(StoreError::away);
  if (!answer->good()) return fail(subject_error(*answer));
  return {};
}

Result<void, StoreError> Erasure::wait_for_mutations() {
  const auto end = Clock::now() + patience_;
  const std::string open = std::string(kOurTables) + " AND NOT is_done";
  for (;;) {
    const auto rows =
        ask({.sql = "SELECT count(), countIf(latest_fail_reason != '') FROM system.mutations WHERE " + open});
    if (!rows) return fail(rows.error());
    if (rows->at(0).at(0) == "0") return {};
    if (rows->at(0).at(1) != "0") {
      // It would be tried for ever and stand before every later one.
      static_cast<void>(tell("KILL MUTATION WHERE " + open));
      return fail(StoreError::refused);
    }
    if (Clock::now() > end) return fail(StoreError::away);
    std::this_thread::sleep_for(kGlance);
  }
}

Result<std::vector<erase::PersonVisitor>, StoreError> Erasure::visitors_of(
    const std::vector<Subject>& persons) {
  if (const auto named = name(persons); !named) return fail(named.error());
  const auto rows = ask({.sql = "SELECT site, visitor, person FROM events WHERE person != '' AND (site, "
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
  const auto rows =
      ask({.sql = "SELECT 'visitor' AS kind, site, visitor AS id, count() FROM events WHERE " + of_visitors +
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
        found[i].events = number_of(row[3]);
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
  const auto some = ask({.sql = "SELECT count() FROM events WHERE " + theirs});
  if (!some) return fail(some.error());
  // A mutation visits every part of the table, also when there is nothing to do.
  if (some->at(0).at(0) != "0")
    if (const auto told = tell("ALTER TABLE events DELETE WHERE " + theirs); !told) return fail(told.error());
  for (std::size_t first = 0; first < records->size(); first += kRecordsPerStatement) {
    std::string list;
    for (std::size_t i = first; i < std::min(records->size(), first + kRecordsPerStatement); ++i)
      list += (list.empty() ? "" : ", ") + ("(toUUID('" + (*records)[i].segment + "'), ") +
              std::to_string((*records)[i].record) + ")";
    if (const auto told =
            tell("ALTER TABLE events_rejected DELETE WHERE (segment, record) IN (" + list + ")");
        !told)
      return fail(told.error());
  }
  if (const auto done = wait_for_mutations(); !done) return fail(done.error());
  if (const auto emptied = tell("TRUNCATE TABLE erasing"); !emptied) return fail(emptied.error());
  const auto clock = ask({.sql = "SELECT toUnixTimestamp(now())"});
  if (!clock) return fail(clock.error());
  return erase::Time(std::chrono::seconds(number_of(clock->at(0).at(0))));
}

Result<std::vector<Erasure::RejectedRecord>, StoreError> Erasure::rejected(
    const std::vector<Subject>& subjects) {
  const auto rows = ask({.sql = "SELECT toString(segment), record, hex(bytes) FROM events_rejected WHERE "
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
      found.push_back({*owner, row[0], static_cast<std::int64_t>(number_of(row[1]))});
  }
  return found;
}

Result<std::uint64_t, StoreError> Erasure::replaced_parts(erase::Time until) {
  const auto rows = ask({.sql = "SELECT count() FROM system.parts WHERE " + std::string(kOurTables) +
                                " AND NOT active AND toUnixTimestamp(remove_time) <= {until:Int64}",
                         .parameters = {{"until", std::to_string(until.time_since_epoch().count())}}});
  if (!rows) return fail(rows.error());
  return number_of(rows->at(0).at(0));
}

Result<std::uint64_t, StoreError> Erasure::detached_parts() {
  const auto rows =
      ask({.sql = "SELECT count() FROM system.detached_parts WHERE " + std::string(kOurTables)});
  if (!rows) return fail(rows.error());
  return number_of(rows->at(0).at(0));
}

}  // namespace etappe::store
