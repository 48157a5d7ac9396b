#include "server/collect/id_cookie.hpp"

#include <algorithm>
#include <array>

#include "core/event/event.hpp"
#include "core/url/url.hpp"

namespace etappe::collect {

namespace {

constexpr std::string_view kNamePrefix = "etappe_id_";
constexpr std::string_view kLifeSeconds = "34128000";
constexpr std::size_t kMaxPrefixBytes = 128;

bool is_word_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

bool is_path_char(char c) { return is_word_char(c) || c == '/' || c == '.'; }

/// The host of a Host header: without port.
std::string host_of(std::string_view host) {
  // The parts are views, so the text has to outlive them.
  const std::string address = "http://" + std::string(host);
  const auto parts = url::split(address);
  const bool is_bare = parts && parts->path.empty() && parts->query.empty() && parts->fragment.empty() &&
                       host.find('@') == std::string_view::npos;
  return is_bare ? std::string(parts->host) : std::string();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string set_cookie(std::string_view site_key, std::string_view value, std::string_view path,
                       std::string_view seconds, std::string_view origin) {
  constexpr std::string_view kSecureScheme = "https:";
  std::string text(kNamePrefix);
  text.append(site_key).append("=").append(value);
  text.append("; Path=").append(path).append("; Max-Age=").append(seconds);
  text.append("; HttpOnly; SameSite=Lax");
  if (url::equal_ignoring_case(origin.substr(0, kSecureScheme.size()), kSecureScheme)) text += "; Secure";
  return text;
}

}  // namespace

bool shares_site(const artefact::Site& site, std::string_view origin, std::string_view host) {
  const auto page = url::split(origin);
  const std::string collector = host_of(host);
  if (!page || collector.empty()) return false;
  return std::ranges::any_of(site.domains, [&](const std::string& domain) {
    return url::host_matches(page->host, domain) && url::host_matches(collector, domain);
  });
}

bool is_cookie_id(std::string_view id) {
  return !id.empty() && id.size() <= event::kMaxIdBytes && std::ranges::all_of(id, is_word_char);
}

std::string_view id_in(std::string_view cookie, std::string_view site_key) {
  while (!cookie.empty()) {
    const std::size_t end = std::min(cookie.find(';'), cookie.size());
    std::string_view pair = trim(cookie.substr(0, end));
    cookie.remove_prefix(std::min(end + 1, cookie.size()));
    if (!pair.starts_with(kNamePrefix)) continue;
    pair.remove_prefix(kNamePrefix.size());
    if (!pair.starts_with(site_key)) continue;
    pair.remove_prefix(site_key.size());
    if (!pair.starts_with('=')) continue;
    pair.remove_prefix(1);
    if (is_cookie_id(pair)) return pair;
  }
  return {};
}

std::optional<std::string> cookie_path(std::string_view query) {
  const std::string_view encoded = url::find_param(query, "path").value_or(std::string_view());
  std::array<char, 3 * kMaxPrefixBytes> space;
  if (encoded.size() > space.size()) return std::nullopt;
  std::string_view prefix = url::decode(encoded, space);
  if (prefix.size() > kMaxPrefixBytes || !std::ranges::all_of(prefix, is_path_char)) return std::nullopt;
  if (!prefix.empty() && prefix.front() != '/') return std::nullopt;
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return std::string(prefix) + "/v1";
}

std::string cookie_with(std::string_view site_key, std::string_view id, std::string_view path,
                        std::string_view origin) {
  return set_cookie(site_key, id, path, kLifeSeconds, origin);
}

std::string expired_cookie(std::string_view site_key, std::string_view path, std::string_view origin) {
  return set_cookie(site_key, "", path, "0", origin);
}

}  // namespace etappe::collect
