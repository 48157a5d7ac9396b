#pragma once
// Between Beast's messages and ours. Boost is visible here, so only this room includes it.

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/head.hpp"
#include "server/http/message.hpp"

namespace etappe::http {

using BeastReply = boost::beast::http::response<boost::beast::http::string_body>;

/// Beast's reading of a head that has passed inspection; nothing when it reads something else into it.
[[nodiscard]] std::optional<Request> parse(std::string_view head, const HeadView& view,
                                           const std::string& peer);

/// Whether no header could end its line and begin another.
[[nodiscard]] bool is_clean(const Reply& reply);

/// The reply with its Content-Length, Date and Connection. HEAD and the statuses without content get no body.
[[nodiscard]] BeastReply to_beast(Reply reply, std::string_view method, AfterReply after);

}  // namespace etappe::http
