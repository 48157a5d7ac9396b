#include "server/http/head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace etappe::http {
namespace {

constexpr HeadLimits kLimits;

std::optional<HeadError> refusal_of(std::string_view head) {
  const auto view = inspect_head(head, kLimits);
  return view ? std::nullopt : std::optional(view.error());
}

TEST(Head, IsReadIntoItsParts) {
  const auto head =
      inspect_head("POST /v1/events?detail=1&x HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n", kLimits);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->path, "/v1/events");
  EXPECT_EQ(head->query, "detail=1&x");
  EXPECT_EQ(head->content_length, 12u);
  EXPECT_EQ(head->header_count, 2u);
  EXPECT_EQ(head->after, AfterReply::keep_open);
}

TEST(Head, IsTakenAsBrowsersCurlAndProxiesSendIt) {
  for (const char* head : {
           "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.0\r\n\r\n",
           "GET / HTTP/1.1\r\nhost:a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n",
           "GET / HTTP/1.1\r\nHost:\r\n\r\n",
           "GET /%C3%A4?q=[a|b]\"{} HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Latin: \xe4\r\nAccept: a, b\r\nAccept: c\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 007\r\nExpect: 100-Continue\r\n\r\n",
           "DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n",
       }) {
    EXPECT_EQ(refusal_of(head), std::nullopt) << head;
  }
}

TEST(Head, IsRefusedWithAReasonForEverythingThatPeersReadDifferently) {
  const std::string long_target = "/" + std::string(kLimits.max_target_bytes, 'a');
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 0; i < kLimits.max_headers; ++i) many += "x: y\r\n";
  const struct {
    std::string head;
    HeadError error;
  } rows[] = {
      // Line ends.
      {"GET / HTTP/1.1\nHost: a\n\n", HeadError::bad_line_end},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", HeadError::bad_line_end},
      {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", HeadError::bad_line_end},
      {"GET / HTTP/1.1\r\nHost: a\r\n", HeadError::bad_line_end},
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\nmore", HeadError::bad_line_end},
      {"", HeadError::bad_line_end},
      // Start lines.
      {"\r\n", HeadError::bad_start_line},
      {"GET /\r\n\r\n", HeadError::bad_start_line},
      {"GET\r\n\r\n", HeadError::bad_start_line},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", HeadError::bad_target},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_target},
      {"GET / x HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_target},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", HeadError::bad_start_line},
      {"GET / HTTP/11\r\nHost: a\r\n\r\n", HeadError::bad_start_line},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_method},
      {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_method},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_method},
      {"ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_method},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", HeadError::bad_http_version},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", HeadError::bad_http_version},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", HeadError::bad_http_version},
      // Targets.
      {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_target},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_target},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_target},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_target},
      {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::bad_target},
      {std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28), HeadError::bad_target},
      {"GET " + long_target + " HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::target_too_long},
      // Headers.
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", HeadError::folded_header},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", HeadError::folded_header},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", HeadError::bad_header},
      {"GET / HTTP/1.1\r\nHost\r\n\r\n", HeadError::bad_header},
      {"GET / HTTP/1.1\r\n: a\r\n\r\n", HeadError::bad_header},
      {"GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n", HeadError::bad_header},
      {std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29), HeadError::bad_header},
      {"GET / HTTP/1.1\r\nHost: a\x7f\r\n\r\n", HeadError::bad_header},
      {many + "\r\n", HeadError::headers_too_large},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(kLimits.max_bytes, 'x') + "\r\n\r\n",
       HeadError::headers_too_large},
      // Duplicates.
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HeadError::repeated_header},
      {"GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", HeadError::repeated_header},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
       HeadError::repeated_header},
      {"GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://a\r\nOrigin: https://b\r\n\r\n",
       HeadError::repeated_header},
      {"GET / HTTP/1.1\r\n\r\n", HeadError::missing_host},
      // Lengths.
      {"POST / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::length_required},
      {"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::length_required},
      {"POST / HTTP/1.0\r\n\r\n", HeadError::length_required},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", HeadError::length_required},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\nContent-Length: 5\r\n\r\n",
       HeadError::length_required},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       HeadError::length_required},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n",
       HeadError::transfer_coding},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n",
       HeadError::transfer_coding},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", HeadError::transfer_coding},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", HeadError::transfer_coding},
      {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", HeadError::transfer_coding},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", HeadError::bad_length},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", HeadError::bad_length},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", HeadError::bad_length},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", HeadError::bad_length},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n", HeadError::bad_length},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", HeadError::bad_length},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1234567890123456789\r\n\r\n", HeadError::bad_length},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 200-ok\r\n\r\n",
       HeadError::bad_expectation},
  };
  for (const auto& row : rows) {
    const auto refusal = refusal_of(row.head);
    ASSERT_TRUE(refusal.has_value()) << row.head;
    EXPECT_EQ(name_of(*refusal), name_of(row.error)) << row.head;
  }
}

