#include "server/store/schema.hpp"

#include <variant>

#include "server/store/answer_table.hpp"
#include "server/store/exception_codes.hpp"

namespace etappe::store {
namespace {

constexpr std::chrono::seconds kDeadline{60};

Result<Answer, SchemaError> run(Client& client, Ask ask) {
  auto answer = client.ask(ask, kDeadline);
  if (!answer) return fail(SchemaError{SchemaError::Kind::unreachable, "the store does not answer"});
  if (answer->good()) return std::move(*answer);
  const auto kind =
      meaning_of(*answer) == Meaning::away ? SchemaError::Kind::unreachable : SchemaError::Kind::refused;
  return fail(SchemaError{kind, answer->body});
}

/// The statements of a schema file: `;` at the end of a line ends one (no text in a schema contains that).
std::vector<std::string_view> statements_of(std::string_view sql) {
  std::vector<std::string_view> found;
  while (!sql.empty()) {
    const std::size_t end = std::min(sql.find(";\n"), sql.size());
    if (const std::string_view one = sql.substr(0, end);
        one.find_first_not_of(" \n\t") != std::string_view::npos)
      found.push_back(one);
    sql.remove_prefix(std::min(end + 2, sql.size()));
  }
  return found;
}

}  // namespace

Result<unsigned, SchemaError> migrate(Client& client, std::span<const SchemaFile> files) {
  if (auto made =
          run(client, {.sql = "CREATE TABLE IF NOT EXISTS schema_versions (version UInt32, name String, "
                              "applied_at DateTime('UTC') DEFAULT now()) "
                              "ENGINE = ReplacingMergeTree(applied_at) ORDER BY version"});
      !made)
    return fail(made.error());
  auto answer = run(client, {.sql = "SELECT max(version) FROM schema_versions"});
  if (!answer) return fail(answer.error());
  const auto table = read_table(answer->body);
  if (!table || table->rows.size() != 1 || !std::holds_alternative<std::int64_t>(table->rows[0][0]))
    return fail(SchemaError{SchemaError::Kind::refused, "schema_versions cannot be read: " + answer->body});
  auto present = static_cast<unsigned>(std::get<std::int64_t>(table->rows[0][0]));
  const unsigned newest = files.empty() ? 0 : files.back().version;
  if (present > newest)
    return fail(SchemaError{SchemaError::Kind::newer, "the store has schema version " +
                                                          std::to_string(present) + ", this program knows " +
                                                          std::to_string(newest)});
  for (const SchemaFile& file : files) {
    if (file.version <= present) continue;
    for (const std::string_view statement : statements_of(file.sql))
      if (auto done = run(client, {.sql = std::string(statement)}); !done) return fail(done.error());
    auto noted = run(
        client, {.sql = "INSERT INTO schema_versions (version, name) SELECT {version:UInt32}, {name:String}",
                 .parameters = {{"version", std::to_string(file.version)},
                                {"name", parameter_text("String", file.name)}}});
    if (!noted) return fail(noted.error());
    present = file.version;
  }
  return present;
}

}  // namespace etappe::store
