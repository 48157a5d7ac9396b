#include "core/url/url.hpp"

#include <algorithm>

namespace etappe::url {
namespace {

constexpr auto npos = std::string_view::npos;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// What a visitor's page runs of this room works on ranges [at, end): in WebAssembly a pair of pointers is two
// numbers, while a string_view is memory to write and read.
using Place = const char*;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// The value of a hexadecimal digit, or more than 15.
unsigned hex_value(char c) {
  const auto letter = static_cast<unsigned char>((c | 0x20) - 'a');
  return is_digit(c) ? static_cast<unsigned>(c - '0') : letter + 10U;
}

Place end_of(std::string_view text) { return text.data() + text.size(); }
std::string_view between(Place at, Place end) { return {at, static_cast<std::size_t>(end - at)}; }

Place find_char(Place at, Place end, char wanted) {
  while (at != end && *at != wanted) ++at;
  return at;
}

bool is_one_of(char c, Place chars) {
  while (*chars != '\0' && *chars != c) ++chars;
  return *chars != '\0';
}

Place find_any(Place at, Place end, Place wanted) {
  while (at != end && !is_one_of(*at, wanted)) ++at;
  return at;
}

/// The place behind the mark at `at`; the end has none.
Place behind(Place at, Place end) { return at + (at != end); }

bool is_port(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return false;
  }
  return true;
}

/// What a host must not have, and what would make it ambiguous.
bool is_host(std::string_view host) {
  for (const char c : host) {
    if (static_cast<unsigned char>(c) <= 0x20 || std::string_view("<>^|\\\x7F").find(c) != npos) return false;
  }
  return !host.starts_with('[') || host.find(']') != npos;
}

/// One character: its decoded value in the low 8 bits, above them how many bytes it takes.
std::size_t read(Place at, Place end) {
  const char c = *at;
  if (c == '%' && end - at >= 3 && hex_value(at[1]) < 16 && hex_value(at[2]) < 16) {
    return 3U << 8U | hex_value(at[1]) << 4U | hex_value(at[2]);
  }
  return 1U << 8U | static_cast<unsigned char>(c == '+' ? ' ' : c);
}

char char_of(std::size_t read) { return static_cast<char>(read); }

enum class Case : std::uint8_t { exact, ignored };

bool decodes_to(std::string_view encoded, std::string_view text, Case letters) {
  Place at = encoded.data();
  const Place end = end_of(encoded);
  for (const char wanted : text) {
    if (at == end) return false;
    const std::size_t one = read(at, end);
    const char c = char_of(one);
    if (c != wanted && (letters == Case::exact || lower(c) != lower(wanted))) return false;
    at += one >> 8U;
  }
  return at == end;
}

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

std::string_view without_trailing_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

}  // namespace

std::string_view name_of(Error error) {
  switch (error) {
    case Error::empty: return "empty";
    case Error::no_scheme: return "no_scheme";
    case Error::not_http: return "not_http";
    case Error::no_host: return "no_host";
    case Error::bad_host: return "bad_host";
    case Error::bad_port: return "bad_port";
  }
  return {};
}

UrlView split_trusted(std::string_view text) {
  UrlView url;
  const Place end = end_of(text);
  Place at = find_any(text.data(), end, ":/?#");
  url.scheme = between(text.data(), at);
  at += std::min<std::ptrdiff_t>(end - at, 3);
  const Place path = find_any(at, end, "/?#");
  Place host = at;
  for (; at != path; ++at) {
    if (*at == '@') host = at + 1;
  }
  // The colons of an IPv6 address stand inside brackets.
  const bool is_bracketed = host != path && *host == '[';
  const Place colon = find_char(is_bracketed ? find_char(host, path, ']') : host, path, ':');
  url.host = between(host, colon);
  url.port = between(behind(colon, path), path);
  const Place path_end = find_any(path, end, "?#");
  const Place hash = find_char(path_end, end, '#');
  url.path = between(path, path_end);
  url.query = between(behind(path_end, hash), hash);
  url.fragment = between(behind(hash, end), end);
  return url;
}

Result<UrlView, Error> split(std::string_view text) {
  if (text.empty()) return fail(Error::empty);
  const UrlView url = split_trusted(text);
  const std::string_view behind = text.substr(url.scheme.size());
  if (url.scheme.empty() || !behind.starts_with(':')) return fail(Error::no_scheme);
  if (!equal_ignoring_case(url.scheme, "https") && !equal_ignoring_case(url.scheme, "http")) {
    return fail(Error::not_http);
  }
  if (!behind.starts_with("://") || url.host.empty()) return fail(Error::no_host);
  if (behind.substr(0, behind.find_first_of("/?#", 3)).find('\\') != npos || !is_host(url.host)) {
    return fail(Error::bad_host);
  }
  // Behind the bracket of an IPv6 address nothing but a port can stand.
  const bool is_bracketed = url.host.starts_with('[');
  if (!is_port(url.port) || (is_bracketed && !url.host.ends_with(']'))) return fail(Error::bad_port);
  return url;
}

QueryReader::QueryReader(std::string_view query)
    : at_(query.data()), end_(end_of(query)), separator_(find_char(at_, end_, '&') == end_ ? ';' : '&') {}

bool QueryReader::next(ParamView& param) {
  while (at_ != end_) {
    const Place begin = at_;
    const Place stop = find_char(begin, end_, separator_);
    at_ = behind(stop, end_);
    if (begin == stop) continue;
    const Place equals = find_char(begin, stop, '=');
    param = {between(begin, equals), between(behind(equals, stop), stop)};
    return true;
  }
  return false;
}

std::optional<std::string_view> find_param(std::string_view query, std::string_view name) {
  QueryReader reader(query);
  for (ParamView param; reader.next(param);) {
    if (decodes_to(param.name, name, Case::exact)) return param.value;
  }
  return std::nullopt;
}

std::string_view fragment_query(std::string_view fragment) {
  const Place end = end_of(fragment);
  const Place mark = find_char(fragment.data(), end, '?');
  return mark == end ? fragment : between(mark + 1, end);
}

bool decodes_to_ignoring_case(std::string_view encoded, std::string_view text) {
  return decodes_to(encoded, text, Case::ignored);
}

std::string_view decode(std::string_view encoded, std::span<char> out) {
  const Place end = end_of(encoded);
  std::size_t used = 0;
  for (Place at = encoded.data(); at != end;) {
    const std::size_t one = read(at, end);
    at += one >> 8U;
    char c = char_of(one);
    if (used == out.size()) {
      // No room for this byte: when it continues a character, that character's beginning goes too.
      while (used > 0 && is_continuation(c)) c = out[--used];
      break;
    }
    out[used++] = c;
  }
  return {out.data(), used};
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t at = 0; at < a.size(); ++at) {
    if (lower(a[at]) != lower(b[at])) return false;
  }
  return true;
}

bool host_matches(std::string_view host, std::string_view domain) {
  host = without_trailing_dot(host);
  domain = without_trailing_dot(domain);
  if (domain.empty() || host.size() < domain.size()) return false;
  const std::size_t cut = host.size() - domain.size();
  return equal_ignoring_case(host.substr(cut), domain) && (cut == 0 || host[cut - 1] == '.');
}

}  // namespace etappe::url
