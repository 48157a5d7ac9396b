#pragma once
// The orders on disk: DATA/erasure/journal.ndjson, a line an order; a later line of the same receipt replaces
// the earlier one. Lines are appended and synced before anybody is told; when an order is erased the file is
// replaced as a whole, so that its ids are in no file any more.
//
// It decides whether a wish is one that it knows already, and nothing else about what is to be done.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "server/erase/order.hpp"

namespace etappe::erase {

enum class JournalError : std::uint8_t {
  disk,      ///< the file can neither be read nor written
  bad_line,  ///< a whole line is not one of ours: an order that nobody can carry out must not be overlooked
};
[[nodiscard]] std::string_view name_of(JournalError error);

/// How long events of somebody who withdrew are refused: longer than a batch can be under way (a day on the
/// visitor's device, and an event older than 24 h 10 min is refused anyway).
inline constexpr std::chrono::hours kRefusedFor{48};
/// How long a receipt stays. One that found rows outlives every backup of them that retention allows.
inline constexpr std::chrono::hours kKeptIfEmpty{30 * 24};
inline constexpr std::chrono::hours kKept{27 * 31 * 24};

struct Wish {
  std::string site;
  std::vector<Subject> subjects;  ///< at least one; of one site
  Reason reason = Reason::withdrawal;
};

/// Thread-safe; blocks on the disk.
class Journal {
 public:
  /// Makes the folder, reads the file, cuts a last line that a crash has torn.
  [[nodiscard]] static Result<std::unique_ptr<Journal>, JournalError> open(
      const std::filesystem::path& folder, const Secret& secret);
  /// The orders in the file as it is now, for who must not write: the oldest first.
  [[nodiscard]] static Result<std::vector<Order>, JournalError> read(const std::filesystem::path& folder,
                                                                     const Secret& secret);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The order that this wish repeats: one that is not carried out yet, or a withdrawal of the last
  /// kRefusedFor, for all of its subjects.
  [[nodiscard]] std::optional<std::string> receipt_for(const Wish& wish, Time now) const;
  /// Writes new orders; when it returns they are on disk, all or none. Their receipts, in order.
  [[nodiscard]] Result<std::vector<std::string>, JournalError> add(const std::vector<Wish>& wishes, Time now);
  /// Appends what has become of orders. A state below `erased` only.
  [[nodiscard]] Result<void, JournalError> update(const std::vector<Order>& orders);
  /// Replaces the file: these orders as they are given (the ids of erased ones are dropped), all others as
  /// they were, without those whose time (kKept, kKeptIfEmpty) is over.
  [[nodiscard]] Result<void, JournalError> settle(std::vector<Order> orders, Time now);

  /// Appends what went by itself.
  [[nodiscard]] Result<void, JournalError> note(const Note& note);

  /// The oldest first.
  [[nodiscard]] std::vector<Note> notes() const;
  [[nodiscard]] std::vector<Order> orders() const;
  [[nodiscard]] std::vector<Order> in(State state, std::size_t most) const;
  [[nodiscard]] std::optional<Order> find(std::string_view receipt) const;

 private:
  Journal(std::filesystem::path file, const Secret& secret, std::vector<Order> orders,
          std::vector<Note> notes);
  [[nodiscard]] bool append(const std::string& lines);
  [[nodiscard]] bool replace();
  void index();
  [[nodiscard]] std::optional<std::string> known(const Wish& wish, Time now) const;

  const std::filesystem::path file_;
  const Secret secret_;
  mutable std::mutex mutex_;
  std::vector<Order> orders_;
  std::vector<Note> notes_;
  std::unordered_map<std::string, std::size_t> by_receipt_;
  std::unordered_map<std::string, std::size_t> by_hash_;  ///< the newest order of a subject
  int descriptor_ = -1;  ///< -1: what is on disk has to be written anew first
  std::uint64_t length_ = 0;
};

}  // namespace etappe::erase
