#pragma once
// What nobody has to ask for: rows go when their site's time is over, ids when the visitor's cookie is.
//
//   older than                          what goes                          how
//   the site's months (25 unless set)   the rows                           a day after day, by month and site
//   13 months, as a whole month         visitor, session and person of     once, a month at a time
//                                       every row; the rows stay
//
// A visitor's cookie lives 13 months and is not renewed, so an id that stands in a row of that age belongs to
// no device any more. What was done is noted in the journal.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/erase/journal.hpp"
#include "server/erase/ports.hpp"
#include "server/observe/counters.hpp"

namespace etappe::erase {

using Month = std::uint32_t;  ///< 202611

struct SiteMonth {
  Month month = 0;
  std::string site;
  std::chrono::sys_days first{};  ///< day of its oldest row
};
struct IdMonth {
  Month month = 0;
  std::uint64_t rows = 0;  ///< that have one
};
/// Rows of a site before that day.
struct Cut {
  std::string site;
  std::chrono::sys_days before{};
};

/// Old rows of the store. Used from one thread at a time; every call may block for minutes.
class OldRows {
 public:
  virtual ~OldRows() = default;
  [[nodiscard]] virtual Result<std::vector<SiteMonth>, StoreError> months() = 0;
  [[nodiscard]] virtual Result<std::vector<IdMonth>, StoreError> months_with_ids(
      std::chrono::sys_days before) = 0;
  [[nodiscard]] virtual Result<void, StoreError> remove(Month month, const std::vector<Cut>& cuts) = 0;
  /// Whatever lies in that month, of every site.
  [[nodiscard]] virtual Result<void, StoreError> remove_whole(Month month) = 0;
  [[nodiscard]] virtual Result<void, StoreError> empty_ids(Month month) = 0;
};

inline constexpr int kMostMonths = 25;
inline constexpr int kIdMonths = 13;

/// Belongs to one thread. Counters: etappe_retention_months_total{action},
/// etappe_erasure_failures_total{reason="retention"}.
class Retention {
 public:
  /// How many months rows of that site (id) are kept: 1 to kMostMonths.
  using MonthsOf = std::function<int(std::string_view site)>;

  /// All of it outlives this.
  Retention(OldRows& rows, MonthsOf months_of, Journal& journal, observe::Counters& counters)
      : rows_(rows), months_of_(std::move(months_of)), journal_(journal), counters_(counters) {}

  static constexpr std::chrono::minutes kRetry{1};

  enum class Step : std::uint8_t { idle, done, failed };
  /// Once a day in UTC; idle otherwise. What failed is tried again after kRetry. Blocks.
  [[nodiscard]] Step step(Time now);

 private:
  [[nodiscard]] bool remove_rows(std::chrono::sys_days today, Time now);
  [[nodiscard]] bool empty_ids(std::chrono::sys_days today, Time now);
  [[nodiscard]] bool note(std::string_view action, Month month, std::uint64_t rows, Time now);

  OldRows& rows_;
  const MonthsOf months_of_;
  Journal& journal_;
  observe::Counters& counters_;
  Time not_before_{};
  std::optional<std::chrono::sys_days> done_;  ///< the last day that is
};

/// The same day so many months earlier; the month's last where it has none.
[[nodiscard]] std::chrono::sys_days months_before(std::chrono::sys_days day, int months);

}  // namespace etappe::erase
