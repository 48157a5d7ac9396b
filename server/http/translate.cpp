#include "server/http/translate.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdio>
#include <ctime>
#include <utility>

namespace etappe::http {

namespace bhttp = boost::beast::http;

namespace {

/// IMF-fixdate of RFC 9110, made once a second per thread.
const std::string& date_now() {
  thread_local std::time_t made_for = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    char buffer[64];
    // Not strftime: its names follow the locale.
    const int length = std::snprintf(buffer, sizeof buffer, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900,
                                     utc.tm_hour, utc.tm_min, utc.tm_sec);
    text.assign(buffer, static_cast<std::size_t>(length));
    made_for = now;
  }
  return text;
}

bool is_clean_header(const Header& header) {
  const auto is_control = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  return !header.name.empty() && std::ranges::none_of(header.name, is_control) &&
         std::ranges::none_of(header.value, is_control);
}

}  // namespace

std::optional<Request> parse(std::string_view head, const HeadView& view, const std::string& peer) {
  bhttp::request_parser<bhttp::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(head.size()));
  parser.body_limit(boost::none);  // the body is read by us, by its length
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if ((error && error != bhttp::error::need_more) || !parser.is_header_done()) return std::nullopt;
  Request request;
  request.method.assign(view.method);
  request.path.assign(view.path);
  request.query.assign(view.query);
  request.peer = peer;
  request.headers.reserve(view.header_count);
  for (const auto& field : parser.get()) {
    Header header{std::string(field.name_string()), std::string(field.value())};
    std::ranges::transform(header.name, header.name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    request.headers.push_back(std::move(header));
  }
  return request;
}

bool is_clean(const Reply& reply) { return std::ranges::all_of(reply.headers, is_clean_header); }

BeastReply to_beast(Reply reply, std::string_view method, AfterReply after) {
  BeastReply message;
  message.version(11);
  message.result(reply.status);
  message.reason(boost::beast::string_view(title_of(reply.status).data(), title_of(reply.status).size()));
  for (const Header& header : reply.headers) message.insert(header.name, header.value);
  message.set(bhttp::field::date, date_now());
  if (after == AfterReply::close) message.set(bhttp::field::connection, "close");
  if (reply.status == 204 || reply.status == 304) return message;
  message.content_length(reply.body.size());
  if (method != "HEAD") message.body() = std::move(reply.body);
  return message;
}

}  // namespace etappe::http
