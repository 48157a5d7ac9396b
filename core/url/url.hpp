#pragma once
// Taking URLs apart, and reading their queries, without changing a byte of them.
//
//   https://user@shop.example:8443/p/a;x?utm_source=n&q=%C3%A4#part?awc=1
//   └─┬─┘   └─┬┘ └────┬─────┘└─┬┘└──┬──┘└──────────┬─────────┘└────┬────┘
//   scheme  (cut)    host     port path          query          fragment
//
// For http and https addresses as browsers report them (already parsed by the WHATWG algorithm) and for
// what servers send in their place. It is a splitter, not a validator: it accepts what it can take apart and
// says so when it cannot. Nothing allocates; all parts are views into the input.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/result.hpp"

namespace etappe::url {

enum class Error : std::uint8_t { empty, no_scheme, not_http, no_host, bad_host, bad_port };
[[nodiscard]] std::string_view name_of(Error error);

struct UrlView {
  std::string_view scheme;    ///< "http" or "https", as written
  std::string_view host;      ///< without user and port, as written; IPv6 keeps its brackets
  std::string_view port;      ///< digits, or empty
  std::string_view path;      ///< begins with '/', or is empty
  std::string_view query;     ///< without '?'
  std::string_view fragment;  ///< without '#'
};

/// bad_host: a backslash before the path (browsers read it as a slash, so host and user would be ambiguous),
/// or a space, a control character or one of <>^| in the host. A port is 0–65535.
[[nodiscard]] Result<UrlView, Error> split(std::string_view text);

/// The same for an address that a browser reports of itself, or one that split() has taken: nothing is
/// checked. Anything else gives parts that mean nothing, though they are of its text.
[[nodiscard]] UrlView split_trusted(std::string_view text);

/// One `name=value` as written: still percent-encoded.
struct ParamView {
  std::string_view name;
  std::string_view value;
};

/// Walks `a=1&b=2&c`, one parameter at a time. `&` separates; `;` does so in its place when the query has no
/// `&` at all (`a=1;b=2`). Empty pieces are passed over; a piece without '=' has an empty value.
class QueryReader {
 public:
  explicit QueryReader(std::string_view query);
  /// False when there is none left; `param` is written only when there is one.
  [[nodiscard]] bool next(ParamView& param);
  [[nodiscard]] std::optional<ParamView> next() {
    ParamView param;
    return next(param) ? std::optional(param) : std::nullopt;
  }

 private:
  const char* at_;
  const char* end_;
  char separator_;
};

/// The first parameter of that name, compared byte for byte after decoding the name.
[[nodiscard]] std::optional<std::string_view> find_param(std::string_view query, std::string_view name);

/// The part of a fragment that can hold parameters: what follows its first '?' (`#/cart?awc=1`), or else all
/// of it (`#awc=1`).
[[nodiscard]] std::string_view fragment_query(std::string_view fragment);

/// Whether `encoded`, decoded as decode() does, is `text`, ASCII case aside. Needs no memory.
[[nodiscard]] bool decodes_to_ignoring_case(std::string_view encoded, std::string_view text);

/// Percent-decodes once ('+' becomes a space; a broken escape stays as it is) into `out` and returns the
/// text, cut at the last whole character that fits.
[[nodiscard]] std::string_view decode(std::string_view encoded, std::span<char> out);

/// ASCII case-insensitive equality, as host names need it.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Whether `host` is `domain` or one of its subdomains; case does not matter, a trailing dot neither.
[[nodiscard]] bool host_matches(std::string_view host, std::string_view domain);

}  // namespace etappe::url
