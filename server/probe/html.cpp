#include "server/probe/html.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/url/url.hpp"

namespace etappe::probe {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxPolicies = 16;
constexpr std::size_t kMaxValueBytes = 8192;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Elements whose content is text up to their end tag.
constexpr std::array<std::string_view, 8> kTextElements = {"script", "style",    "textarea", "title",
                                                           "xmp",    "noscript", "iframe",   "noframes"};

/// The few references that addresses and policies are written with; every other one stays as it is.
std::string resolved(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
      {{"amp;", '&'}, {"quot;", '"'}, {"apos;", '\''}, {"lt;", '<'}, {"gt;", '>'}}};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t mark = text.find('&');
    out += text.substr(0, mark);
    if (mark == npos) break;
    text.remove_prefix(mark + 1);
    const auto named =
        std::ranges::find_if(kNamed, [&](const auto& one) { return text.starts_with(one.first); });
    if (named != kNamed.end()) {
      out += named->second;
      text.remove_prefix(named->first.size());
      continue;
    }
    const std::size_t end = text.substr(0, 9).find(';');
    unsigned code = 0;
    if (text.starts_with('#') && end != npos) {
      const bool is_hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
      const std::string_view digits = text.substr(is_hex ? 2 : 1, end - (is_hex ? 2 : 1));
      const auto [last, problem] =
          std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hex ? 16 : 10);
      if (problem != std::errc() || last != digits.data() + digits.size()) code = 0;
    }
    if (code >= 0x20 && code < 0x7F) {
      out += static_cast<char>(code);
      text.remove_prefix(end + 1);
    } else {
      out += '&';
    }
  }
  return out;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

class Scanner {
 public:
  explicit Scanner(std::string_view html) : rest_(html) {}

  Elements run() {
    while (rest_.size() > 1) {
      const std::size_t mark = rest_.find('<');
      if (mark == npos) break;
      rest_.remove_prefix(mark + 1);
      markup();
    }
    return std::move(found_);
  }

 private:
  struct AttributeView {
    std::string_view name;
    std::string_view value;
  };
  struct Wanted {
    std::string_view src, nonce, http_equiv, content, href;
  };

  void skip(std::string_view end) {
    const std::size_t at = rest_.find(end);
    rest_ = at == npos ? std::string_view() : rest_.substr(at + end.size());
  }

  /// Behind a '<'.
  void markup() {
    if (rest_.starts_with("!--")) {
      rest_.remove_prefix(3);
      // <!--> and <!---> are comments that are over already.
      if (rest_.starts_with('>') || rest_.starts_with("->")) return skip(">");
      return skip("-->");
    }
    if (rest_.starts_with('!') || rest_.starts_with('?') || rest_.starts_with('/')) return skip(">");
    if (rest_.empty() || !is_letter(rest_[0])) return;
    const std::string_view name = take_while([](char c) { return !is_space(c) && c != '/' && c != '>'; });
    Wanted wanted;
    while (const auto attribute = next_attribute()) keep(wanted, *attribute);
    element(name, wanted);
  }

  template <class Predicate>
  std::string_view take_while(Predicate holds) {
    std::size_t size = 0;
    while (size < rest_.size() && holds(rest_[size])) ++size;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  /// Nothing at the tag's end, which it takes.
  std::optional<AttributeView> next_attribute() {
    take_while([](char c) { return is_space(c) || c == '/'; });
    if (rest_.empty()) return std::nullopt;
    if (rest_[0] == '>') {
      rest_.remove_prefix(1);
      return std::nullopt;
    }
    AttributeView attribute;
    // A leading '=' is part of the name.
    const char* const begin = rest_.data();
    rest_.remove_prefix(1);
    take_while([](char c) { return !is_space(c) && c != '/' && c != '>' && c != '='; });
    attribute.name = {begin, static_cast<std::size_t>(rest_.data() - begin)};
    take_while(is_space);
    if (!rest_.starts_with('=')) return attribute;
    rest_.remove_prefix(1);
    take_while(is_space);
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      const char quote = rest_[0];
      rest_.remove_prefix(1);
      attribute.value = take_while([quote](char c) { return c != quote; });
      if (!rest_.empty()) rest_.remove_prefix(1);
    } else {
      attribute.value = take_while([](char c) { return !is_space(c) && c != '>'; });
    }
    return attribute;
  }

  /// Of a repeated attribute the first counts.
  static void keep(Wanted& wanted, const AttributeView& attribute) {
    const auto set = [&](std::string_view name, std::string_view& into) {
      if (into.data() == nullptr && url::equal_ignoring_case(attribute.name, name))
        into = attribute.value.data() == nullptr ? std::string_view("")
                                                 : attribute.value.substr(0, kMaxValueBytes);
    };
    set("src", wanted.src);
    set("nonce", wanted.nonce);
    set("http-equiv", wanted.http_equiv);
    set("content", wanted.content);
    set("href", wanted.href);
  }

  void element(std::string_view name, const Wanted& wanted) {
    const auto is = [name](std::string_view other) { return url::equal_ignoring_case(name, other); };
    const bool is_text = std::ranges::any_of(kTextElements, is);
    const std::string_view text = is_text ? text_until_end_of(name) : std::string_view();
    if (is("script") && found_.scripts.size() < kMaxScripts) {
      found_.scripts.push_back({trimmed(resolved(wanted.src)), resolved(wanted.nonce),
                                std::string(wanted.src.empty() ? text.substr(0, kMaxInlineBytes) : "")});
    }
    if (is("meta") && url::equal_ignoring_case(wanted.http_equiv, "content-security-policy") &&
        found_.policies.size() < kMaxPolicies)
      found_.policies.push_back(resolved(wanted.content));
    if (is("base") && found_.base.empty()) found_.base = trimmed(resolved(wanted.href));
  }

  std::string_view text_until_end_of(std::string_view name) {
    std::size_t at = 0;
    for (;;) {
      at = rest_.find("</", at);
      if (at == npos) {
        const std::string_view text = rest_;
        rest_ = {};
        return text;
      }
      const std::string_view end = rest_.substr(at + 2);
      const bool is_end = end.size() >= name.size() &&
                          url::equal_ignoring_case(end.substr(0, name.size()), name) &&
                          (end.size() == name.size() || is_space(end[name.size()]) ||
                           end[name.size()] == '/' || end[name.size()] == '>');
      if (is_end) break;
      at += 2;
    }
    const std::string_view text = rest_.substr(0, at);
    rest_.remove_prefix(at);
    return text;
  }

  std::string_view rest_;
  Elements found_;
};

}  // namespace

Elements elements_of(std::string_view html) { return Scanner(html).run(); }

}  // namespace etappe::probe
