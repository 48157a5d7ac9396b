#pragma once
// The reports' way to the rows: a question as SQL text with typed parameters, and a table as the answer.
// No outside text ever becomes SQL; it travels as a parameter `{name:Type}`.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace etappe::report {

struct Question {
  std::string sql;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< name → text form of the value
};

using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;  ///< Decimal arrives as text

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

enum class SourceError : std::uint8_t { unreachable, refused, too_slow };

class Source {
 public:
  virtual ~Source() = default;
  /// Thread-safe; blocks. Call it on a worker thread, never on an io thread.
  [[nodiscard]] virtual Result<Table, SourceError> ask(const Question& question) = 0;
};

}  // namespace etappe::report
