#pragma once
// One SQL statement as far as the host must understand it before chDB sees it.
//
// chDB behaves like ClickHouse's command-line client: it runs several statements at a `;`, writes files for
// `INTO OUTFILE`, reads files for `FROM INFILE`, and looks for the end of inline INSERT data in a way that
// cuts binary data at an empty line. ClickHouse's HTTP interface does none of that, so the host refuses the
// first three and takes INSERT data out of the text (host.cpp hands it over as a memory file). It does not
// check SQL: that is the engine's job. Pure functions; safe on any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace etappe::engine {

enum class StatementError : std::uint8_t { empty, several_statements, file_access, unterminated };

/// ClickHouse's code and text for it, so that clients see what a ClickHouse server would say.
[[nodiscard]] std::string_view exception_of(StatementError error);

struct Statement {
  std::string head;      ///< the statement; of an INSERT with data, what stands before SETTINGS or FORMAT
  std::string settings;  ///< of an INSERT with data, its SETTINGS clause or empty
  std::string format;    ///< name after a FORMAT clause, or empty
  std::string data;      ///< of an INSERT with data, the rows
  enum class Kind : std::uint8_t { plain, insert_data } kind = Kind::plain;
  enum class Effect : std::uint8_t { reads, writes } effect = Effect::reads;
};

/// Reads what came as `query=` and as body, which together are one text (query, line break, body) as in
/// ClickHouse. An INSERT with `FORMAT name` at its top level, other than VALUES, is split from its data.
[[nodiscard]] Result<Statement, StatementError> read_statement(std::string query, std::string body);

}  // namespace etappe::engine
