#include "server/collect/time.hpp"

#include <algorithm>

namespace etappe::collect {

namespace {

/// Reads fixed-width digits and separators from the front.
class Digits {
 public:
  explicit Digits(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::optional<unsigned> number(std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    unsigned value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }
  /// Whether one of `any` was next; it is passed over.
  [[nodiscard]] bool take(std::string_view any) {
    if (rest_.empty() || any.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool next_is_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::milliseconds> read_fraction(Digits& digits) {
  if (!digits.take(".")) return std::chrono::milliseconds(0);
  unsigned value = 0;
  unsigned scale = 100;
  if (!digits.next_is_digit()) return std::nullopt;
  while (digits.next_is_digit()) {
    value += scale * *digits.number(1);
    scale /= 10;
  }
  return std::chrono::milliseconds(value);
}

std::optional<std::chrono::minutes> read_offset(Digits& digits) {
  if (digits.take("Zz")) return std::chrono::minutes(0);
  const bool behind = digits.front() == '-';
  if (!digits.take("+-")) return std::nullopt;
  const auto hours = digits.number(2);
  if (!hours || *hours > 23 || !digits.take(":")) return std::nullopt;
  const auto minutes = digits.number(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const auto offset = std::chrono::minutes(*hours * 60 + *minutes);
  return behind ? -offset : offset;
}

}  // namespace

std::optional<event::TimeMs> parse_rfc3339(std::string_view text) {
  Digits digits(text);
  const auto year = digits.number(4);
  if (!year || !digits.take("-")) return std::nullopt;
  const auto month = digits.number(2);
  if (!month || !digits.take("-")) return std::nullopt;
  const auto day = digits.number(2);
  if (!day || !digits.take("Tt ")) return std::nullopt;
  const auto hour = digits.number(2);
  if (!hour || *hour > 23 || !digits.take(":")) return std::nullopt;
  const auto minute = digits.number(2);
  if (!minute || *minute > 59 || !digits.take(":")) return std::nullopt;
  const auto second = digits.number(2);
  if (!second || *second > 60) return std::nullopt;
  const auto fraction = read_fraction(digits);
  if (!fraction) return std::nullopt;
  const auto offset = read_offset(digits);
  if (!offset || !digits.at_end()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const event::TimeMs time = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                             std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *fraction -
                             *offset;
  if (time < event::kMinTime || time > event::kMaxTime) return std::nullopt;
  return time;
}

event::TimeMs corrected(event::TimeMs client_time, std::optional<event::TimeMs> sent_at,
                        event::TimeMs received_at) {
  event::TimeMs time = client_time;
  if (sent_at) {
    const std::chrono::milliseconds skew = received_at - *sent_at;
    if (skew > kToleratedSkew || skew < -kToleratedSkew) time += skew;
  }
  return std::min(time, received_at);
}

}  // namespace etappe::collect
