#include "server/cli/ready_store.hpp"

namespace etappe::cli {
namespace {

feed::StoreError for_rows(Schema::State state) {
  return state == Schema::State::unfit ? feed::StoreError::unfit : feed::StoreError::unreachable;
}

report::SourceError for_reports(Schema::State state) {
  return state == Schema::State::unfit ? report::SourceError::refused : report::SourceError::unreachable;
}

}  // namespace

Schema::State Schema::ensure() {
  const std::lock_guard lock(mutex_);
  if (ready_) return State::ready;
  const auto migrated = store::migrate(client_);
  if (migrated) {
    ready_ = true;
    return State::ready;
  }
  if (migrated.error().kind == store::SchemaError::Kind::unreachable) return State::away;
  const std::string complaint =
      migrated.error().kind == store::SchemaError::Kind::newer
          ? "schema_newer: the store was written by a newer version of Etappe; update this one"
          : "schema_refused: " + migrated.error().detail;
  if (complaint != said_) log_.error("store", complaint);
  said_ = complaint;
  return State::unfit;
}

Result<void, feed::StoreError> ReadyRows::insert(const std::vector<feed::Row>& rows, std::string_view token) {
  if (const auto state = schema_.ensure(); state != Schema::State::ready) return fail(for_rows(state));
  return rows_.insert(rows, token);
}

Result<void, feed::StoreError> ReadyRows::insert_rejected(const std::vector<feed::RejectedRow>& rows,
                                                          std::string_view token) {
  if (const auto state = schema_.ensure(); state != Schema::State::ready) return fail(for_rows(state));
  return rows_.insert_rejected(rows, token);
}

Result<std::vector<std::uint32_t>, feed::StoreError> ReadyRows::stored(const event::Uuid& segment,
                                                                       std::uint32_t first,
                                                                       std::uint32_t last) {
  if (const auto state = schema_.ensure(); state != Schema::State::ready) return fail(for_rows(state));
  return rows_.stored(segment, first, last);
}

Result<report::Table, report::SourceError> ReadySource::ask(const report::Question& question) {
  if (const auto state = schema_.ensure(); state != Schema::State::ready) return fail(for_reports(state));
  return source_.ask(question);
}

Result<void, report::SourceError> ReadySource::pour(const report::Question& question, report::Format format,
                                                    const std::function<bool(std::string_view)>& take) {
  if (const auto state = schema_.ensure(); state != Schema::State::ready) return fail(for_reports(state));
  return source_.pour(question, format, take);
}

}  // namespace etappe::cli
