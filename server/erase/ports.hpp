#pragma once
// What carrying out an order needs of the rooms that hold data. server/cli lays these ports over spool,
// feeder and store; tests lay them over memory.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "server/erase/subject.hpp"

namespace etappe::erase {

enum class StoreError : std::uint8_t {
  away,     ///< no answer, or not yet: the same again later
  refused,  ///< it answers, and does not do it: likewise, and tell people
};

struct Found {
  std::uint64_t events = 0;
  std::uint64_t rejected = 0;
};

/// A visitor of a person. `shared`: another person was identified under the same id, so that nobody knows
/// whose the rows without a person are.
struct PersonVisitor {
  Subject person;
  Subject visitor;
  enum class Use : std::uint8_t { alone, shared } use = Use::alone;
};

/// The store. Used from one thread at a time; every call may block for minutes.
class Store {
 public:
  virtual ~Store() = default;
  [[nodiscard]] virtual Result<std::vector<PersonVisitor>, StoreError> visitors_of(
      const std::vector<Subject>& persons) = 0;
  /// The rows of each subject, in the same order.
  [[nodiscard]] virtual Result<std::vector<Found>, StoreError> count(
      const std::vector<Subject>& subjects) = 0;
  /// Deletes the rows of all of them and waits for it; the store's clock when it was done.
  [[nodiscard]] virtual Result<Time, StoreError> erase(const std::vector<Subject>& subjects) = 0;
  /// How many files of the store still hold what was replaced at or before that moment of the store's clock.
  [[nodiscard]] virtual Result<std::uint64_t, StoreError> replaced_parts(Time until) = 0;
  /// Tells every id that a row holds; one may come twice.
  [[nodiscard]] virtual Result<void, StoreError> each_id(const std::function<void(const Subject&)>& take) = 0;
  /// Parts that the engine has put aside and nobody reads.
  [[nodiscard]] virtual Result<std::uint64_t, StoreError> detached_parts() = 0;
};

/// What is on its way to the store. Thread-safe; may block.
class Waiting {
 public:
  virtual ~Waiting() = default;
  enum class Stored : std::uint8_t { all, not_yet };
  /// Stores what is durable now.
  [[nodiscard]] virtual Stored flush() = 0;
  /// The newest segment that holds records; empty: none does.
  [[nodiscard]] virtual std::string newest() const = 0;
  /// The oldest likewise. Names sort by creation.
  [[nodiscard]] virtual std::string oldest() const = 0;
  struct Leftovers {
    std::uint64_t cut_files = 0;
    std::uint64_t bad_files = 0;
  };
  [[nodiscard]] virtual Leftovers leftovers() const = 0;
};

}  // namespace etappe::erase
