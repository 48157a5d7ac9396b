#include "server/feed/loader.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <set>
#include <utility>

#include "core/event/event.hpp"
#include "server/observe/counters.hpp"

namespace etappe::feed {
namespace {

/// FNV-1a over the numbers: tells one set of missing records from another of the same manifest.
std::string fingerprint(const std::vector<std::uint32_t>& numbers) {
  std::uint64_t hash = 14695981039346656037U;
  for (const std::uint32_t number : numbers)
    for (unsigned shift = 0; shift < 32; shift += 8)
      hash = (hash ^ ((number >> shift) & 0xFFU)) * 1099511628211U;
  return std::to_string(hash);
}

}  // namespace

Loader::Loader(LoaderOptions options, Ledger ledger, spool::Spool& spool, Rows& rows,
               std::shared_ptr<const enrich::Resolver> resolver, SiteHosts hosts, Now now,
               observe::Counters& counters)
    : options_(options),
      ledger_(std::move(ledger)),
      spool_(spool),
      rows_(rows),
      resolver_(std::move(resolver)),
      hosts_(std::move(hosts)),
      now_(std::move(now)),
      counters_(counters) {
  // A segment that is gone was stored: the spool lets go of it only then.
  std::set<std::string> gone;
  for (const auto& [segment, manifest] : ledger_.newest()) gone.insert(segment);
  for (const spool::Position& position : spool_.durable()) gone.erase(position.segment);
  for (const std::string& segment : gone) ledger_.forget(segment);
}

Loader::Step Loader::step() {
  if (!current_) current_ = ledger_.unfinished();
  if (!current_) {
    auto manifest = next_manifest();
    if (!manifest) return {.kind = Step::Kind::idle};
    if (!ledger_.begin(*manifest)) return failure("manifest_not_written");
    current_ = std::move(manifest);
    attempts_ = 0;
  }
  ++attempts_;
  if (const Done done = load(*current_); !done) return failure(done.error());
  const Manifest manifest = *std::exchange(current_, std::nullopt);
  ledger_.finish(manifest.segment);
  attempts_ = failures_ = 0;
  return {.kind = Step::Kind::stored,
          .segment = manifest.segment,
          .records = manifest.last + 1,
          .full = manifest.last - manifest.first + 1 >= options_.max_rows};
}

Loader::Step Loader::failure(std::string_view reason) {
  counters_.add("etappe_feed_failures_total", observe::label("reason", reason));
  auto wait = options_.retry_first;
  for (unsigned i = 0; i < failures_ && wait < options_.retry_most; ++i) wait *= 2;
  ++failures_;
  return {.kind = Step::Kind::failed, .wait = std::min(wait, options_.retry_most)};
}

std::optional<Manifest> Loader::next_manifest() const {
  for (const spool::Position& position : spool_.durable()) {
    const std::uint32_t first = ledger_.settled(position.segment);
    if (first >= position.records) continue;
    Manifest manifest;
    manifest.segment = position.segment;
    manifest.first = first;
    manifest.last = std::min(position.records, first + options_.max_rows) - 1;
    manifest.enrich_version = enrich::kEnrichVersion;
    manifest.written_at = now_();
    return manifest;
  }
  return std::nullopt;
}

Result<std::vector<Record>, std::string_view> Loader::read(const Manifest& manifest) const {
  std::vector<Record> records;
  if (auto all = spool_.read(manifest.segment, manifest.first, manifest.last)) {
    std::move(all->begin(), all->end(), std::back_inserter(records));
    return records;
  } else if (all.error() != spool::Error::bad_segment) {
    return fail(std::string_view("spool_not_read"));
  }
  // A damaged record does not hold up its neighbours.
  for (std::uint32_t number = manifest.first; number <= manifest.last; ++number) {
    auto one = spool_.read(manifest.segment, number, number);
    if (one && one->size() == 1) {
      records.emplace_back(std::move(one->front()));
    } else if (one || one.error() == spool::Error::bad_segment) {
      records.emplace_back();
    } else {
      return fail(std::string_view("spool_not_read"));
    }
  }
  return records;
}

Loader::Done Loader::load(const Manifest& manifest) {
  const auto segment = event::parse_uuid(manifest.segment);
  if (!segment) return fail(std::string_view("bad_manifest"));
  std::string token = manifest.token();
  std::vector<std::uint32_t> numbers(manifest.last - manifest.first + 1);
  std::iota(numbers.begin(), numbers.end(), manifest.first);

  std::vector<std::uint32_t> present;
  if (now_() - manifest.written_at > options_.token_life) {
    auto stored = rows_.stored(*segment, manifest.first, manifest.last);
    if (!stored) return fail(name_of(stored.error()));
    present = std::move(*stored);
    std::vector<std::uint32_t> missing;
    std::set_difference(numbers.begin(), numbers.end(), present.begin(), present.end(),
                        std::back_inserter(missing));
    if (missing.empty()) return {};
    token += ":missing-" + fingerprint(missing);
    numbers = std::move(missing);
  }
  auto records = read(manifest);
  if (!records) return fail(records.error());
  if (!present.empty()) {
    std::vector<Record> wanted;
    for (const std::uint32_t number : numbers)
      wanted.push_back(std::move((*records)[number - manifest.first]));
    *records = std::move(wanted);
  }
  RowBatch batch(*resolver_, hosts_);
  batch.build(std::move(*records), std::move(numbers), *segment, manifest.enrich_version);
  return insert(batch, token);
}

Loader::Done Loader::insert(const RowBatch& batch, const std::string& token) {
  if (const Done done = insert_rejected(batch.rejected, token + ":rejected"); !done) return done;
  if (batch.rows.empty()) return {};
  const auto stored = rows_.insert(batch.rows, token);
  if (stored) {
    counters_.add("etappe_feed_rows_total", "", batch.rows.size());
    return {};
  }
  if (stored.error() != StoreError::refused || attempts_ < 2) return fail(name_of(stored.error()));

  std::vector<Row> refused;
  if (const Done done = isolate(batch.rows, token, refused); !done) return done;
  // When the store takes none of them, it is more likely the store that is at fault than every row.
  if (refused.size() == batch.rows.size() && attempts_ < options_.patience)
    return fail(name_of(StoreError::refused));
  counters_.add("etappe_feed_rows_total", "", batch.rows.size() - refused.size());
  std::vector<RejectedRow> kept;
  for (const Row& row : refused) kept.push_back(batch.rejection_of(row, "refused_by_store"));
  return insert_rejected(kept, token + ":refused");
}

Loader::Done Loader::insert_rejected(const std::vector<RejectedRow>& rows, const std::string& token) {
  if (rows.empty()) return {};
  if (const auto stored = rows_.insert_rejected(rows, token); !stored) return fail(name_of(stored.error()));
  for (const RejectedRow& row : rows)
    counters_.add("etappe_feed_rejected_total", observe::label("reason", row.reason));
  return {};
}

Loader::Done Loader::isolate(const std::vector<Row>& rows, const std::string& token,
                             std::vector<Row>& refused) {
  // Halves have tokens of their own that are the same each time: after a crash they are no-ops.
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
  for (const std::vector<Row>& half :
       {std::vector<Row>(rows.begin(), middle), std::vector<Row>(middle, rows.end())}) {
    if (half.empty()) continue;
    const std::string half_token =
        token + ":part-" + std::to_string(half.front().record) + '-' + std::to_string(half.back().record);
    const auto stored = rows_.insert(half, half_token);
    if (stored) continue;
    if (stored.error() != StoreError::refused) return fail(name_of(stored.error()));
    if (half.size() == 1) {
      refused.push_back(half.front());
    } else if (const Done done = isolate(half, token, refused); !done) {
      return done;
    }
  }
  return {};
}

std::vector<std::string> Loader::clear() {
  std::vector<std::string> sealed, removed;
  for (const spool::Position& position : spool_.durable())
    if (spool_.sealed(position.segment)) sealed.push_back(position.segment);
  // Counted after they were found sealed: these numbers are final.
  for (const spool::Position& position : spool_.durable()) {
    if (std::find(sealed.begin(), sealed.end(), position.segment) == sealed.end()) continue;
    if (ledger_.settled(position.segment) < position.records) continue;
    if (!spool_.remove(position.segment)) {
      counters_.add("etappe_feed_failures_total", observe::label("reason", "segment_not_removed"));
      continue;
    }
    ledger_.forget(position.segment);
    removed.push_back(position.segment);
  }
  return removed;
}

std::uint64_t Loader::waiting() const {
  std::uint64_t waiting = 0;
  for (const spool::Position& position : spool_.durable()) {
    const std::uint32_t settled = ledger_.settled(position.segment);
    if (position.records > settled) waiting += position.records - settled;
  }
  return waiting;
}

}  // namespace etappe::feed
