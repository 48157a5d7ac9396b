#pragma once
// An order to erase, from the moment it is promised to the receipt that is left of it, and its line in the
// journal.
//
//   state    the line holds           what is true                              after a crash
//   open     the ids                  it is promised; late events are refused   begins anew
//   counted  the ids, the figures     every row is known that is to go          erases again; the larger
//   figure counts erased   hashes, the figures      no statement finds a row of them          waits on gone
//   hashes, the figures      no file holds what was deleted            nothing is left to do
//
// The line of an order that is erased is its tombstone: it still tells, after a backup has been restored,
// whose rows must not be there.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/erase/subject.hpp"

namespace etappe::erase {

enum class Reason : std::uint8_t {
  withdrawal,
  erase_command,
  ui,
  restore,  ///< it was erased before, and a backup brought it back
};
[[nodiscard]] std::string_view name_of(Reason reason);

enum class State : std::uint8_t { open, counted, erased, gone };
[[nodiscard]] std::string_view name_of(State state);

/// What is left of a subject in a tombstone.
struct Mark {
  Kind kind = Kind::visitor;
  std::string hash;  ///< fingerprint()
  friend bool operator==(const Mark&, const Mark&) = default;
};

struct Figures {
  std::uint64_t events = 0;           ///< rows
  std::uint64_t rejected = 0;         ///< rows of events_rejected
  std::uint64_t visitors = 0;         ///< ids whose rows these are
  std::uint64_t shared_visitors = 0;  ///< ids whose other rows stay, because another person used them too
  std::uint64_t cut_files = 0;        ///< of the spool, left to their own end (docs/privacy.md)
  std::uint64_t bad_files = 0;
  std::uint64_t detached_parts = 0;  ///< of the store, left to a person
  friend bool operator==(const Figures&, const Figures&) = default;
};

struct Order {
  std::string receipt;  ///< a UUID
  Time at{};
  std::string site;  ///< id
  Kind kind = Kind::visitor;
  Reason reason = Reason::withdrawal;
  State state = State::open;
  std::vector<Subject>
      subjects;             ///< who; a person's visitors are added when they are counted. None once erased
  std::vector<Mark> marks;  ///< the same, hashed
  Figures figures = {};
  Time erased_at{};
  std::string spool_until = {};  ///< the newest segment of the spool that can hold such an event
  Time gone_at{};
  friend bool operator==(const Order&, const Order&) = default;
};

/// One JSON object, ended by '\n'.
[[nodiscard]] std::string to_line(const Order& order);
/// Nothing when the line is not one of to_line()'s. `secret` makes the marks of subjects.
[[nodiscard]] std::optional<Order> order_from_line(std::string_view line, const Secret& secret);

/// That something went by itself (retention.hpp).
struct Note {
  std::string action;  ///< rows_deleted, ids_emptied
  std::uint32_t month = 0;
  std::uint64_t rows = 0;
  Time at{};
  friend bool operator==(const Note&, const Note&) = default;
};
[[nodiscard]] std::string to_line(const Note& note);
[[nodiscard]] std::optional<Note> note_from_line(std::string_view line);

/// What people get: one JSON object without ids, each place with its figure (docs/privacy.md, "Receipts").
[[nodiscard]] std::string receipt_json(const Order& order);

}  // namespace etappe::erase
