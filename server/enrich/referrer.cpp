#include "server/enrich/referrer.hpp"

#include <algorithm>

#include "server/enrich/params.hpp"

namespace etappe::enrich {
namespace {

std::optional<PlaceKind> kind_named(std::string_view name) {
  if (name == "search") return PlaceKind::search;
  if (name == "social") return PlaceKind::social;
  if (name == "video") return PlaceKind::video;
  if (name == "shopping") return PlaceKind::shopping;
  if (name == "ai") return PlaceKind::ai;
  if (name == "email") return PlaceKind::email;
  if (name == "payment") return PlaceKind::payment;
  return std::nullopt;
}

/// Whether what follows the name of `google.*` looks like a public ending: `de`, `com`, `co.uk`, `com.br`.
bool is_public_ending(std::string_view rest) {
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos) return rest.size() >= 2 && rest.size() <= 3;
  const std::string_view second = rest.substr(0, dot), top = rest.substr(dot + 1);
  return (second == "co" || second == "com" || second == "org" || second == "net") && top.size() == 2;
}

}  // namespace

Result<ReferrerTable, TableError> ReferrerTable::make(const NamedText& file) {
  ReferrerTable table;
  table.text_.assign(file.text.begin(), file.text.end());
  std::string_view rest(table.text_.data(), table.text_.size());
  for (unsigned line_number = 1; !rest.empty(); ++line_number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    const auto kind = second == std::string_view::npos
                          ? std::nullopt
                          : kind_named(line.substr(first + 1, second - first - 1));
    if (!kind || first == 0)
      return fail(TableError{std::string(file.name), "line " + std::to_string(line_number) + " is no row"});
    table.places_.emplace(line.substr(0, first), Place{*kind, line.substr(second + 1)});
  }
  return table;
}

const Place* ReferrerTable::find(const std::string& key) const {
  const auto found = places_.find(key);
  return found == places_.end() ? nullptr : &found->second;
}

Place ReferrerTable::of_host(std::string_view host) const {
  if (const Place* exact = find(std::string(host))) return *exact;
  const std::size_t dot = host.find('.');
  if (dot != std::string_view::npos && is_public_ending(host.substr(dot + 1)))
    if (const Place* any = find(std::string(host.substr(0, dot)) + ".*")) return *any;
  // `images.google.de` is the key `images.google.*`.
  if (dot != std::string_view::npos) {
    const std::size_t next = host.find('.', dot + 1);
    if (next != std::string_view::npos && is_public_ending(host.substr(next + 1)))
      if (const Place* any = find(std::string(host.substr(0, next)) + ".*")) return *any;
  }
  for (std::string_view rest = host; !rest.empty();) {
    if (const Place* domain = find('.' + std::string(rest))) return *domain;
    const std::size_t next = rest.find('.');
    rest.remove_prefix(next == std::string_view::npos ? rest.size() : next + 1);
  }
  return {};
}

Place ReferrerTable::of_source(std::string_view source) const {
  std::string key = lower(source);
  if (key.starts_with("www.")) key.erase(0, 4);
  return of_host(key);
}

std::string referrer_host(std::string_view referrer) {
  constexpr std::string_view kApp = "android-app://";
  if (url::equal_ignoring_case(referrer.substr(0, kApp.size()), kApp))
    return lower(referrer.substr(0, referrer.find('/', kApp.size())));
  const auto url = url::split(referrer);
  if (!url) return {};
  std::string host = lower(url->host);
  if (host.ends_with('.')) host.pop_back();
  if (host.starts_with("www.")) host.erase(0, 4);
  return host;
}

}  // namespace etappe::enrich
