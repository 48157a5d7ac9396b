#include "server/live/check_report.hpp"

#include <algorithm>
#include <charconv>

#include "core/url/url.hpp"

namespace etappe::live {

namespace {

constexpr std::size_t kMaxQueryBytes = 512;
constexpr std::size_t kMinToken = 16;
constexpr std::size_t kMaxToken = 64;
constexpr std::size_t kMaxDirective = 32;
constexpr std::uint32_t kMaxConsent = 15;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_token_char(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_token(std::string_view text) {
  return text.size() >= kMinToken && text.size() <= kMaxToken && std::ranges::all_of(text, is_token_char);
}

bool is_directive(std::string_view text) {
  return text.size() <= kMaxDirective &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || c == '-'; });
}

/// A plain decimal number of at most nine digits.
std::optional<std::uint32_t> number(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool take(CheckReport& report, std::string_view name, std::string_view value) {
  if (name == "check") {
    report.token = ShortText<64>(value);
    return is_token(value);
  }
  if (name == "engine") {
    report.engine = value == "js" ? Engine::js : Engine::wasm;
    return value == "js" || value == "wasm";
  }
  if (name == "policy") return value == "block" || value == "queue" || value == "cookieless";
  if (name == "csp") {
    report.violated = ShortText<32>(value);
    return is_directive(value);
  }
  const bool is_count = name == "events" || name == "v" || name == "consent";
  if (!is_count) return true;
  const auto count = number(value);
  if (!count || (name == "consent" && *count > kMaxConsent)) return false;
  if (name == "events") report.events = *count;
  if (name == "v") report.container = *count;
  if (name == "consent") report.consent = consent::unpack(*count);
  return true;
}

}  // namespace

std::optional<CheckReport> check_report(std::string_view query) {
  if (query.size() > kMaxQueryBytes) return std::nullopt;
  CheckReport report;
  url::QueryReader reader(query);
  while (const auto parameter = reader.next()) {
    if (!take(report, parameter->name, parameter->value)) return std::nullopt;
  }
  if (report.token.view().empty()) return std::nullopt;
  return report;
}

}  // namespace etappe::live
