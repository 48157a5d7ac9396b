#pragma once
// Money as the store keeps it: Decimal(18,6), exact. No doubles, no currency: who adds amounts knows their
// currency.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace etappe::report {

/// Millionths of a currency unit, wide enough for any sum of Decimal(18,6) values.
class Money {
 public:
  Money() = default;

  /// "-12.5", "129.90", "7". nullopt for anything else, more than six decimals, or more than 24 digits before
  /// the point.
  [[nodiscard]] static std::optional<Money> from_text(std::string_view text);

  /// At least two decimals, no trailing zeros beyond them: "129.90", "0.00", "774.522222".
  [[nodiscard]] std::string text() const;

  /// Divided by a count, to the nearest millionth, halves away from zero. `count` is positive.
  [[nodiscard]] Money per(std::int64_t count) const;

  Money& operator+=(Money other) {
    millionths_ += other.millionths_;
    return *this;
  }
  friend bool operator==(Money, Money) = default;

 private:
  __extension__ using Wide = __int128;
  Wide millionths_ = 0;
};

}  // namespace etappe::report
