#pragma once
// Asks the source, keeps what was asked, and reads answers cell by cell. The first failure sticks and every
// later question is answered with nothing, so that a report reads as a plain sequence and checks once at its
// end.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/report/report.hpp"

namespace etappe::report {

[[nodiscard]] Refusal refusal_of(SourceError error);

class Asker {
 public:
  explicit Asker(Source& source) : source_(source) {}

  /// The answer's rows, each with exactly `width` cells; empty after any failure.
  std::vector<std::vector<Cell>> rows(std::string name, Question question, std::size_t width);

  /// Cells of an answer. A cell of another kind makes the whole report fail as bad_answer.
  std::int64_t count(const Cell& cell);
  std::optional<double> number(const Cell& cell);  ///< NULL and NaN are nullopt
  std::string text(const Cell& cell);
  Day day(const Cell& cell);
  std::optional<Day> day_or_none(const Cell& cell);  ///< NULL or empty is nullopt
  Money money(const Cell& cell);

  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
  [[nodiscard]] std::vector<Statement> statements() && { return std::move(statements_); }

 private:
  void bad_answer();

  Source& source_;
  std::vector<Statement> statements_;
  std::optional<Refusal> refusal_;
};

}  // namespace etappe::report
