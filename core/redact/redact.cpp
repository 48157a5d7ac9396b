#include "core/redact/redact.hpp"

#include <cstddef>
#include <cstdint>

namespace etappe::redact {
namespace {

// This is compiled into every visitor's page. In WebAssembly a pair of pointers is two numbers while a
// string_view is memory to write and read, so everything below the three public functions works on ranges
// [at, end).
using Place = const char*;

enum Mark : unsigned { kNone, kSecret, kEmail, kPhone };
constexpr char kMarks[][11] = {"", "[redacted]", "[email]", "[phone]"};

// Names, one a line, in the form of site rules; after an empty line they are the next mark's. `code`, `key`,
// `sid`, `link_token` and the like are not here: shops and networks use them for vouchers, articles, sub ids
// and clicks.
constexpr std::string_view kNames =
    "token\naccess_token\naccesstoken\nrefresh_token\nid_token\nauth_token\nauthtoken\n"
    "csrf_token\nxsrf_token\nreset_token\nreset_password_token\nconfirmation_token\n"
    "login_token\nsession_token\nauth\nauthorization\npwd\npass\notp\napi_key\napikey\njwt\n"
    "*password\n*passwd\n*passwort\n*secret\n*sessid\n*sessionid\n*session_id\n"
    "iban\ncardnumber\ncard_number\ncvc\n"
    "\n"
    "mail\ne-mail\ne_mail\nusermail\n*email\nemailaddress\nemail_address\n"
    "\n"
    "phone\ntel\ntelephone\ntelefon\nmobile\nhandy\nfax\nphonenumber\nphone_number\n"
    "telefonnummer\nmobilnummer";
/// By how many marks an empty line moves on.
constexpr unsigned kDefaults = 1;
constexpr unsigned kRules = 0;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_one_of(char c, Place chars) {
  while (*chars != '\0' && *chars != c) ++chars;
  return *chars != '\0';
}
char folded(char c) { return c == '+' ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
bool is_word_char(char c) {
  return is_digit(c) || static_cast<unsigned char>((c | 0x20) - 'a') < 26 || c == '-';
}
/// Bytes of other alphabets count: addresses may have them.
bool is_domain_char(char c) { return is_word_char(c) || c == '.' || (c & 0x80) != 0; }

Place find_char(Place at, Place end, char wanted) {
  while (at != end && *at != wanted) ++at;
  return at;
}

/// The value of a hexadecimal digit, or more than 15.
unsigned hex_value(char c) {
  const auto letter = static_cast<unsigned char>((c | 0x20) - 'a');
  return is_digit(c) ? static_cast<unsigned>(c - '0') : letter + 10U;
}

/// One character: its decoded value in the low 8 bits, above them how many bytes it takes. An escape may be
/// encoded several times over: %40, %2540, %252540.
std::size_t read(Place at, Place end) {
  const Place begin = at;
  std::size_t value = static_cast<unsigned char>(*at++);
  while (value == '%' && end - at >= 2 && hex_value(at[0]) < 16 && hex_value(at[1]) < 16) {
    value = hex_value(at[0]) * 16 + hex_value(at[1]);
    at += 2;
  }
  if (value == '%') at = begin + 1;
  return static_cast<std::size_t>(at - begin) << 8U | value;
}

char char_of(std::size_t read) { return static_cast<char>(read); }

/// Decoded, ASCII case aside; a '+' is a space. The bracket that ends `user[password]` does not count.
bool is_same(Place name, Place name_end, Place rule, Place rule_end) {
  while (name != name_end) {
    const std::size_t one = read(name, name_end);
    const std::size_t other = rule == rule_end ? ']' : read(rule, rule_end);
    if (folded(char_of(one)) != folded(char_of(other))) return false;
    name += one >> 8U;
    rule += other >> 8U;
  }
  return rule == rule_end;
}

/// The mark for whatever has this name, by one list: kSecret for its first names, `step` further after an
/// empty line.
unsigned mark_for_name(Place rule, Place rules_end, unsigned step, Place name, Place name_end) {
  unsigned mark = kSecret;
  while (rule != rules_end) {
    const Place rule_end = find_char(rule, rules_end, '\n');
    if (rule == rule_end) mark += step;
    const bool is_ending = *rule == '*';
    rule += is_ending;
    for (Place at = name; at != name_end; ++at) {
      if (is_same(at, name_end, rule, rule_end)) return mark;
      if (!is_ending) break;
    }
    rule = rule_end + (rule_end != rules_end);
  }
  return kNone;
}

/// A plus and 8 digits at least, with nothing but separators between them.
bool is_phone_number(Place at, Place end) {
  unsigned digits = 0;
  for (bool is_first = true; at != end; is_first = false) {
    const std::size_t one = read(at, end);
    at += one >> 8U;
    if (is_digit(char_of(one)) && !is_first) {
      ++digits;
    } else if (!is_one_of(char_of(one), is_first ? "+" : "+-/() ")) {
      return false;
    }
  }
  return digits >= 8;
}

bool is_web_address(Place at, Place end) {
  return end - at > 4 && at[0] == 'h' && at[1] == 't' && at[2] == 't' && at[3] == 'p';
}

enum class What : std::uint8_t { address, text, value };

/// Writes what may stay of one text.
class Writing {
 public:
  Writing(Place rules, Place rules_end, char* out, char* out_end)
      : rules_(rules), rules_end_(rules_end), out_(out), out_end_(out_end) {}

  /// The end of what was written, or nullptr when nothing had to change.
  char* run(What what, Place name, Place name_end, Place at, Place end) {
    const unsigned mark = at == end ? kNone : mark_for(name, name_end);
    if (mark != kNone) {
      replace(at, end, mark);
    } else if (what == What::address || (what == What::value && is_web_address(at, end))) {
      address(at, end);
    } else {
      text(at, end);
    }
    return changed_ ? out_ : nullptr;
  }

 private:
  /// The first e-mail address or JSON web token in a range: its mark; found_ and found_end_ say where it is.
  /// A token is three parts of base64url, the first of which encodes `{"`: RFC 7519.
  unsigned find(Place from, Place end) {
    Place no_token_before = from;
    std::size_t one = 0;
    for (Place at = from; at != end; at += one >> 8U) {
      one = read(at, end);
      Place next = at + (one >> 8U);
      Place begin = at;
      if (char_of(one) == '@') {
        // A domain with a dot and behind one at least two bytes that are no digits.
        bool has_dot = false;
        int label = 0;
        Place domain_end = nullptr;
        while (next != end) {
          const std::size_t other = read(next, end);
          const char c = char_of(other);
          if (!is_domain_char(c)) break;
          next += other >> 8U;
          has_dot = has_dot || c == '.';
          label = c == '.' ? 0 : is_digit(c) ? -256 : label + 1;
          if (has_dot && label >= 2 && c != '-') domain_end = next;
        }
        if (domain_end == nullptr) continue;
        while (begin != from && (is_domain_char(begin[-1]) || is_one_of(begin[-1], "!$'*+_`|~%"))) --begin;
        found_ = begin;
        found_end_ = domain_end;
        if (begin != at) return kEmail;
      } else if (char_of(one) == 'e' && end - at > 2 && at[1] == 'y' && at[2] == 'J' &&
                 at >= no_token_before) {
        for (unsigned parts = 1;; ++parts) {
          unsigned length = 0;
          std::size_t other = 0;
          while (begin != end &&
                 (other = read(begin, end), is_word_char(char_of(other)) || char_of(other) == '_')) {
            begin += other >> 8U;
            ++length;
          }
          // What begins within a part that ends no token ends none either.
          if (parts == 1) no_token_before = begin;
          found_ = at;
          found_end_ = begin;
          if (length < 8) break;
          if (parts == 3) return kSecret;
          if (begin == end || char_of(other) != '.') break;
          begin += other >> 8U;
        }
      }
    }
    return kNone;
  }

  void text(Place at, Place end) {
    while (const unsigned mark = find(at, end)) {
      copy(at, found_);
      replace(found_, found_end_, mark);
      at = found_end_;
    }
    copy(at, end);
  }

  void address(Place at, Place end) {
    Place rest = at;
    while (rest != end && is_domain_char(*rest)) ++rest;
    rest = rest != end && *rest == ':' ? rest + 1 : at;
    const bool has_host = end - rest >= 2 && rest[0] == '/' && rest[1] == '/';
    if (has_host) rest += 2;
    text(at, rest);
    Place host = rest;
    at = rest;
    while (has_host && rest != end && !is_one_of(*rest, "/?#")) {
      if (*rest++ == '@') host = rest;
    }
    if (host != at) changed_ = true;
    text(host, rest);

    const Place hash = find_char(rest, end, '#');
    path_and_query(rest, hash);
    if (hash == end) return;
    copy(hash, hash + 1);
    rest = hash + 1;
    // `#access_token=…` is a list of parameters, `#/reset/a@b.de` a path.
    if (find_char(rest, end, '?') == end && find_char(rest, end, '=') != end) return params(rest, end);
    path_and_query(rest, end);
  }

  [[nodiscard]] unsigned mark_for(Place name, Place name_end) const {
    // A name that has been replaced, as by the tracker, says nothing of its value.
    if (name == name_end || *name == '[') return kNone;
    const unsigned mark = mark_for_name(rules_, rules_end_, kRules, name, name_end);
    return mark != kNone
               ? mark
               : mark_for_name(kNames.data(), kNames.data() + kNames.size(), kDefaults, name, name_end);
  }

  /// The mark in place of a range, or the range when there is none.
  void replace(Place at, Place end, unsigned mark) {
    if (mark == kNone) return copy(at, end);
    const Place text = kMarks[mark];
    const Place text_end = find_char(text, nullptr, '\0');
    if (!is_same(at, end, text, text_end)) changed_ = true;
    copy(text, text_end);
  }

  void copy(Place at, Place end) {
    if (end - at > out_end_ - out_) out_end_ = out_;
    while (at != end && out_ != out_end_) *out_++ = *at++;
  }

  void by_look(Place at, Place end) { replace(at, end, find(at, end)); }

  void path_and_query(Place at, Place end) {
    const Place question = find_char(at, end, '?');
    segments(at, question);
    if (question == end) return;
    copy(question, question + 1);
    params(question + 1, end);
  }

  void segments(Place at, Place end) {
    const std::uint32_t hidden = hidden_segments(at, end);
    for (std::uint32_t bit = 1;; bit = after(bit)) {
      const Place stop = find_char(at, end, '/');
      if ((hidden & bit) != 0 && at != stop) {
        replace(at, stop, kSecret);
      } else {
        const Place head = find_char(at, stop, ';');
        by_look(at, head);
        if (head != stop) {
          copy(head, head + 1);
          params(head + 1, stop);
        }
      }
      if (stop == end) return;
      copy(stop, stop + 1);
      at = stop + 1;
    }
  }

  void params(Place at, Place end) {
    const char separator = find_char(at, end, '&') == end ? ';' : '&';
    for (;;) {
      const Place stop = find_char(at, end, separator);
      const Place equals = find_char(at, stop, '=');
      by_look(at, equals);
      if (equals != stop) {
        copy(equals, equals + 1);
        const Place value = equals + 1;
        unsigned mark = value == stop ? kNone : mark_for(at, equals);
        if (mark == kNone) mark = find(value, stop);
        if (mark == kNone && is_phone_number(value, stop)) mark = kPhone;
        replace(value, stop, mark);
      }
      if (stop == end) return;
      copy(stop, stop + 1);
      at = stop + 1;
    }
  }

  /// The bit of the next segment. From the 32nd on all share one: too much is hidden there rather than too
  /// little.
  static std::uint32_t after(std::uint32_t bit) { return bit << 1U == 0 ? bit : bit << 1U; }

  /// Which segments of a path the rules replace, as bits.
  [[nodiscard]] std::uint32_t hidden_segments(Place path, Place end) const {
    std::uint32_t hidden = 0;
    for (Place rule = rules_; rule != rules_end_;) {
      const Place rule_end = find_char(rule, rules_end_, '\n');
      if (*rule == '/') {
        std::uint32_t matched = 0;
        Place segment = path;
        for (std::uint32_t bit = 1;; bit = after(bit)) {
          const Place wanted_end = find_char(rule, rule_end, '/');
          const Place segment_end = find_char(segment, end, '/');
          if (*rule == '*' && wanted_end - rule == 1) {
            matched |= bit;
          } else if (!is_same(segment, find_char(segment, segment_end, ';'), rule, wanted_end)) {
            break;
          }
          if (rule_end - wanted_end <= 1) {
            hidden |= matched;
            break;
          }
          if (segment_end == end) break;
          rule = wanted_end + 1;
          segment = segment_end + 1;
        }
      }
      rule = rule_end + (rule_end != rules_end_);
    }
    return hidden;
  }

  Place rules_;
  Place rules_end_;
  char* out_;
  char* out_end_;
  Place found_ = nullptr;  // by find()
  Place found_end_ = nullptr;
  bool changed_ = false;
};

std::string_view redact(What what, Place name, std::size_t name_size, Place text, std::size_t size,
                        Place rules, std::size_t rules_size, char* out, std::size_t room) {
  Writing writing(rules, rules + rules_size, out, out + room);
  const char* const end = writing.run(what, name, name + name_size, text, text + size);
  return end == nullptr ? std::string_view(text, size)
                        : std::string_view(out, static_cast<std::size_t>(end - out));
}

}  // namespace

std::string_view redact_url(std::string_view url, RulesView rules, std::span<char> out) {
  return redact(What::address, nullptr, 0, url.data(), url.size(), rules.text.data(), rules.text.size(),
                out.data(), out.size());
}

std::string_view redact_text(std::string_view text, std::span<char> out) {
  return redact(What::text, nullptr, 0, text.data(), text.size(), nullptr, 0, out.data(), out.size());
}

std::string_view redact_value(std::string_view name, std::string_view value, RulesView rules,
                              std::span<char> out) {
  return redact(What::value, name.data(), name.size(), value.data(), value.size(), rules.text.data(),
                rules.text.size(), out.data(), out.size());
}

}  // namespace etappe::redact