TEST(Head, APostWithoutLengthHasNoBodyWhereThatIsAllowed) {
  HeadLimits limits = kLimits;
  limits.no_length = NoLength::no_body;
  const auto head = inspect_head("POST / HTTP/1.1\r\nHost: a\r\n\r\n", limits);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->content_length, 0u);
  const auto chunked =
      inspect_head("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", limits);
  ASSERT_FALSE(chunked.has_value());
  EXPECT_EQ(chunked.error(), HeadError::length_required);
}

TEST(Head, TakesHeadersUpToTheLimit) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < kLimits.max_headers; ++i) head += "x: y\r\n";
  EXPECT_EQ(refusal_of(head + "\r\n"), std::nullopt);
  const std::string target = "/" + std::string(kLimits.max_target_bytes - 1, 'a');
  EXPECT_EQ(refusal_of("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"), std::nullopt);
}

TEST(Head, SaysWhetherTheConnectionStaysOpen) {
  const struct {
    const char* version;
    const char* connection;
    AfterReply after;
  } rows[] = {
      {"1.1", "", AfterReply::keep_open},
      {"1.1", "Connection: close\r\n", AfterReply::close},
      {"1.1", "Connection: Upgrade, CLOSE\r\n", AfterReply::close},
      {"1.1", "Connection: closed\r\n", AfterReply::keep_open},
      {"1.0", "", AfterReply::close},
      {"1.0", "Connection: Keep-Alive\r\n", AfterReply::keep_open},
      {"1.0", "Connection: keep-alive\r\nConnection: close\r\n", AfterReply::close},
  };
  for (const auto& row : rows) {
    const auto head = inspect_head(
        std::string("GET / HTTP/") + row.version + "\r\nHost: a\r\n" + row.connection + "\r\n", kLimits);
    ASSERT_TRUE(head.has_value());
    EXPECT_EQ(head->after, row.after) << row.version << " " << row.connection;
  }
}

TEST(HeadEnd, IsTheSameHoweverTheBytesArrive) {
  const std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody\r\n\r\n";
  const std::size_t end = bytes.find("body");
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      const auto early = find_head_end(std::string_view(bytes).substr(0, first), 0, kLimits);
      ASSERT_TRUE(early.has_value());
      if (early->has_value()) {
        EXPECT_EQ(**early, end);
        continue;
      }
      const auto late = find_head_end(std::string_view(bytes).substr(0, second), first, kLimits);
      ASSERT_TRUE(late.has_value());
      EXPECT_EQ(late->has_value(), second >= end) << first << " " << second;
    }
  }
}

TEST(HeadEnd, GivesUpAtTheLimitAndNotBefore) {
  HeadLimits limits;
  limits.max_bytes = 100;
  const std::string head = "GET / HTTP/1.1\r\nX: ";
  const std::string fits = head + std::string(100 - head.size() - 4, 'x') + "\r\n\r\n";
  ASSERT_EQ(fits.size(), 100u);
  const auto whole = find_head_end(fits, 0, limits);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(*whole, std::optional<std::size_t>(100));
  const auto not_yet = find_head_end(std::string_view(fits).substr(0, 99), 0, limits);
  ASSERT_TRUE(not_yet.has_value());
  EXPECT_FALSE(not_yet->has_value());
  const std::string over = head + std::string(100 - head.size() - 3, 'x') + "\r\n\r\n";
  EXPECT_EQ(find_head_end(over, 0, limits).error(), HeadError::headers_too_large);
}

}  // namespace
}  // namespace etappe::http
