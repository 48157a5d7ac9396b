#include "server/deliver/encoding.hpp"

#include <algorithm>

namespace etappe::deliver {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Cuts the part before the next separator off.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = trim(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

bool equal_ignoring_case(std::string_view a, std::string_view lower_case) {
  return std::ranges::equal(a, lower_case,
                            [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

/// A weight of 0 in any of its spellings: "0", "0.", "0.0", "0.00", "0.000".
bool is_zero_weight(std::string_view parameter) {
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
  return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
}

/// What the header says of one coding.
enum class Said : std::uint8_t { nothing, yes, no };

Said said_of(std::string_view header, std::string_view coding) {
  while (!header.empty()) {
    std::string_view entry = take(header, ',');
    if (!equal_ignoring_case(take(entry, ';'), coding)) continue;
    while (!entry.empty()) {
      if (is_zero_weight(take(entry, ';'))) return Said::no;
    }
    return Said::yes;
  }
  return Said::nothing;
}

}  // namespace

Encoding choose(std::string_view accept_encoding, Offers offers) {
  const Said any = said_of(accept_encoding, "*");
  const auto takes = [&](std::string_view coding) {
    const Said said = said_of(accept_encoding, coding);
    return (said == Said::nothing ? any : said) == Said::yes;
  };
  if (offers.br && takes("br")) return Encoding::br;
  if (offers.gzip && takes("gzip")) return Encoding::gzip;
  return Encoding::identity;
}

bool matches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view entry = take(if_none_match, ',');
    if (entry == "*") return true;
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (entry == etag) return true;
  }
  return false;
}

}  // namespace etappe::deliver
