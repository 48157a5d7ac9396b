#include "core/rules/number.hpp"

#include <cstdint>

namespace etappe::rules {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

/// Beyond this every double is 0 or infinite.
constexpr int kMostExponent = 400;

double scaled(double number, int exponent) {
  double power = 1;
  for (int left = exponent < 0 ? -exponent : exponent; left > 0; --left) power *= 10;
  return exponent < 0 ? number / power : number * power;
}

}  // namespace

std::optional<double> read_number(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return 0;
  const bool negative = take_sign(text);
  double number = 0;
  int exponent = 0;
  bool any = false;
  bool in_fraction = false;
  for (; !text.empty(); text.remove_prefix(1)) {
    if (text.front() == '.' && !in_fraction) {
      in_fraction = true;
    } else if (is_digit(text.front())) {
      any = true;
      number = number * 10 + (text.front() - '0');
      if (in_fraction) --exponent;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (!text.empty()) {
    if ((text.front() | 0x20) != 'e') return std::nullopt;
    text.remove_prefix(1);
    const bool down = take_sign(text);
    if (text.empty()) return std::nullopt;
    int written = 0;
    for (const char c : text) {
      if (!is_digit(c)) return std::nullopt;
      if (written < kMostExponent) written = written * 10 + (c - '0');
    }
    exponent += down ? -written : written;
  }
  number = scaled(number, exponent);
  return negative ? -number : number;
}

}  // namespace etappe::rules
