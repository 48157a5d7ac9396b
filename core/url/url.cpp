#include "core/url/url.hpp"

#include <algorithm>

namespace etappe::url {
namespace {

constexpr auto npos = std::string_view::npos;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Cuts `text` at the first of `marks` and returns what stood before it; the mark stays with the rest.
std::string_view take_until(std::string_view& text, std::string_view marks) {
  std::size_t at = 0;
  while (at < text.size() && marks.find(text[at]) == npos) ++at;
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at);
  return head;
}

/// Takes `mark` and what follows it up to `end`, where the text begins with it; returns what followed.
std::string_view take_part(std::string_view& text, char mark, std::string_view end) {
  if (!text.starts_with(mark)) return {};
  text.remove_prefix(1);
  return take_until(text, end);
}

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

/// Reads encoded text one decoded byte at a time.
class Decoder {
 public:
  explicit Decoder(std::string_view encoded) : rest_(encoded) {}
  [[nodiscard]] bool more() const { return !rest_.empty(); }
  char next() {
    const char c = rest_[0];
    if (c == '%' && rest_.size() >= 3) {
      const int high = hex_value(rest_[1]);
      const int low = hex_value(rest_[2]);
      if (high >= 0 && low >= 0) {
        rest_.remove_prefix(3);
        return static_cast<char>(high * 16 + low);
      }
    }
    rest_.remove_prefix(1);
    return c == '+' ? ' ' : c;
  }

 private:
  std::string_view rest_;
};

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
  url.scheme = take_until(text, ":/?#");
  text.remove_prefix(std::min(text.size(), std::size_t{3}));
  std::string_view authority = take_until(text, "/?#");
  authority.remove_prefix(authority.rfind('@') + 1);
  // The colons of an IPv6 address stand inside brackets.
  const std::size_t bracket = authority.starts_with('[') ? std::min(authority.find(']'), authority.size()) : 0;
  url.host = authority.substr(0, authority.find(':', bracket));
  url.port = authority.substr(std::min(url.host.size() + 1, authority.size()));
  url.path = take_until(text, "?#");
  url.query = take_part(text, '?', "#");
  url.fragment = take_part(text, '#', {});
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
    : rest_(query), separator_(query.find('&') == npos ? ';' : '&') {}

std::optional<ParamView> QueryReader::next() {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find(separator_);
    const std::string_view piece = rest_.substr(0, end);
    rest_ = end == npos ? std::string_view{} : rest_.substr(end + 1);
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    if (equals == npos) return ParamView{piece, {}};
    return ParamView{piece.substr(0, equals), piece.substr(equals + 1)};
  }
  return std::nullopt;
}

std::optional<std::string_view> find_param(std::string_view query, std::string_view name) {
  QueryReader reader(query);
  while (const auto param = reader.next()) {
    Decoder decoder(param->name);
    std::size_t at = 0;
    while (decoder.more() && at < name.size() && decoder.next() == name[at]) ++at;
    if (at == name.size() && !decoder.more()) return param->value;
  }
  return std::nullopt;
}

std::string_view fragment_query(std::string_view fragment) {
  const std::size_t mark = fragment.find('?');
  return mark == npos ? fragment : fragment.substr(mark + 1);
}

bool decodes_to_ignoring_case(std::string_view encoded, std::string_view text) {
  Decoder decoder(encoded);
  for (const char c : text) {
    if (!decoder.more() || lower(decoder.next()) != lower(c)) return false;
  }
  return !decoder.more();
}

std::string_view decode(std::string_view encoded, std::span<char> out) {
  Decoder decoder(encoded);
  std::size_t used = 0;
  while (decoder.more()) {
    const char c = decoder.next();
    if (used < out.size()) {
      out[used++] = c;
      continue;
    }
    // No room for this byte: when it continues a character, that character's beginning goes too.
    if (is_continuation(c)) {
      while (used > 0 && is_continuation(out[used - 1])) --used;
      if (used > 0) --used;
    }
    break;
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
