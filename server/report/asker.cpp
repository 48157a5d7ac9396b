#include "server/report/asker.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace etappe::report {
Refusal refusal_of(SourceError error) {
  switch (error) {
    case SourceError::unreachable: return Refusal::engine_unavailable;
    case SourceError::too_slow: return Refusal::too_slow;
    case SourceError::refused: return Refusal::engine_refused;
  }
  return Refusal::engine_refused;
}

std::vector<std::vector<Cell>> Asker::rows(std::string name, Question question, std::size_t width) {
  if (refusal_) return {};
  auto answer = source_.ask(question);
  statements_.push_back({std::move(name), std::move(question)});
  if (!answer) {
    refusal_ = refusal_of(answer.error());
    return {};
  }
  for (const auto& row : answer->rows)
    if (row.size() != width) {
      bad_answer();
      return {};
    }
  return std::move(answer->rows);
}

std::int64_t Asker::count(const Cell& cell) {
  if (const auto* value = std::get_if<std::int64_t>(&cell)) return *value;
  // 64-bit integers may travel as text, because JSON readers elsewhere would round them.
  if (const auto* text = std::get_if<std::string>(&cell)) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error == std::errc{} && end == text->data() + text->size() && !text->empty()) return value;
  }
  bad_answer();
  return 0;
}

std::optional<double> Asker::number(const Cell& cell) {
  if (const auto* value = std::get_if<double>(&cell))
    return std::isfinite(*value) ? std::optional<double>(*value) : std::nullopt;
  if (const auto* value = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*value);
  if (std::holds_alternative<std::monostate>(cell)) return std::nullopt;
  bad_answer();
  return std::nullopt;
}

std::string Asker::text(const Cell& cell) {
  if (const auto* value = std::get_if<std::string>(&cell)) return *value;
  bad_answer();
  return {};
}

Day Asker::day(const Cell& cell) {
  const auto found = day_from_text(text(cell));
  if (!found) bad_answer();
  return found.value_or(Day{});
}

std::optional<Day> Asker::day_or_none(const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return std::nullopt;
  if (const auto* value = std::get_if<std::string>(&cell); value && value->empty()) return std::nullopt;
  return day(cell);
}

Money Asker::money(const Cell& cell) {
  const auto found = Money::from_text(text(cell));
  if (!found) bad_answer();
  return found.value_or(Money{});
}

void Asker::bad_answer() {
  if (!refusal_) refusal_ = Refusal::bad_answer;
}

}  // namespace etappe::report
