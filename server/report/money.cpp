#include "server/report/money.hpp"

#include <algorithm>
#include <cassert>

namespace etappe::report {
namespace {

constexpr int kDecimals = 6;
constexpr std::size_t kMostWholeDigits = 24;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Money> Money::from_text(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || whole.size() > kMostWholeDigits || decimals.size() > kDecimals) return std::nullopt;
  if (point != std::string_view::npos && decimals.empty()) return std::nullopt;
  if (!std::all_of(whole.begin(), whole.end(), is_digit)) return std::nullopt;
  if (!std::all_of(decimals.begin(), decimals.end(), is_digit)) return std::nullopt;
  Wide value = 0;
  for (const char digit : whole) value = value * 10 + (digit - '0');
  for (std::size_t place = 0; place < kDecimals; ++place)
    value = value * 10 + (place < decimals.size() ? decimals[place] - '0' : 0);
  Money money;
  money.millionths_ = negative ? -value : value;
  return money;
}

std::string Money::text() const {
  Wide rest = millionths_ < 0 ? -millionths_ : millionths_;
  std::string reversed;
  int place = 0;
  for (; place < kDecimals; ++place, rest /= 10) {
    const char digit = static_cast<char>('0' + static_cast<int>(rest % 10));
    const bool trailing_zero = digit == '0' && reversed.empty() && place < kDecimals - 2;
    if (!trailing_zero) reversed.push_back(digit);
  }
  reversed.push_back('.');
  do {
    reversed.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (millionths_ < 0) reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

Money Money::per(std::int64_t count) const {
  assert(count > 0);
  const Wide half = count / 2;
  Money share;
  // An odd count has no exact half, so that adding its floor still rounds to the nearest.
  share.millionths_ = (millionths_ < 0 ? millionths_ - half : millionths_ + half) / count;
  return share;
}

}  // namespace etappe::report
