#pragma once
// The reports' way to the rows: a question as SQL text with typed parameters, and a table as the answer.
// No outside text ever becomes SQL; it travels as a parameter `{name:Type}`.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace etappe::report {

struct Question {
  std::string sql{};
  std::vector<std::pair<std::string, std::string>> parameters{};  ///< name → text form of the value
};

/// Integers of any width arrive as int64, Decimal and dates as text, NULL and NaN as monostate.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

enum class SourceError : std::uint8_t { unreachable, refused, too_slow };

/// The engine's own writers, for exports that are larger than memory.
enum class Format : std::uint8_t { csv, ndjson, parquet };

class Source {
 public:
  virtual ~Source() = default;
  /// Thread-safe; blocks. Call it on a worker thread, never on an io thread.
  [[nodiscard]] virtual Result<Table, SourceError> ask(const Question& question) = 0;

  /// Hands the answer on piece by piece, in the engine's own form of `format` (CSV with a line of names).
  /// `take` returns false to stop early, which is no error. After an error, what was taken is incomplete.
  /// Thread-safe; blocks.
  [[nodiscard]] virtual Result<void, SourceError> pour(const Question& question, Format format,
                                                       const std::function<bool(std::string_view)>& take) = 0;
};

}  // namespace etappe::report
