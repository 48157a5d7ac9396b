#include "server/store/mutations.hpp"

#include <thread>
#include <variant>

#include "server/store/answer_table.hpp"
#include "server/store/exception_codes.hpp"

namespace etappe::store {
namespace {

using namespace std::chrono_literals;
using erase::StoreError;
using Clock = std::chrono::steady_clock;

constexpr auto kAnswer = 60s;
constexpr auto kGlance = 50ms;
constexpr std::string_view kOpen =
    "database = currentDatabase() AND table IN ('events', 'events_rejected') AND NOT is_done";

std::string text_of(const report::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  return {};
}

}  // namespace

std::uint64_t number_in(const std::string& cell) { return std::strtoull(cell.c_str(), nullptr, 10); }

StoreError subject_error(const Answer& answer) {
  switch (meaning_of(answer)) {
    case Meaning::away:
    case Meaning::too_slow:
    case Meaning::unknown: return StoreError::away;
    case Meaning::bad_rows:
    case Meaning::unfit: return StoreError::refused;
  }
  return StoreError::refused;
}

std::string literal_of(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal += '\'';
}

Result<void, StoreError> Mutations::may_ask() const {
  if (stopping_) return fail(StoreError::away);
  return ready_ ? ready_() : Result<void, StoreError>();
}

Result<Mutations::Rows, StoreError> Mutations::ask(Ask question) {
  if (const auto may = may_ask(); !may) return fail(may.error());
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

Result<void, StoreError> Mutations::tell(const Ask& statement) {
  if (const auto may = may_ask(); !may) return fail(may.error());
  const auto answer = client_.ask(statement, kAnswer);
  if (!answer) return fail(StoreError::away);
  if (!answer->good()) return fail(subject_error(*answer));
  return {};
}

Result<void, StoreError> Mutations::wait() {
  const auto end = Clock::now() + patience_;
  for (;;) {
    const auto rows =
        ask({.sql = "SELECT count(), countIf(latest_fail_reason != '') FROM system.mutations WHERE " +
                    std::string(kOpen)});
    if (!rows) return fail(rows.error());
    if (rows->at(0).at(0) == "0") return {};
    if (rows->at(0).at(1) != "0") {
      // It would be tried for ever and stand before every later one.
      static_cast<void>(tell({.sql = "KILL MUTATION WHERE " + std::string(kOpen)}));
      return fail(StoreError::refused);
    }
    if (Clock::now() > end) return fail(StoreError::away);
    std::this_thread::sleep_for(kGlance);
  }
}

Result<void, StoreError> Mutations::pour(const Ask& question, const Client::Take& take) {
  if (const auto may = may_ask(); !may) return fail(may.error());
  const auto answer = client_.pour(question, take, patience_);
  if (!answer) return fail(StoreError::away);
  if (!answer->good()) return fail(subject_error(*answer));
  return {};
}

}  // namespace etappe::store
