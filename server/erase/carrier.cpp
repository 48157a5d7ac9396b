#include "server/erase/carrier.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "server/erase/tombstones.hpp"

namespace etappe::erase {
namespace {

std::vector<Subject> all_subjects(const std::vector<Order>& orders) {
  std::vector<Subject> all;
  for (const Order& order : orders) all.insert(all.end(), order.subjects.begin(), order.subjects.end());
  return all;
}

std::string_view name_of(StoreError error) {
  return error == StoreError::away ? "store_away" : "store_refused";
}

}  // namespace

Carrier::Carrier(Journal& journal, Withdrawn& withdrawn, Store& store, Waiting& waiting,
                 observe::Counters& counters, const Secret& secret, std::chrono::seconds company)
    : journal_(journal),
      withdrawn_(withdrawn),
      store_(store),
      waiting_(waiting),
      counters_(counters),
      secret_(secret),
      company_(company) {
  for (const Order& order : journal_.orders())
    if (order.state == State::erased) unsure_.insert(order.receipt);
}

Carrier::Step Carrier::step(Time now) {
  std::vector<Order> due = journal_.in(State::counted, kMostAtOnce);
  for (Order& order : journal_.in(State::open, kMostAtOnce - due.size()))
    if (now - order.at >= company_ || now < order.at) due.push_back(std::move(order));
  counters_.set("etappe_erasures_open", "", static_cast<double>(due.size()));
  return due.empty() ? see_gone(now) : carry_out(std::move(due), now);
}

Carrier::Step Carrier::carry_out(std::vector<Order> orders, Time now) {
  if (waiting_.flush() != Waiting::Stored::all) return failure("not_stored");
  const std::string newest = waiting_.newest();
  const std::vector<Order> before = orders;

  if (const auto added = add_visitors(orders); !added) return failure(name_of(added.error()));
  const std::vector<Subject> all = all_subjects(orders);
  if (const auto counted = count(orders, all); !counted) return failure(name_of(counted.error()));
  const auto detached = store_.detached_parts();
  if (!detached) return failure(name_of(detached.error()));
  const Waiting::Leftovers leftovers = waiting_.leftovers();
  for (Order& order : orders) {
    order.state = State::counted;
    order.figures.cut_files = leftovers.cut_files;
    order.figures.bad_files = leftovers.bad_files;
    order.figures.detached_parts = *detached;
  }
  // An attempt that finds what the last one found has nothing to write: the store may be away for days.
  std::vector<Order> changed;
  for (std::size_t i = 0; i < orders.size(); ++i)
    if (!(orders[i] == before[i])) changed.push_back(orders[i]);
  if (!changed.empty() && !journal_.update(changed)) return failure("journal");
  for (const Order& order : orders) withdrawn_.add(order, now);

  const auto erased_at = store_.erase(all);
  if (!erased_at) return failure(name_of(erased_at.error()));
  const auto left = store_.count(all);
  if (!left) return failure(name_of(left.error()));
  if (std::ranges::any_of(*left, [](const Found& found) { return found.events + found.rejected != 0; }))
    return failure("rows_left");

  Figures sum;
  for (Order& order : orders) {
    order.state = State::erased;
    order.erased_at = *erased_at;
    order.spool_until = newest;
    sum.events += order.figures.events;
    sum.rejected += order.figures.rejected;
  }
  const std::size_t count = orders.size();
  if (!journal_.settle(std::move(orders), now)) return failure("journal");
  counters_.add("etappe_erasures_carried_out_total", "", count);
  counters_.add("etappe_erased_rows_total", observe::label("place", "events"), sum.events);
  counters_.add("etappe_erased_rows_total", observe::label("place", "events_rejected"), sum.rejected);
  return Step::done;
}

Result<void, StoreError> Carrier::add_visitors(std::vector<Order>& orders) {
  std::vector<Subject> persons;
  for (const Order& order : orders)
    for (const Subject& subject : order.subjects)
      if (subject.kind == Kind::person) persons.push_back(subject);
  std::vector<PersonVisitor> found;
  if (!persons.empty()) {
    auto visitors = store_.visitors_of(persons);
    if (!visitors) return fail(visitors.error());
    found = std::move(*visitors);
  }
  for (Order& order : orders) {
    std::uint64_t shared = 0;
    for (const PersonVisitor& one : found) {
      if (std::ranges::find(order.subjects, one.person) == order.subjects.end()) continue;
      if (one.use == PersonVisitor::Use::shared) {
        ++shared;
      } else if (std::ranges::find(order.subjects, one.visitor) == order.subjects.end()) {
        order.subjects.push_back(one.visitor);
        order.marks.push_back({Kind::visitor, fingerprint(secret_, one.visitor)});
      }
    }
    order.figures.visitors = static_cast<std::uint64_t>(
        std::ranges::count(order.subjects, Kind::visitor, [](const Subject& s) { return s.kind; }));
    order.figures.shared_visitors = std::max(order.figures.shared_visitors, shared);
  }
  return {};
}

Result<void, StoreError> Carrier::count(std::vector<Order>& orders, const std::vector<Subject>& all) {
  const auto counted = store_.count(all);
  if (!counted) return fail(counted.error());
  std::size_t next = 0;
  for (Order& order : orders) {
    Found found;
    for (std::size_t i = 0; i < order.subjects.size(); ++i, ++next) {
      found.events += (*counted)[next].events;
      found.rejected += (*counted)[next].rejected;
    }
    // A former attempt may have erased some of what it had counted.
    order.figures.events = std::max(order.figures.events, found.events);
    order.figures.rejected = std::max(order.figures.rejected, found.rejected);
  }
  return {};
}

Carrier::Step Carrier::see_gone(Time now) {
  const std::vector<Order> erased = journal_.in(State::erased, kMostAtOnce);
  if (erased.empty()) return Step::idle;
  const std::string oldest = waiting_.oldest();
  std::map<Time, bool> is_clean;  // orders of one statement have one time
  std::vector<Order> gone;
  for (const Order& order : erased) {
    if (!oldest.empty() && oldest <= order.spool_until) continue;
    const auto [place, is_new] = is_clean.try_emplace(order.erased_at, false);
    if (is_new) {
      const auto parts = store_.replaced_parts(order.erased_at);
      if (!parts) return failure(name_of(parts.error()));
      place->second = *parts == 0;
    }
    if (!place->second) continue;
    gone.push_back(order);
    gone.back().state = State::gone;
    gone.back().gone_at = now;
  }
  if (gone.empty()) return Step::idle;
  const auto came_back = order_again(gone, now);
  if (!came_back) return failure(name_of(came_back.error()));
  if (*came_back) return Step::done;
  return journal_.settle(std::move(gone), now) ? Step::done : failure("journal");
}

Result<bool, StoreError> Carrier::order_again(const std::vector<Order>& gone, Time now) {
  std::vector<Order> unsure;
  for (const Order& order : gone)
    if (unsure_.contains(order.receipt)) unsure.push_back(order);
  if (unsure.empty()) return false;
  const auto wishes = restored(store_, unsure, secret_);
  if (!wishes) return fail(wishes.error());
  if (!wishes->empty() && !journal_.add(*wishes, now)) return fail(StoreError::away);
  for (const Order& order : unsure) unsure_.erase(order.receipt);
  return !wishes->empty();
}

Carrier::Step Carrier::failure(std::string_view reason) {
  trouble_ = reason;
  counters_.add("etappe_erasure_failures_total", observe::label("reason", reason));
  return Step::failed;
}

}  // namespace etappe::erase
