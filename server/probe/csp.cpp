#include "server/probe/csp.hpp"

#include <algorithm>
#include <optional>

#include "core/url/url.hpp"

namespace etappe::probe {

namespace {

constexpr std::size_t kMaxDirectives = 64;
constexpr std::size_t kMaxSources = 256;
constexpr std::string_view kSpaces = " \t\n\r\f";

std::string_view take_word(std::string_view& text, std::string_view marks) {
  const std::size_t begin = std::min(text.find_first_not_of(marks), text.size());
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find_first_of(marks));
  text.remove_prefix(word.size());
  return word;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_keyword(std::string_view source, std::string_view keyword) {
  return url::equal_ignoring_case(source, keyword);
}

std::string_view default_port(std::string_view scheme) {
  return url::equal_ignoring_case(scheme, "https") ? "443" : "80";
}

std::string_view port_of(const url::UrlView& url) {
  return url.port.empty() ? default_port(url.scheme) : url.port;
}

/// §6.7.2.9 scheme-part match: http covers https.
bool scheme_matches(std::string_view expression, std::string_view scheme) {
  return url::equal_ignoring_case(expression, scheme) ||
         (url::equal_ignoring_case(expression, "http") && url::equal_ignoring_case(scheme, "https"));
}

/// §6.7.2.10 host-part match.
bool host_part_matches(std::string_view expression, std::string_view host) {
  if (expression == "*") return true;
  if (expression.starts_with("*.")) {
    const std::string_view tail = expression.substr(1);
    return host.size() > tail.size() &&
           url::equal_ignoring_case(host.substr(host.size() - tail.size()), tail);
  }
  return url::equal_ignoring_case(expression, host);
}

/// §6.7.2.12 path-part match.
bool path_matches(std::string_view expression, std::string_view path) {
  if (expression.empty() || expression == "/") return true;
  if (expression.ends_with('/')) return path.starts_with(expression);
  return path == expression;
}

bool host_source_matches(std::string_view source, const url::UrlView& url, const url::UrlView& page) {
  std::string_view scheme = page.scheme;
  if (const auto mark = source.find("://"); mark != std::string_view::npos) {
    scheme = source.substr(0, mark);
    source.remove_prefix(mark + 3);
  }
  if (!scheme_matches(scheme, url.scheme)) return false;
  const std::size_t slash = std::min(source.find('/'), source.size());
  std::string_view host = source.substr(0, slash);
  const std::string_view path = source.substr(slash);
  std::string_view port;
  const std::size_t host_end = host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0;
  if (const auto colon = host.find(':', host_end); colon != std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (!host_part_matches(host, url.host)) return false;
  const bool is_default = port.empty() && (url.port.empty() || url.port == default_port(url.scheme));
  // A source that names port 80 covers the same host over https.
  const bool is_upgraded = port == "80" && port_of(url) == "443";
  if (!is_default && !is_upgraded && port != "*" && port != port_of(url)) return false;
  return path_matches(path, url.path.empty() ? std::string_view("/") : url.path);
}

bool same_origin(const url::UrlView& a, const url::UrlView& b) {
  return url::equal_ignoring_case(a.host, b.host) &&
         ((url::equal_ignoring_case(a.scheme, b.scheme) && port_of(a) == port_of(b)) ||
          // 'self' of a page over http covers its own host over https, at the usual ports.
          (url::equal_ignoring_case(b.scheme, "http") && url::equal_ignoring_case(a.scheme, "https") &&
           a.port.empty() && b.port.empty()));
}

bool source_matches(std::string_view source, const url::UrlView& url, const url::UrlView& page) {
  if (source == "*") return true;
  if (source.starts_with('\'')) return is_keyword(source, "'self'") && same_origin(url, page);
  if (source.ends_with(':') && source.find('/') == std::string_view::npos)
    return scheme_matches(source.substr(0, source.size() - 1), url.scheme);
  return host_source_matches(source, url, page);
}

bool has_keyword(const std::vector<std::string>& sources, std::string_view keyword) {
  return std::ranges::any_of(sources, [&](const std::string& source) { return is_keyword(source, keyword); });
}

bool list_matches(const std::vector<std::string>& sources, std::string_view address, std::string_view page) {
  const auto url = url::split(address);
  const auto own = url::split(page);
  if (!url || !own) return false;
  return std::ranges::any_of(sources,
                             [&](const std::string& source) { return source_matches(source, *url, *own); });
}

}  // namespace

Policy::Policy(std::string_view text) {
  while (!text.empty() && directives_.size() < kMaxDirectives) {
    std::string_view part = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    Directive directive;
    directive.name = lower(take_word(part, kSpaces));
    if (directive.name.empty()) continue;
    // Of a repeated directive the first counts.
    if (std::ranges::any_of(directives_, [&](const Directive& d) { return d.name == directive.name; }))
      continue;
    for (auto source = take_word(part, kSpaces); !source.empty(); source = take_word(part, kSpaces)) {
      if (directive.sources.size() == kMaxSources) break;
      directive.sources.emplace_back(source);
    }
    directives_.push_back(std::move(directive));
  }
}

const Policy::Directive* Policy::first_of(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    for (const Directive& directive : directives_)
      if (directive.name == name) return &directive;
  }
  return nullptr;
}

bool Policy::allows_script(std::string_view url, std::string_view nonce, std::string_view page) const {
  const Directive* const directive = first_of({"script-src-elem", "script-src", "default-src"});
  if (directive == nullptr) return true;
  const bool has_nonce =
      !nonce.empty() && std::ranges::any_of(directive->sources, [&](const std::string& source) {
        return source.size() == nonce.size() + 8 &&
               is_keyword(std::string_view(source).substr(0, 7), "'nonce-") &&
               std::string_view(source).substr(7, nonce.size()) == nonce && source.back() == '\'';
      });
  if (has_nonce) return true;
  // With 'strict-dynamic' only nonces and hashes let an element of the page's own text in.
  if (has_keyword(directive->sources, "'strict-dynamic'")) return false;
  return list_matches(directive->sources, url, page);
}

bool Policy::allows_connection(std::string_view url, std::string_view page) const {
  const Directive* const directive = first_of({"connect-src", "default-src"});
  return directive == nullptr || list_matches(directive->sources, url, page);
}

bool Policy::allows_wasm() const {
  const Directive* const directive = first_of({"script-src", "default-src"});
  return directive == nullptr || has_keyword(directive->sources, "'wasm-unsafe-eval'") ||
         has_keyword(directive->sources, "'unsafe-eval'");
}

std::vector<Policy> policies_in(std::string_view header) {
  std::vector<Policy> policies;
  while (!header.empty()) {
    const std::string_view part = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), part.size() + 1));
    if (part.find_first_not_of(kSpaces) != std::string_view::npos) policies.emplace_back(part);
  }
  return policies;
}

Allowed allowed_by(const std::vector<Policy>& policies, std::string_view script_url, std::string_view nonce,
                   std::string_view collector_url, std::string_view page) {
  Allowed allowed;
  for (const Policy& policy : policies) {
    allowed.script = allowed.script && policy.allows_script(script_url, nonce, page);
    allowed.connection = allowed.connection && policy.allows_connection(collector_url, page);
    allowed.wasm = allowed.wasm && policy.allows_wasm();
  }
  return allowed;
}

}  // namespace etappe::probe
