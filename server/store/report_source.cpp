#include "server/store/report_source.hpp"

#include "server/store/answer_table.hpp"
#include "server/store/exception_codes.hpp"

namespace etappe::store {

namespace {

Ask ask_for(const report::Question& question, std::chrono::seconds limit) {
  Ask ask;
  ask.sql = question.sql;
  // An event's copies have the same key_day, and with it the same partition: reading FINAL need not look
  // across.
  ask.settings = {{"do_not_merge_across_partitions_select_final", "1"},
                  {"readonly", "1"},
                  {"max_execution_time", std::to_string(limit.count())},
                  {"output_format_json_quote_64bit_integers", "0"},
                  {"output_format_json_quote_decimals", "1"}};
  for (const auto& [name, value] : question.parameters)
    ask.parameters.emplace_back(name, parameter_text(parameter_type(question.sql, name), value));
  return ask;
}

/// The engine keeps the limit itself; this is for an engine that does not answer at all.
std::chrono::milliseconds patience(std::chrono::seconds limit) { return limit + std::chrono::seconds(2); }

report::SourceError error_of(Silence silence) {
  return silence == Silence::too_late ? report::SourceError::too_slow : report::SourceError::unreachable;
}

report::SourceError error_of(const Answer& answer) {
  switch (meaning_of(answer)) {
    case Meaning::too_slow: return report::SourceError::too_slow;
    case Meaning::away: return report::SourceError::unreachable;
    default: return report::SourceError::refused;
  }
}

std::string_view name_of(report::Format format) {
  switch (format) {
    case report::Format::csv: return "CSVWithNames";
    case report::Format::ndjson: return "JSONEachRow";
    case report::Format::parquet: return "Parquet";
  }
  return "CSVWithNames";
}

}  // namespace

Result<report::Table, report::SourceError> ReportSource::ask(const report::Question& question) {
  const Ask ask = ask_for(question, limit_);
  auto answer = client_.ask(ask, patience(limit_));
  // A kept connection may have ended meanwhile; a question that only reads may be asked again.
  if (!answer && answer.error() == Silence::cut_off) answer = client_.ask(ask, patience(limit_));
  if (!answer) return fail(error_of(answer.error()));
  if (!answer->good()) return fail(error_of(*answer));
  auto table = read_table(answer->body);
  if (!table) return fail(report::SourceError::refused);
  return std::move(*table);
}

Result<void, report::SourceError> ReportSource::pour(const report::Question& question, report::Format format,
                                                     const std::function<bool(std::string_view)>& take) {
  const auto limit = limit_ * 10;
  Ask ask = ask_for(question, limit);
  ask.format = name_of(format);
  const auto answer = client_.pour(ask, take, patience(limit));
  if (!answer) return fail(error_of(answer.error()));
  if (!answer->good()) return fail(error_of(*answer));
  return {};
}

}  // namespace etappe::store
