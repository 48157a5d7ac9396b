#pragma once
// ClickHouse's HTTP interface, as far as Etappe and its guests use it: requests to questions, outcomes to
// replies.
//
//   GET /ping                      "Ok."
//   GET|POST /?query=…             the statement, continued or followed by rows in the body
//     &param_x=…                   the value of {x:Type}, TSV-escaped
//     &default_format=JSONCompact  where the statement has no FORMAT clause
//     &database=…                  instead of `default`
//     &any_setting=…               for this statement only
//
// A GET only reads. Errors carry the engine's text, X-ClickHouse-Exception-Code and the status a ClickHouse
// server would choose. Not offered: compression, sessions, users, query ids, chunked answers. Source:
// ClickHouse documentation, "HTTP Interface". Pure functions; safe on any thread.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/engine/host.hpp"
#include "server/http/message.hpp"

namespace etappe::engine {

/// Who can reach the listener. A loopback port is open to every page in a browser on the same machine, so
/// there a request with an Origin, or for another host name than localhost, is refused.
enum class Door : std::uint8_t { unix_socket, loopback };

/// The question of a request, or the reply that ends it (ping, refusals).
[[nodiscard]] Result<Question, http::Reply> read_request(http::Request request, Door door);

/// The reply to what the engine said.
[[nodiscard]] http::Reply write_reply(Outcome outcome, std::string_view format);

/// The reply when the host's queue is full.
[[nodiscard]] http::Reply busy_reply();

/// ClickHouse's number at the start of its message ("Code: 60. …"); 1001 (STD_EXCEPTION) when there is none.
[[nodiscard]] unsigned code_of(std::string_view error);

}  // namespace etappe::engine
