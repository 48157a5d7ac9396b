#include "server/enrich/clean_url.hpp"

#include <algorithm>

#include "server/enrich/params.hpp"

namespace etappe::enrich {
namespace {

/// A mark of the collector in place of a value it must not keep: `[email]`, `[phone]`, `[redacted]`.
bool is_mark(std::string_view value) {
  const std::string text = decoded(value);
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         std::all_of(text.begin() + 1, text.end() - 1, [](char c) { return c >= 'a' && c <= 'z'; });
}

class Cleaner {
 public:
  Cleaner(const NetworkTable& table, std::span<const NetworkMatch> matches)
      : table_(table), matches_(matches) {}

  std::string query(std::string_view text) const {
    const char separator =
        text.find('&') == std::string_view::npos && text.find(';') != std::string_view::npos ? ';' : '&';
    std::string out;
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, text.find(separator));
      text.remove_prefix(std::min(piece.size() + 1, text.size()));
      if (goes(piece)) continue;
      if (!out.empty()) out += separator;
      out += piece;
    }
    return out;
  }

 private:
  bool goes(std::string_view piece) const {
    const std::size_t equals = std::min(piece.find('='), piece.size());
    std::string_view name = piece.substr(0, equals);
    const std::string_view value = piece.substr(std::min(equals + 1, piece.size()));
    if (name.starts_with("%3F") || name.starts_with("%3f")) name.remove_prefix(3);
    const std::string plain = lower(decoded(name));
    if (plain.starts_with("utm_") || table_.is_personal(name) || is_mark(value)) return true;
    // By name, so that a repeated parameter goes with the one that counted.
    return std::any_of(matches_.begin(), matches_.end(), [&](const NetworkMatch& match) {
      return std::any_of(match.found.begin(), match.found.end(), [&](const url::ParamView* found) {
        return found != nullptr && lower(decoded(found->name)) == plain;
      });
    });
  }
  const NetworkTable& table_;
  std::span<const NetworkMatch> matches_;
};

}  // namespace

std::string clean_url(std::string_view url, const NetworkTable& table,
                      std::span<const NetworkMatch> matches) {
  const Cleaner cleaner(table, matches);
  const std::size_t hash = std::min(url.find('#'), url.size());
  const std::string_view before = url.substr(0, hash);
  const std::size_t mark = std::min(before.find('?'), before.size());
  std::string out(before.substr(0, mark));
  if (mark < before.size())
    if (const std::string query = cleaner.query(before.substr(mark + 1)); !query.empty()) out += '?' + query;
  if (hash == url.size()) return out;
  const std::string_view fragment = url.substr(hash + 1);
  const std::string_view params = url::fragment_query(fragment);
  if (params.find('=') == std::string_view::npos) return out.append(url.substr(hash));
  std::string_view route = fragment.substr(0, fragment.size() - params.size());
  const std::string kept = cleaner.query(params);
  if (kept.empty() && route.ends_with('?')) route.remove_suffix(1);
  if (!route.empty() || !kept.empty()) out.append("#").append(route).append(kept);
  return out;
}

}  // namespace etappe::enrich
