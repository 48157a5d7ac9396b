// What inspection lets pass, Boost.Beast reads in the same way; and where a head ends does not depend on how
// its bytes arrive.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdlib>
#include <iterator>

#include "server/http/head.hpp"

namespace bhttp = boost::beast::http;
using namespace etappe::http;

namespace {

void demand(bool condition) {
  if (!condition) std::abort();
}

void compare_with_beast(std::string_view head, const HeadView& view) {
  bhttp::request_parser<bhttp::empty_body> parser;
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (!parser.is_header_done()) return;  // stricter than we are: the connection answers 400
  const auto& message = parser.get();
  demand(used == head.size());
  demand(std::string_view(message.method_string().data(), message.method_string().size()) == view.method);
  std::string target(view.path);
  if (head.substr(0, head.find("\r\n")).find('?') != std::string_view::npos)
    target += "?" + std::string(view.query);
  demand(std::string_view(message.target().data(), message.target().size()) == target);
  demand(static_cast<std::size_t>(std::distance(message.begin(), message.end())) == view.header_count);
  demand(!parser.chunked());
  if (const auto length = parser.content_length()) demand(*length == view.content_length);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const HeadLimits limits;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = find_head_end(bytes, 0, limits);
  if (size > 1) {
    const std::size_t first = size / 2;
    const auto early = find_head_end(bytes.substr(0, first), 0, limits);
    if (early && !early->has_value()) {
      const auto late = find_head_end(bytes, first, limits);
      demand(late.has_value() == end.has_value());
      if (end) demand(*late == *end);
    }
  }
  if (!end || !end->has_value()) return 0;
  const std::string_view head = bytes.substr(0, **end);
  if (const auto view = inspect_head(head, limits)) compare_with_beast(head, *view);
  return 0;
}
