#include "server/collect/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "core/url/url.hpp"

namespace etappe::collect {

namespace {

// Names are compared whole and ignoring case, after decoding. `code`, `key` and `sid` are not here: shops use
// them for vouchers, articles and sub ids.
constexpr std::array<std::string_view, 24> kSecretNames = {
    "token",      "access_token", "refresh_token", "id_token",  "auth_token",    "csrf_token",
    "xsrf_token", "reset_token",  "auth",          "authtoken", "authorization", "password",
    "passwd",     "pwd",          "pass",          "passwort",  "secret",        "client_secret",
    "api_key",    "apikey",       "jwt",           "phpsessid", "jsessionid",    "sessionid"};
constexpr std::array<std::string_view, 8> kEmailNames = {
    "email", "e-mail", "mail", "e_mail", "user_email", "emailaddress", "email_address", "usermail"};
constexpr std::array<std::string_view, 10> kPhoneNames = {
    "phone", "tel", "telephone",   "telefon",      "mobile",
    "handy", "fax", "phonenumber", "phone_number", "telefonnummer"};

template <std::size_t N>
bool is_one_of(std::string_view encoded_name, const std::array<std::string_view, N>& names) {
  return std::ranges::any_of(
      names, [&](std::string_view name) { return url::decodes_to_ignoring_case(encoded_name, name); });
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Of the part before the @, percent-encoded or not. Bytes of other alphabets count: addresses may have them.
bool is_local_char(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view(".!$'*+-_`|~%").find(c) != std::string_view::npos;
}
bool is_domain_char(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

struct Range {
  std::size_t begin;
  std::size_t end;
};

/// How many bytes at `at` mean '@': 1, 3 for %40, 5 for %2540 (encoded twice); 0 when they do not.
std::size_t at_sign(std::string_view text, std::size_t at) {
  if (text[at] == '@') return 1;
  if (text.substr(at).starts_with("%40")) return 3;
  if (text.substr(at).starts_with("%2540")) return 5;
  return 0;
}

/// The end of a host name with a dot and a top-level domain of two letters at least, or `begin`.
std::size_t domain_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && is_domain_char(text[end])) ++end;
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  const std::string_view domain = text.substr(begin, end - begin);
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return begin;
  const std::string_view top = domain.substr(dot + 1);
  const bool is_name = top.size() >= 2 && std::ranges::none_of(top, is_digit);
  return is_name ? end : begin;
}

std::optional<Range> find_email(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] != '@' && text[at] != '%') continue;
    const std::size_t width = at_sign(text, at);
    if (width == 0) continue;
    std::size_t begin = at;
    while (begin > from && is_local_char(text[begin - 1])) --begin;
    const std::size_t end = domain_end(text, at + width);
    if (begin < at && end > at + width) return Range{begin, end};
  }
  return std::nullopt;
}

/// Three parts of base64url, the first of which encodes `{"`: RFC 7519.
std::optional<Range> find_jwt(std::string_view text, std::size_t from) {
  constexpr std::size_t kShortestPart = 8;
  for (std::size_t begin = text.find("eyJ", from); begin != std::string_view::npos;
       begin = text.find("eyJ", begin + 3)) {
    std::size_t end = begin;
    std::size_t parts = 0;
    while (parts < 3) {
      const std::size_t part = end;
      while (end < text.size() &&
             (is_letter(text[end]) || is_digit(text[end]) || text[end] == '-' || text[end] == '_')) {
        ++end;
      }
      if (end - part < kShortestPart) break;
      ++parts;
      if (parts < 3 && (end == text.size() || text[end++] != '.')) break;
    }
    if (parts == 3) return Range{begin, end};
  }
  return std::nullopt;
}

/// Whether there is anything to look at closer: most addresses and titles have none of this.
bool is_suspect(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '@':
      case '%':
      case '?':
      case '#': return true;
      case 'e':
        if (text.substr(at).starts_with("eyJ")) return true;
        break;
      default: break;
    }
  }
  return false;
}

/// The mark for a value that must not stay, judged by its look; empty when it may.
std::string_view mark_for(std::string_view value) {
  if (find_email(value, 0)) return kEmailMark;
  if (find_jwt(value, 0)) return kSecretMark;
  return {};
}

std::string_view mark_for_name(std::string_view name) {
  if (is_one_of(name, kSecretNames)) return kSecretMark;
  if (is_one_of(name, kEmailNames)) return kEmailMark;
  if (is_one_of(name, kPhoneNames)) return kPhoneMark;
  return {};
}

void append_segments(std::string& out, std::string_view path) {
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const std::string_view mark = mark_for(segment);
    out += mark.empty() ? segment : mark;
    if (slash == std::string_view::npos) return;
    out += '/';
    path.remove_prefix(slash + 1);
  }
}

