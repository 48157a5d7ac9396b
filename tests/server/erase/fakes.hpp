#pragma once
// A store and a spool in memory, which can die at any call.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/erase/ports.hpp"

namespace etappe::erase::testing {

inline constexpr Secret kSecret{1, 2, 3};
inline const Time kNow{std::chrono::seconds(1'780'000'000)};

inline Subject visitor(std::string id, std::string site = "shop") {
  return {std::move(site), Kind::visitor, std::move(id)};
}
inline Subject person(std::string id, std::string site = "shop") {
  return {std::move(site), Kind::person, std::move(id)};
}

/// Thrown in place of the end of the process.
struct Killed {};

/// Counts calls of all ports; the one with number `at` is the last thing that happens.
struct Death {
  int at = -1;
  int calls = 0;
  void pass() {
    if (calls++ == at) throw Killed();
  }
};

struct FakeRow {
  std::string site, visitor, person;
  bool rejected = false;
};

class FakeStore final : public Store {
 public:
  explicit FakeStore(Death& death) : death_(death) {}
  std::vector<FakeRow> rows;
  std::uint64_t old_parts = 0;
  std::optional<StoreError> trouble;
  bool refuses_to_erase = false;
  int statements = 0;

  Result<std::vector<PersonVisitor>, StoreError> visitors_of(const std::vector<Subject>& persons) override {
    death_.pass();
    if (trouble) return fail(*trouble);
    std::map<std::string, std::set<std::string>> people;
    for (const FakeRow& row : rows)
      if (!row.person.empty()) people[row.visitor].insert(row.person);
    std::vector<PersonVisitor> found;
    for (const Subject& one : persons)
      for (const auto& [id, theirs] : people)
        if (theirs.contains(one.id))
          found.push_back({one, visitor(id, one.site),
                           theirs.size() > 1 ? PersonVisitor::Use::shared : PersonVisitor::Use::alone});
    return found;
  }
  Result<std::vector<Found>, StoreError> count(const std::vector<Subject>& subjects) override {
    death_.pass();
    if (trouble) return fail(*trouble);
    std::vector<Found> found(subjects.size());
    for (const FakeRow& row : rows) {
      const std::size_t owner = owner_of(row, subjects);
      if (owner < subjects.size()) ++(row.rejected ? found[owner].rejected : found[owner].events);
    }
    return found;
  }
  Result<Time, StoreError> erase(const std::vector<Subject>& subjects) override {
    if (trouble) return fail(*trouble);
    if (refuses_to_erase) return fail(StoreError::refused);
    // Half of it is done when the process dies here.
    ++statements;
    remove_one(subjects);
    death_.pass();
    while (remove_one(subjects)) old_parts = 1;
    death_.pass();
    return kNow;
  }
  Result<std::uint64_t, StoreError> replaced_parts(Time) override {
    death_.pass();
    if (trouble) return fail(*trouble);
    return old_parts;
  }
  Result<void, StoreError> each_id(const std::function<void(const Subject&)>& take) override {
    if (trouble) return fail(*trouble);
    for (const FakeRow& row : rows) {
      take(visitor(row.visitor, row.site));
      if (!row.person.empty()) take(testing::person(row.person, row.site));
    }
    return {};
  }
  Result<std::uint64_t, StoreError> detached_parts() override {
    death_.pass();
    if (trouble) return fail(*trouble);
    return 0;
  }

 private:
  static std::size_t owner_of(const FakeRow& row, const std::vector<Subject>& subjects) {
    for (const Kind kind : {Kind::visitor, Kind::person})
      for (std::size_t i = 0; i < subjects.size(); ++i)
        if (subjects[i].kind == kind && subjects[i].site == row.site &&
            subjects[i].id == (kind == Kind::visitor ? row.visitor : row.person))
          return i;
    return subjects.size();
  }
  bool remove_one(const std::vector<Subject>& subjects) {
    for (auto row = rows.begin(); row != rows.end(); ++row) {
      if (owner_of(*row, subjects) == subjects.size()) continue;
      rows.erase(row);
      return true;
    }
    return false;
  }
  Death& death_;
};

class FakeWaiting final : public Waiting {
 public:
  FakeWaiting(Death& death, FakeStore& store) : death_(death), store_(store) {}
  std::vector<FakeRow> spool;
  std::string segment = "seg-1";  ///< that holds records; empty: none
  Leftovers left;
  bool stuck = false;

  Stored flush() override {
    death_.pass();
    if (stuck) return Stored::not_yet;
    store_.rows.insert(store_.rows.end(), spool.begin(), spool.end());
    spool.clear();
    return Stored::all;
  }
  std::string newest() const override { return segment; }
  std::string oldest() const override { return segment; }
  Leftovers leftovers() const override { return left; }

 private:
  Death& death_;
  FakeStore& store_;
};

}  // namespace etappe::erase::testing
