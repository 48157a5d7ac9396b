#pragma once
// Addresses as requests carry them: the query string, cookies, Host and Origin. Pure functions over header
// text; whatever does not parse is nothing.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace etappe::api {

/// %XX decoded; `+` stays a plus sign outside of queries. nullopt for a broken escape or a zero byte.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// "a=1&b=x%20y" (`+` is a space), in order; nullopt when an escape is broken.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> query_parameters(
    std::string_view query);

/// The first cookie of that name (RFC 6265); empty when there is none.
[[nodiscard]] std::string_view cookie(std::string_view cookie_header, std::string_view name);

/// "localhost:8081" → "localhost", "[::1]:8081" → "[::1]".
[[nodiscard]] std::string_view host_name(std::string_view host_header);

/// Whether a Host header names this machine itself: localhost or a loopback address, any port. A page
/// elsewhere whose name was pointed here (DNS rebinding) carries its own name instead.
[[nodiscard]] bool names_loopback(std::string_view host_header);

/// Whether `origin` is exactly the scheme and the host, port included, that the request was sent to.
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view scheme,
                                 std::string_view host_header);

}  // namespace etappe::api