void append_params(std::string& out, std::string_view query) {
  const char separator = query.find('&') == std::string_view::npos ? ';' : '&';
  for (;;) {
    const std::size_t end = query.find(separator);
    const std::string_view piece = query.substr(0, end);
    const std::size_t equals = piece.find('=');
    const std::string_view name = piece.substr(0, equals);
    if (equals == std::string_view::npos) {
      const std::string_view mark = mark_for(piece);
      out += mark.empty() ? piece : mark;
    } else {
      const std::string_view value = piece.substr(equals + 1);
      const std::string_view by_name = value.empty() ? std::string_view() : mark_for_name(name);
      const std::string_view mark = by_name.empty() ? mark_for(value) : by_name;
      const std::string_view name_mark = mark_for(name);
      out += name_mark.empty() ? name : name_mark;
      out += '=';
      out += mark.empty() ? value : mark;
    }
    if (end == std::string_view::npos) return;
    out += separator;
    query.remove_prefix(end + 1);
  }
}

void append_fragment(std::string& out, std::string_view fragment) {
  const std::size_t question = fragment.find('?');
  if (question == std::string_view::npos) {
    // `#access_token=…` is a list of parameters, `#/reset/a@b.de` a path.
    return fragment.find('=') == std::string_view::npos ? append_segments(out, fragment)
                                                        : append_params(out, fragment);
  }
  append_segments(out, fragment.substr(0, question));
  out += '?';
  append_params(out, fragment.substr(question + 1));
}

std::string_view kept_if_changed(std::string_view before, std::string after, Scratch& scratch) {
  return after == before ? before : scratch.keep(std::move(after));
}

std::string_view without_nul(std::string_view text, Scratch& scratch) {
  if (text.find('\0') == std::string_view::npos) return text;
  std::string replaced;
  for (const char c : text) {
    if (c == '\0') {
      replaced += "\xEF\xBF\xBD";
    } else {
      replaced += c;
    }
  }
  return scratch.keep(std::move(replaced));
}

}  // namespace

std::string_view redact_text(std::string_view text, Scratch& scratch) {
  if (!is_suspect(text)) return text;
  std::string out;
  std::size_t done = 0;
  for (;;) {
    const auto email = find_email(text, done);
    const auto jwt = find_jwt(text, done);
    if (!email && !jwt) break;
    const bool email_first = email && (!jwt || email->begin < jwt->begin);
    const Range range = email_first ? *email : *jwt;
    out += text.substr(done, range.begin - done);
    out += email_first ? kEmailMark : kSecretMark;
    done = range.end;
  }
  if (done == 0) return text;
  out += text.substr(done);
  return scratch.keep(std::move(out));
}

std::string_view redact_value(std::string_view name, std::string_view value, Scratch& scratch) {
  if (value.empty()) return value;
  const std::string_view mark = mark_for_name(name);
  return mark.empty() ? redact_text(value, scratch) : mark;
}

std::string_view redact_url(std::string_view text, Scratch& scratch) {
  if (!is_suspect(text)) return text;
  const auto parts = url::split(text);
  if (!parts) return redact_text(text, scratch);
  // The parts are views into `text`, so that everything between them can be taken over as it stands.
  const auto offset_of = [&](std::string_view part) {
    return static_cast<std::size_t>(part.data() - text.data());
  };
  const std::size_t host_end = offset_of(parts->host) + parts->host.size();
  const std::size_t port_end = parts->port.empty() ? host_end : offset_of(parts->port) + parts->port.size();
  const std::size_t authority_end = std::max(host_end, port_end);

  std::string out(text.substr(0, offset_of(parts->scheme) + parts->scheme.size()));
  out += "://";
  out += text.substr(offset_of(parts->host), authority_end - offset_of(parts->host));
  std::string_view rest = text.substr(authority_end);
  const std::size_t hash = rest.find('#');
  const std::string_view before_hash = rest.substr(0, hash);
  const std::size_t question = before_hash.find('?');
  append_segments(out, before_hash.substr(0, question));
  if (question != std::string_view::npos) {
    out += '?';
    append_params(out, before_hash.substr(question + 1));
  }
  if (hash != std::string_view::npos) {
    out += '#';
    append_fragment(out, rest.substr(hash + 1));
  }
  return kept_if_changed(text, std::move(out), scratch);
}

void redact_event(event::EventView& event, codec::Lists& lists, Scratch& scratch) {
  const auto clean = [&](std::string_view& text) { text = without_nul(text, scratch); };
  for (std::string_view* text : {&event.url, &event.referrer, &event.title, &event.visitor, &event.session,
                                 &event.name, &event.funnel, &event.step, &event.order_id, &event.tag}) {
    clean(*text);
  }
  event.url = redact_url(event.url, scratch);
  event.referrer = redact_url(event.referrer, scratch);
  event.title = redact_text(event.title, scratch);
  event.name = redact_text(event.name, scratch);
  for (std::size_t i = 0; i < event.props.size(); ++i) {
    event::PropView& prop = lists.props[i];
    clean(prop.key);
    clean(prop.value);
    prop.value = redact_value(prop.key, prop.value, scratch);
    prop.key = redact_text(prop.key, scratch);
  }
  for (std::size_t i = 0; i < event.items.size(); ++i) {
    event::ItemView& item = lists.items[i];
    clean(item.id);
    clean(item.name);
    item.name = redact_text(item.name, scratch);
  }
}

}  // namespace etappe::collect
