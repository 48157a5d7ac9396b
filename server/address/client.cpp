#include "server/address/client.hpp"

#include <algorithm>

namespace etappe::address {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view client_of(std::string_view peer, std::string_view forwarded, const Ranges& trusted) {
  std::string_view client = peer;
  while (contain(trusted, client)) {
    if (forwarded.empty()) break;
    const std::size_t comma = forwarded.rfind(',');
    const bool is_last = comma == std::string_view::npos;
    client = trimmed(is_last ? forwarded : forwarded.substr(comma + 1));
    forwarded = is_last ? std::string_view() : forwarded.substr(0, comma);
  }
  return bytes_of(client) ? client : std::string_view();
}

std::string region_of(std::string_view peer, std::string_view header, const Front& front) {
  const bool is_told = !front.region_header.empty() && contain(front.trusted, peer);
  return is_told ? region_from(header) : std::string();
}

std::string region_from(std::string_view header) {
  std::string region(trimmed(header));
  for (char& c : region)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const std::string_view country = std::string_view(region).substr(0, region.find('-'));
  const std::string_view part = std::string_view(region).substr(country.size());
  const bool is_country = country.size() == 2 && std::ranges::all_of(country, is_letter) && country != "XX";
  const bool is_part =
      part.empty() ||
      (part.size() >= 2 && part.size() <= 4 &&
       std::ranges::all_of(part.substr(1), [](char c) { return is_letter(c) || is_digit(c); }));
  return is_country && is_part ? region : std::string();
}

}  // namespace etappe::address
