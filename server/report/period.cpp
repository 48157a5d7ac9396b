#include "server/report/period.hpp"

namespace etappe::report {
namespace {

constexpr int kWeek = 7;

// The store's Date reaches from 1970 to 2149; a comparison and its scan must fit as well.
constexpr int kFirstYear = 2000;
constexpr int kLastYear = 2100;

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Day> day_from_text(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < kFirstYear || *year > kLastYear) return std::nullopt;
  return Day{date};
}

std::string text_of(Day day) {
  const std::chrono::year_month_day date{day};
  std::string text = "0000-00-00";
  const auto put = [&text](std::size_t end, unsigned value) {
    for (; value != 0; value /= 10) text[--end] = static_cast<char>('0' + value % 10);
  };
  put(4, static_cast<unsigned>(static_cast<int>(date.year())));
  put(7, static_cast<unsigned>(date.month()));
  put(10, static_cast<unsigned>(date.day()));
  return text;
}

int comparison_shift(const Period& period) { return (period.days() + kWeek - 1) / kWeek * kWeek; }

Period shifted_back(const Period& period, int days) {
  return {period.from - std::chrono::days{days}, period.to - std::chrono::days{days}};
}

}  // namespace etappe::report
