#include "server/engine/clickhouse_http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etappe::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

http::Request request(std::string method, std::string query, std::string body = {}) {
  http::Request made;
  made.method = std::move(method);
  made.path = "/";
  made.query = std::move(query);
  made.body = std::move(body);
  made.headers = {{"host", "localhost:8123"}};
  return made;
}

std::string header(const http::Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers)
    if (key == name) return value;
  return {};
}

TEST(ClickhouseHttp, ReadsQueryParametersAndSettings) {
  const auto question = read_request(
      request("POST",
              "query=SELECT+%7Bx%3AString%7D&param_x=a%26b%0A&default_format=JSONCompact&max_threads=2&"
              "readonly=1&database=shop&query_id=7"),
      Door::unix_socket);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->statement.head, "SELECT {x:String}");
  EXPECT_THAT(question->parameters, ElementsAre(Pair("x", "a&b\n")));
  EXPECT_THAT(question->settings, ElementsAre(Pair("max_threads", "2")));
  EXPECT_EQ(question->format, "JSONCompact");
  EXPECT_EQ(question->database, "shop");
  EXPECT_EQ(question->access, Access::read_only);
}

TEST(ClickhouseHttp, LetsOnlyAPostWrite) {
  EXPECT_EQ(read_request(request("GET", "query=SELECT+1"), Door::unix_socket)->access, Access::read_only);
  EXPECT_EQ(read_request(request("POST", "", "SELECT 1"), Door::unix_socket)->access, Access::read_write);
}

TEST(ClickhouseHttp, AnswersPingAndAnEmptyGet) {
  http::Request ping = request("GET", "");
  EXPECT_EQ(read_request(ping, Door::unix_socket).error().body, "Ok.\n");
  ping.path = "/ping";
  EXPECT_EQ(read_request(ping, Door::unix_socket).error().body, "Ok.\n");
  ping.path = "/play";
  EXPECT_EQ(read_request(ping, Door::unix_socket).error().status, 404U);
}

TEST(ClickhouseHttp, RefusesNamesThatCouldBecomeSql) {
  for (const char* query : {"a+b=1&query=SELECT+1", "a%27=1&query=SELECT+1", "=1&query=SELECT+1"})
    EXPECT_EQ(header(read_request(request("POST", query), Door::unix_socket).error(),
                     "X-ClickHouse-Exception-Code"),
              "115")
        << query;
  EXPECT_EQ(header(read_request(request("POST", "database=a%60b&query=SELECT+1"), Door::unix_socket).error(),
                   "X-ClickHouse-Exception-Code"),
            "81");
  EXPECT_EQ(sql_literal("it's \\ fine"), "'it\\'s \\\\ fine'");
}

TEST(ClickhouseHttp, KeepsPagesOfABrowserOut) {
  http::Request page = request("POST", "query=SELECT+1");
  EXPECT_TRUE(read_request(page, Door::loopback));
  page.headers.push_back({"origin", "http://localhost:8123"});
  EXPECT_EQ(read_request(page, Door::loopback).error().status, 403U);
  page.headers = {{"host", "rebound.example:8123"}};
  EXPECT_EQ(read_request(page, Door::loopback).error().status, 403U);
  EXPECT_TRUE(read_request(page, Door::unix_socket));
}

TEST(ClickhouseHttp, WritesErrorsAsAServerDoes) {
  Outcome outcome;
  outcome.error = "Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)";
  const http::Reply reply = write_reply(outcome, "JSON");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_EQ(header(reply, "X-ClickHouse-Exception-Code"), "60");
  EXPECT_THAT(reply.body, HasSubstr("UNKNOWN_TABLE"));
  EXPECT_EQ(code_of("no code"), 1001U);
  EXPECT_EQ(busy_reply().status, 503U);
  EXPECT_EQ(header(busy_reply(), "Retry-After"), "1");
}

TEST(ClickhouseHttp, SaysHowManyRowsWereWritten) {
  Outcome outcome;
  outcome.written_rows = 3;
  const http::Reply reply = write_reply(outcome, "JSONCompact");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(header(reply, "Content-Type"), "application/json; charset=UTF-8");
  EXPECT_THAT(header(reply, "X-ClickHouse-Summary"), HasSubstr("\"written_rows\":\"3\""));
}

}  // namespace
}  // namespace etappe::engine
