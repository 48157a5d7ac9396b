#pragma once
// A spool in memory and a store that fails where the test says.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/codec/envelope.hpp"
#include "server/feed/rows.hpp"
#include "server/spool/spool.hpp"

namespace etappe::feed::testing {

inline std::string segment_name(unsigned number) {
  std::string name = "01900000-0000-7000-8000-000000000000";
  name[34] = static_cast<char>('0' + number / 10);
  name[35] = static_cast<char>('0' + number % 10);
  return name;
}

/// An envelope of a page view whose id tells the record.
inline std::vector<std::byte> envelope(std::uint32_t number, std::string_view url = "https://shop.example/p",
                                       std::string_view referrer = {},
                                       codec::Link link = codec::Link::linked) {
  codec::EnvelopeView view;
  view.link = link;
  view.received_at = view.client_time = event::TimeMs(std::chrono::milliseconds(1'700'000'000'000));
  view.site = "shop";
  view.event.id.bytes[0] = 0x42;
  for (unsigned i = 0; i < 4; ++i)
    view.event.id.bytes[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  view.event.type = event::Type::view;
  view.event.time = view.received_at;
  view.event.url = url;
  view.event.referrer = referrer;
  std::vector<std::byte> bytes(codec::kMaxEnvelopeBytes);
  bytes.resize(codec::write_envelope(view, bytes).value_or(0));
  return bytes;
}

class FakeSpool final : public spool::Spool {
 public:
  void add(const std::string& segment, std::vector<std::byte> record) {
    const std::lock_guard lock(mutex_);
    segments_[segment].records.push_back(std::move(record));
    changed_.notify_all();
  }
  void seal(const std::string& segment) {
    const std::lock_guard lock(mutex_);
    segments_[segment].sealed = true;
  }
  void damage(const std::string& segment, std::uint32_t record) {
    const std::lock_guard lock(mutex_);
    segments_[segment].damaged.insert(record);
  }

  void append(std::vector<std::vector<std::byte>>, std::function<void(spool::Outcome)> done) override {
    done(spool::Outcome::failed);
  }
  bool accepts() const override { return true; }
  std::vector<spool::Position> durable() const override {
    const std::lock_guard lock(mutex_);
    std::vector<spool::Position> positions;
    for (const auto& [name, segment] : segments_)
      if (!segment.records.empty())
        positions.push_back({name, static_cast<std::uint32_t>(segment.records.size())});
    return positions;
  }
  bool sealed(const std::string& segment) const override {
    const std::lock_guard lock(mutex_);
    return !segments_.contains(segment) || segments_.at(segment).sealed;
  }
  void wait_beyond(const spool::Position& seen, std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] {
      for (auto it = segments_.lower_bound(seen.segment); it != segments_.end(); ++it)
        if (it->second.records.size() > (it->first == seen.segment ? seen.records : 0)) return true;
      return false;
    });
  }
  Result<std::vector<std::vector<std::byte>>, spool::Error> read(const std::string& name, std::uint32_t first,
                                                                 std::uint32_t last) const override {
    const std::lock_guard lock(mutex_);
    const auto found = segments_.find(name);
    if (found == segments_.end() || last >= found->second.records.size())
      return fail(spool::Error::bad_segment);
    const auto damaged = found->second.damaged.lower_bound(first);
    if (damaged != found->second.damaged.end() && *damaged <= last) return fail(spool::Error::bad_segment);
    return std::vector<std::vector<std::byte>>(found->second.records.begin() + first,
                                               found->second.records.begin() + last + 1);
  }
  Result<void, spool::Error> remove(const std::string& segment) override {
    const std::lock_guard lock(mutex_);
    segments_.erase(segment);
    return {};
  }
  spool::Recovery recovery() const override { return {}; }
  spool::Stats stats() const override { return {}; }
  void close() override {}

 private:
  struct Segment {
    std::vector<std::vector<std::byte>> records;
    std::set<std::uint32_t> damaged;
    bool sealed = false;
  };
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Segment> segments_;
};

/// The process ends here.
struct Crash {};

