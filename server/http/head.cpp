#include "server/http/head.hpp"

#include <algorithm>
#include <array>

namespace etappe::http {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// tchar of RFC 9110, section 5.6.2.
bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_ignoring_case(std::string_view a, std::string_view lower_case) {
  return std::ranges::equal(a, lower_case, [](char x, char y) { return lower(x) == y; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Cuts the first line off; the caller has made sure that there is one.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find(kLineEnd);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + kLineEnd.size()));
  return line;
}

Result<void, HeadError> read_start_line(std::string_view line, const HeadLimits& limits, HeadView& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return fail(HeadError::bad_start_line);
  head.method = line.substr(0, first);
  if (head.method.empty() || head.method.size() > 16 ||
      !std::ranges::all_of(head.method, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return fail(HeadError::bad_method);
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.max_target_bytes) return fail(HeadError::target_too_long);
  const auto allowed = [](char c) { return c > 0x20 && c < 0x7F && c != '#'; };
  if (!target.starts_with('/') || !std::ranges::all_of(target, allowed)) return fail(HeadError::bad_target);
  const std::size_t question = target.find('?');
  head.path = target.substr(0, question);
  head.query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  const std::string_view version = line.substr(last + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7])) {
    return fail(HeadError::bad_start_line);
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return fail(HeadError::bad_http_version);
  head.minor_version = version[7] == '1' ? 1 : 0;
  return {};
}

Result<std::size_t, HeadError> read_length(std::string_view text) {
  if (text.empty() || text.size() > 18 || !std::ranges::all_of(text, is_digit)) {
    return fail(HeadError::bad_length);
  }
  std::size_t length = 0;
  for (const char c : text) length = length * 10 + static_cast<std::size_t>(c - '0');
  return length;
}

/// Whether a comma-separated list has that lower-case token.
bool lists(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

/// Headers of which there may be one. For the last five HTTP would allow nothing else either; a second one is
/// refused rather than joined, because what we would take first a proxy may take last.
constexpr std::array<std::string_view, 7> kSingle = {
    "host", "content-length", "expect", "origin", "content-type", "content-encoding", "authorization"};

struct Seen {
  std::array<bool, kSingle.size()> single{};
  bool close = false;
  bool keep_alive = false;
};

Result<void, HeadError> read_header(std::string_view line, HeadView& head, Seen& seen) {
  if (line.front() == ' ' || line.front() == '\t') return fail(HeadError::folded_header);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return fail(HeadError::bad_header);
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (!std::ranges::all_of(name, is_token_char) || !std::ranges::all_of(value, is_value_char)) {
    return fail(HeadError::bad_header);
  }
  for (std::size_t i = 0; i < kSingle.size(); ++i) {
    if (!equal_ignoring_case(name, kSingle[i])) continue;
    if (seen.single[i]) return fail(HeadError::repeated_header);
    seen.single[i] = true;
  }
  if (equal_ignoring_case(name, "transfer-encoding")) {
    return fail(equal_ignoring_case(value, "chunked") ? HeadError::length_required
                                                      : HeadError::transfer_coding);
  }
  if (equal_ignoring_case(name, "content-length")) {
    const auto length = read_length(value);
    if (!length) return fail(length.error());
    head.content_length = *length;
  } else if (equal_ignoring_case(name, "expect")) {
    if (!equal_ignoring_case(value, "100-continue")) return fail(HeadError::bad_expectation);
    head.expectation = Expectation::continue_100;
  } else if (equal_ignoring_case(name, "connection")) {
    seen.close = seen.close || lists(value, "close");
    seen.keep_alive = seen.keep_alive || lists(value, "keep-alive");
  }
  return {};
}

}  // namespace

Result<std::optional<std::size_t>, HeadError> find_head_end(std::string_view bytes, std::size_t looked_at,
                                                            const HeadLimits& limits) {
  const std::string_view head = bytes.substr(0, limits.max_bytes);
  // A CR that was last in the earlier bytes is judged now that its successor may be here.
  for (std::size_t at = looked_at > 0 ? looked_at - 1 : 0; at < head.size(); ++at) {
    if (head[at] == '\n' && (at == 0 || head[at - 1] != '\r')) return fail(HeadError::bad_line_end);
    if (head[at] == '\r' && at + 1 < head.size() && head[at + 1] != '\n')
      return fail(HeadError::bad_line_end);
    if (head[at] != '\n') continue;
    const bool line_is_empty = at == 1 || (at >= 3 && head[at - 2] == '\n');
    if (line_is_empty) return std::optional<std::size_t>(at + 1);
  }
  if (bytes.size() >= limits.max_bytes) return fail(HeadError::headers_too_large);
  return std::optional<std::size_t>();
}

Result<HeadView, HeadError> inspect_head(std::string_view head, const HeadLimits& limits) {
  if (head.size() > limits.max_bytes) return fail(HeadError::headers_too_large);
  const auto end = find_head_end(head, 0, limits);
  if (!end) return fail(end.error());
  if (!end->has_value() || **end != head.size()) return fail(HeadError::bad_line_end);

  HeadView view;
  std::string_view rest = head;
  if (const auto start = read_start_line(take_line(rest), limits, view); !start) return fail(start.error());
  Seen seen;
  for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
    if (++view.header_count > limits.max_headers) return fail(HeadError::headers_too_large);
    if (const auto header = read_header(line, view, seen); !header) return fail(header.error());
  }
  const bool has_host = seen.single[0];
  const bool has_length = seen.single[1];
  if (!has_host && view.minor_version == 1) return fail(HeadError::missing_host);
  const bool wants_body = view.method == "POST" || view.method == "PUT" || view.method == "PATCH";
  if (wants_body && !has_length && limits.no_length == NoLength::refused)
    return fail(HeadError::length_required);
  const bool keep = view.minor_version == 1 ? !seen.close : seen.keep_alive && !seen.close;
  view.after = keep ? AfterReply::keep_open : AfterReply::close;
  return view;
}

std::string_view name_of(HeadError error) {
  switch (error) {
    case HeadError::bad_line_end: return "bad_line_end";
    case HeadError::bad_start_line: return "bad_start_line";
    case HeadError::bad_method: return "bad_method";
    case HeadError::bad_target: return "bad_target";
    case HeadError::target_too_long: return "target_too_long";
    case HeadError::bad_http_version: return "bad_http_version";
    case HeadError::bad_header: return "bad_header";
    case HeadError::folded_header: return "folded_header";
    case HeadError::repeated_header: return "repeated_header";
    case HeadError::headers_too_large: return "headers_too_large";
    case HeadError::missing_host: return "missing_host";
    case HeadError::transfer_coding: return "transfer_coding";
    case HeadError::length_required: return "length_required";
    case HeadError::bad_length: return "bad_length";
    case HeadError::bad_expectation: return "bad_expectation";
  }
  return "bad_request";
}

unsigned status_of(HeadError error) {
  switch (error) {
    case HeadError::target_too_long: return 414;
    case HeadError::headers_too_large: return 431;
    case HeadError::transfer_coding: return 501;
    case HeadError::length_required: return 411;
    case HeadError::bad_expectation: return 417;
    case HeadError::bad_http_version: return 505;
    default: return 400;
  }
}

}  // namespace etappe::http
