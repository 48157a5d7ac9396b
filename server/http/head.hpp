#pragma once
// The head of a request, inspected before Boost.Beast sees it.
//
// Beast 1.81 can be crashed by a chunked trailer, mis-frames some requests that carry a Transfer-Encoding,
// and accepts duplicates that a proxy in front of us may read differently. So the head is read by us into a
// bounded buffer, judged here, and only what passes is parsed by Beast. Where RFC 9112 leaves a choice, we
// refuse: what browsers, curl and nginx send passes, all else is somebody trying something. Pure functions:
// no socket, no allocation, safe on any thread; tests/fuzz runs them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.hpp"

namespace etappe::http {

/// A POST without Content-Length: an oversight where bodies are the point, or a request without a body, as
/// RFC 9112 §6.3 reads it and `curl -X POST` means it.
enum class NoLength : std::uint8_t { refused, no_body };

struct HeadLimits {
  std::size_t max_bytes = 8192;  ///< request line, headers and the empty line
  std::size_t max_headers = 64;
  std::size_t max_target_bytes = 4096;
  NoLength no_length = NoLength::refused;
};

/// Why a head is refused. Each has one status and one name; both are part of docs/collector.md.
enum class HeadError : std::uint8_t {
  bad_line_end,    ///< a bare LF or a bare CR
  bad_start_line,  ///< not `METHOD SP target SP HTTP/d.d`
  bad_method,      ///< not upper-case letters
  bad_target,      ///< not origin-form: absolute-form is for proxies, which this is not
  target_too_long,
  bad_http_version,  ///< neither HTTP/1.1 nor HTTP/1.0
  bad_header,        ///< no colon, a space before it, an empty or illegal name, control characters
  folded_header,     ///< obs-fold
  repeated_header,   ///< a second Host, Content-Length, Origin, … : which one counts would be a guess
  headers_too_large,
  missing_host,     ///< HTTP/1.1 without Host
  transfer_coding,  ///< a Transfer-Encoding other than chunked
  length_required,  ///< chunked, or a body is expected and there is no Content-Length
  bad_length,       ///< not a plain decimal number
  bad_expectation,  ///< an Expect other than 100-continue
};
[[nodiscard]] std::string_view name_of(HeadError error);
[[nodiscard]] unsigned status_of(HeadError error);

enum class AfterReply : std::uint8_t { keep_open, close };
enum class Expectation : std::uint8_t { none, continue_100 };

struct HeadView {
  std::string_view method;
  std::string_view path;   ///< begins with '/'
  std::string_view query;  ///< without '?'
  std::uint8_t minor_version = 1;
  std::size_t content_length = 0;
  std::size_t header_count = 0;
  AfterReply after = AfterReply::keep_open;
  Expectation expectation = Expectation::none;
};

/// Where the head ends (just behind its empty line), or nothing yet. `looked_at` bytes were seen by an
/// earlier call without an end. Refuses bad line ends and heads above `limits.max_bytes` as soon as they
/// show.
[[nodiscard]] Result<std::optional<std::size_t>, HeadError> find_head_end(std::string_view bytes,
                                                                          std::size_t looked_at,
                                                                          const HeadLimits& limits);

/// Judges a whole head, from the method to the empty line included. Views point into `head`.
[[nodiscard]] Result<HeadView, HeadError> inspect_head(std::string_view head, const HeadLimits& limits);

}  // namespace etappe::http