/// What happens to one operation on the store.
enum class Fault : std::uint8_t {
  none,
  unreachable,  ///< not stored, and said so
  unfit,
  unknown_stored,  ///< stored, and the answer is lost
  unknown_not_stored,
  crash_before,
  crash_after,  ///< stored, then the process ends
};

class FakeRows final : public Rows {
 public:
  using Number = std::pair<event::Uuid, std::uint32_t>;  ///< segment, record

  /// Called with 1, 2, … for every operation.
  std::function<Fault(unsigned)> plan = [](unsigned) { return Fault::none; };
  /// Records that the store refuses in whatever company.
  std::set<std::uint32_t> poison;
  bool refuses_all = false;

  Result<void, StoreError> insert(const std::vector<Row>& rows, std::string_view token) override {
    return take(token, [&]() -> Result<void, StoreError> {
      for (const Row& row : rows)
        if (refuses_all || poison.contains(row.record)) return fail(StoreError::refused);
      if (tokens_.insert(std::string(token)).second)
        for (const Row& row : rows)
          ++stored_[{text_of(row.segment), row.record}], rows_.push_back(row.origin);
      return {};
    });
  }
  Result<void, StoreError> insert_rejected(const std::vector<RejectedRow>& rows,
                                           std::string_view token) override {
    return take(token, [&]() -> Result<void, StoreError> {
      if (tokens_.insert(std::string(token)).second)
        for (const RejectedRow& row : rows) ++rejected_[row.record], reasons_[row.record] = row.reason;
      return {};
    });
  }
  Result<std::vector<std::uint32_t>, StoreError> stored(const event::Uuid& segment, std::uint32_t first,
                                                        std::uint32_t last) override {
    const std::lock_guard lock(mutex_);
    ++questions_;
    std::vector<std::uint32_t> records;
    for (std::uint32_t record = first; record <= last; ++record)
      if (stored_.contains({text_of(segment), record}) || rejected_.contains(record))
        records.push_back(record);
    return records;
  }

  /// As when the engine's window has moved on.
  void forget_tokens() { tokens_.clear(); }
  /// How often each record of a segment is stored.
  [[nodiscard]] std::map<std::uint32_t, unsigned> counts(const std::string& segment) const {
    const std::lock_guard lock(mutex_);
    std::map<std::uint32_t, unsigned> counts;
    for (const auto& [place, count] : stored_)
      if (place.first == segment) counts[place.second] = count;
    return counts;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return stored_.size();
  }
  [[nodiscard]] const std::map<std::uint32_t, unsigned>& rejected() const { return rejected_; }
  [[nodiscard]] const std::map<std::uint32_t, std::string>& reasons() const { return reasons_; }
  [[nodiscard]] const std::vector<Origin>& origins() const { return rows_; }
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }
  [[nodiscard]] unsigned operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
  }
  [[nodiscard]] unsigned questions() const { return questions_; }

 private:
  static std::string text_of(const event::Uuid& uuid) {
    std::array<char, 36> text;
    event::write_uuid(uuid, text);
    return {text.data(), text.size()};
  }
  template <class Store>
  Result<void, StoreError> take(std::string_view token, Store store) {
    const std::lock_guard lock(mutex_);
    asked_.emplace_back(token);
    const Fault fault = plan(++operations_);
    switch (fault) {
      case Fault::unreachable: return fail(StoreError::unreachable);
      case Fault::unfit: return fail(StoreError::unfit);
      case Fault::unknown_not_stored: return fail(StoreError::unknown);
      case Fault::crash_before: throw Crash{};
      default: break;
    }
    const Result<void, StoreError> done = store();
    if (fault == Fault::unknown_stored) return fail(StoreError::unknown);
    if (fault == Fault::crash_after) throw Crash{};
    return done;
  }

  mutable std::mutex mutex_;
  std::set<std::string> tokens_;
  std::map<std::pair<std::string, std::uint32_t>, unsigned> stored_;
  std::map<std::uint32_t, unsigned> rejected_;
  std::map<std::uint32_t, std::string> reasons_;
  std::vector<Origin> rows_;
  std::vector<std::string> asked_;
  unsigned operations_ = 0;
  unsigned questions_ = 0;
};

}  // namespace etappe::feed::testing
