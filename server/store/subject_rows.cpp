#include "server/store/subject_rows.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "server/store/mutations.hpp"
#include "server/store/subject_match.hpp"

namespace etappe::store {
namespace {

using erase::Kind;
using erase::StoreError;
using erase::Subject;
using json = nlohmann::ordered_json;

/// A literal of the engine's arrays.
std::string array_of(const std::vector<Subject>& subjects, std::optional<Kind> kind) {
  std::string list = "[";
  for (const Subject& subject : subjects) {
    if (kind && subject.kind != *kind) continue;
    if (list.size() > 1) list += ',';
    list += literal_of(subject.id);
  }
  return list += ']';
}

constexpr std::string_view kTheirs =
    "site = {site:String} AND (has({visitors:Array(String)}, visitor) OR "
    "(person != '' AND has({persons:Array(String)}, person)))";

}  // namespace

std::vector<erase::PersonVisitor> person_visitors(const std::vector<Subject>& persons,
                                                  const std::vector<std::pair<Subject, Subject>>& seen) {
  std::map<std::pair<std::string, std::string>, std::size_t> people;  // of a visitor
  for (const auto& [visitor, person] : seen) ++people[{visitor.site, visitor.id}];
  using Use = erase::PersonVisitor::Use;
  std::vector<erase::PersonVisitor> visitors;
  for (const auto& [visitor, person] : seen)
    if (std::ranges::find(persons, person) != persons.end())
      visitors.push_back(
          {person, visitor, people.at({visitor.site, visitor.id}) > 1 ? Use::shared : Use::alone});
  return visitors;
}

Result<std::vector<std::string>, StoreError> SubjectRows::lines(const std::string& sql,
                                                                const std::vector<Subject>& subjects) {
  Ask ask{.sql = sql,
          .settings = {{"readonly", "1"},
                       {"max_execution_time", std::to_string(patience_.count())},
                       {"output_format_json_quote_64bit_integers", "0"},
                       {"date_time_output_format", "iso"}},
          .parameters = {{"site", subjects.front().site},
                         {"visitors", array_of(subjects, Kind::visitor)},
                         {"persons", array_of(subjects, Kind::person)},
                         {"ids", array_of(subjects, std::nullopt)}},
          .format = "JSONEachRow"};
  const auto answer = client_.ask(ask, patience_ + std::chrono::seconds(2));
  if (!answer) return fail(StoreError::away);
  if (!answer->good()) return fail(subject_error(*answer));
  std::vector<std::string> found;
  std::string_view rest = answer->body;
  for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1))
    found.emplace_back(rest.substr(0, end));
  return found;
}

Result<std::vector<erase::PersonVisitor>, StoreError> SubjectRows::visitors_of(const Subject& person) {
  const auto rows = lines(
      "SELECT visitor, person FROM events WHERE site = {site:String} AND person != '' AND visitor IN (SELECT "
      "visitor FROM events WHERE site = {site:String} AND visitor != '' AND has({persons:Array(String)}, "
      "person)) GROUP BY visitor, person ORDER BY visitor, person",
      {person});
  if (!rows) return fail(rows.error());
  std::vector<std::pair<Subject, Subject>> seen;
  for (const std::string& line : *rows) {
    const json row = json::parse(line, nullptr, false);
    if (!row.is_object()) return fail(StoreError::refused);
    seen.push_back({{person.site, Kind::visitor, row.value("visitor", "")},
                    {person.site, Kind::person, row.value("person", "")}});
  }
  return person_visitors({person}, seen);
}

Result<std::vector<std::string>, StoreError> SubjectRows::events(const std::vector<Subject>& subjects,
                                                                 std::size_t most) {
  return lines("SELECT * FROM events FINAL WHERE " + std::string(kTheirs) + " ORDER BY ts, id LIMIT " +
                   std::to_string(most),
               subjects);
}

Result<std::vector<std::string>, StoreError> SubjectRows::rejected(const std::vector<Subject>& subjects) {
  const auto rows = lines(
      "SELECT segment, record, reason, rejected_at, hex(events_rejected.bytes) AS bytes FROM events_rejected "
      "WHERE arrayExists(id -> position(events_rejected.bytes, id) > 0, {ids:Array(String)}) ORDER BY "
      "rejected_at, segment, record",
      subjects);
  if (!rows) return fail(rows.error());
  std::vector<std::string> found;
  codec::Lists lists;
  for (const std::string& line : *rows) {
    const json row = json::parse(line, nullptr, false);
    if (!row.is_object()) return fail(StoreError::refused);
    const std::string bytes = from_hex(row.value("bytes", ""));
    const auto envelope = codec::read_envelope(std::as_bytes(std::span(bytes)), lists);
    if (std::ranges::any_of(subjects, [&](const Subject& one) { return is_of(bytes, envelope, one); }))
      found.push_back(line);
  }
  return found;
}

}  // namespace etappe::store
