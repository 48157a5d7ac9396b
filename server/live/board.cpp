#include "server/live/board.hpp"

#include <algorithm>
#include <utility>

namespace etappe::live {

namespace {

using event::TimeMs;

constexpr std::size_t kMaxHost = 64;
constexpr std::size_t kMaxWhat = 32;

/// The last `Size` of what was added.
template <class Item, std::size_t Size>
class Ring {
 public:
  void add(const Item& item) {
    items_[next_ % Size] = item;
    ++next_;
  }
  /// The newest first, while `visit` says so.
  template <class Visit>
  void backwards(Visit visit) const {
    for (std::size_t i = 0; i < std::min(next_, Size); ++i) visit(items_[(next_ - 1 - i) % Size]);
  }

 private:
  std::array<Item, Size> items_{};
  std::size_t next_ = 0;
};

/// How often per host: a new host takes the place of the one that was quiet longest.
class Tallies {
 public:
  void add(std::string_view host, std::string_view what, TimeMs at) {
    const ShortText<kMaxHost> short_host(host);
    const ShortText<kMaxWhat> short_what(what);
    Row* row = &rows_[0];
    for (Row& each : rows_) {
      if (each.count > 0 && each.host == short_host && each.what == short_what) {
        ++each.count;
        each.last = at;
        return;
      }
      if (each.last < row->last) row = &each;
    }
    *row = {short_host, short_what, 1, at};
  }
  [[nodiscard]] std::vector<Tally> since(TimeMs since) const {
    std::vector<Tally> found;
    for (const Row& row : rows_) {
      if (row.count > 0 && row.last >= since)
        found.push_back({std::string(row.host.view()), std::string(row.what.view()), row.count, row.last});
    }
    std::ranges::stable_sort(found, std::greater(), &Tally::last);
    return found;
  }

 private:
  struct Row {
    ShortText<kMaxHost> host;
    ShortText<kMaxWhat> what;
    std::uint64_t count = 0;
    TimeMs last;
  };
  std::array<Row, kTallies> rows_{};
};

/// Events kept per minute; a minute's slot is used again half an hour later.
class Minutes {
 public:
  void add(TimeMs at, std::uint32_t count) {
    Slot& slot = slots_[index(minute_of(at))];
    if (slot.minute != minute_of(at)) slot = {minute_of(at), 0};
    slot.count += count;
  }
  [[nodiscard]] std::array<std::uint32_t, kMinutes> until(TimeMs now) const {
    std::array<std::uint32_t, kMinutes> counts{};
    for (const Slot& slot : slots_) {
      const std::int64_t ago = minute_of(now) - slot.minute;
      if (ago >= 0 && ago < static_cast<std::int64_t>(kMinutes))
        counts[kMinutes - 1 - static_cast<std::size_t>(ago)] = slot.count;
    }
    return counts;
  }

 private:
  struct Slot {
    std::int64_t minute = -1;
    std::uint32_t count = 0;
  };
  static std::int64_t minute_of(TimeMs at) { return at.time_since_epoch() / std::chrono::minutes(1); }
  static std::size_t index(std::int64_t minute) { return static_cast<std::size_t>(minute) % kMinutes; }
  std::array<Slot, kMinutes> slots_{};
};

/// A key as a tracker file's name carries it; what is none is not repeated.
std::string_view shown_key(std::string_view key) {
  const bool is_key = !key.empty() && key.size() <= kMaxWhat && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  return is_key ? key : std::string_view();
}

}  // namespace

struct Board::Record {
  Ring<SeenEvent, kEvents> events;
  Ring<CheckReport, kReports> reports;
  Tallies refusals;
  Tallies scripts;
  Tallies wrong_scripts;
  Minutes minutes;
  TimeMs touched;
};

Board::Board(std::function<TimeMs()> now, Owners owners) : now_(std::move(now)), owners_(std::move(owners)) {}

Board::~Board() = default;

Board::Record& Board::record(std::string_view site, TimeMs at) {
  auto found = records_.find(site);
  if (found == records_.end()) {
    if (records_.size() >= kMostSites) {
      records_.erase(
          std::ranges::min_element(records_, {}, [](const auto& entry) { return entry.second->touched; }));
    }
    found = records_.emplace(std::string(site), std::make_unique<Record>()).first;
  }
  found->second->touched = at;
  return *found->second;
}

void Board::kept(std::string_view site, std::span<const SeenEvent> events) {
  const TimeMs at = now_();
  const std::lock_guard lock(mutex_);
  Record& noted = record(site, at);
  for (const SeenEvent& event : events) noted.events.add(event);
  noted.minutes.add(at, static_cast<std::uint32_t>(events.size()));
}

void Board::rejected(std::string_view site, std::string_view reason) {
  SeenEvent event;
  event.at = now_();
  event.rejected = reason;
  const std::lock_guard lock(mutex_);
  record(site, event.at).events.add(event);
}

void Board::refused(std::string_view site, std::string_view reason, std::string_view origin) {
  std::array<char, kMaxHost> space;
  const std::string_view host = host_in(origin, space);
  const TimeMs at = now_();
  const std::lock_guard lock(mutex_);
  record(site, at).refusals.add(host, reason, at);
}

void Board::script_fetched(std::string_view site, std::string_view referer) {
  std::array<char, kMaxHost> space;
  const std::string_view host = host_in(referer, space);
  const TimeMs at = now_();
  {
    const std::lock_guard lock(mutex_);
    record(site, at).scripts.add(host, {}, at);
  }
  wrong_script(site, host, at);
}

void Board::unknown_script(std::string_view key, std::string_view referer) {
  std::array<char, kMaxHost> space;
  wrong_script(key, host_in(referer, space), now_());
}

void Board::wrong_script(std::string_view asked, std::string_view host, TimeMs at) {
  if (host.empty()) return;
  const std::vector<std::string> owners = owners_(asked, host);
  if (owners.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const std::string& owner : owners) record(owner, at).wrong_scripts.add(host, shown_key(asked), at);
}

void Board::checked(std::string_view site, CheckReport report, std::string_view referer) {
  std::array<char, kMaxHost> space;
  report.host = ShortText<64>(host_in(referer, space));
  report.at = now_();
  const std::lock_guard lock(mutex_);
  record(site, report.at).reports.add(report);
}

Seen Board::since(std::string_view site, TimeMs since) const {
  Seen seen;
  seen.now = now_();
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(site);
  if (found == records_.end()) return seen;
  const Record& noted = *found->second;
  seen.minutes = noted.minutes.until(seen.now);
  noted.events.backwards([&](const SeenEvent& event) {
    if (event.at >= since) seen.events.push_back(event);
  });
  noted.reports.backwards([&](const CheckReport& report) {
    if (report.at >= since) seen.reports.push_back(report);
  });
  seen.refusals = noted.refusals.since(since);
  seen.scripts = noted.scripts.since(since);
  seen.wrong_scripts = noted.wrong_scripts.since(since);
  return seen;
}

}  // namespace etappe::live
