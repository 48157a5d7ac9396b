#pragma once
// Who is asking, and may they? Session cookie or bearer token in, a caller or a refusal out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/api/ports.hpp"
#include "server/api/refusal.hpp"
#include "server/http/message.hpp"

namespace etappe::api {

/// How browsers reach the listener. Without TLS it answers to loopback names only, and its cookie cannot be
/// `Secure`.
enum class Transport : std::uint8_t { plain_loopback, behind_tls };

/// Exactly one of the two is set.
struct Caller {
  std::optional<Person> person;
  std::optional<Bearer> bearer;

  [[nodiscard]] bool may_read() const;
  [[nodiscard]] bool may_flush() const;
  [[nodiscard]] bool may_administer() const;
  [[nodiscard]] bool may_see(const report::Site& site) const;
  /// Who the audit log names: a login, or "token:NAME".
  [[nodiscard]] std::string actor() const;
};

/// Refuses a Host that is not ours and, for requests that change something, a foreign Origin. Pure; any
/// thread. A request without Origin is no browser's form or script and passes.
[[nodiscard]] std::optional<Refusal> refused_by_address(const http::Request& request, Transport transport);

/// The session token of the request's cookie; empty when there is none.
[[nodiscard]] std::string_view session_token(const http::Request& request, Transport transport);

/// A request with an Authorization header is judged by it alone. Asks `accounts`: worker threads only.
[[nodiscard]] Result<Caller, Refusal> caller_of(const http::Request& request, Transport transport,
                                                Accounts& accounts);

/// Set-Cookie for a new session, and for its end.
[[nodiscard]] std::string session_cookie(const Session& session, Transport transport);
[[nodiscard]] std::string ended_cookie(Transport transport);

}  // namespace etappe::api
