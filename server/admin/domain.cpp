#include "server/admin/domain.hpp"

#include <algorithm>

namespace etappe::admin {

bool is_domain(std::string_view domain) {
  const auto may_hold = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '_';
  };
  return !domain.empty() && domain.size() <= 253 && domain.front() != '.' && domain.back() != '.' &&
         domain.find("..") == std::string_view::npos && std::ranges::all_of(domain, may_hold) &&
         (domain.find(':') == std::string_view::npos || std::ranges::count(domain, ':') > 1);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace etappe::admin
