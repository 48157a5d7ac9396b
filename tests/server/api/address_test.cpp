#include "server/api/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etappe::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Address, decodes_escapes_and_refuses_broken_ones) {
  EXPECT_EQ(percent_decoded("a%20b%C3%A9+"), "a b\xC3\xA9+");
  EXPECT_EQ(percent_decoded(""), "");
  EXPECT_FALSE(percent_decoded(std::string_view("a\0b", 3)));
  for (const std::string_view broken : {"%", "%2", "%zz", "a%0", "%00"})
    EXPECT_FALSE(percent_decoded(broken)) << broken;
}

TEST(Address, reads_a_query_in_order) {
  EXPECT_THAT(*query_parameters("from=2026-11-01&x=a%26b+c&&flag"),
              ElementsAre(Pair("from", "2026-11-01"), Pair("x", "a&b c"), Pair("flag", "")));
  EXPECT_THAT(*query_parameters(""), IsEmpty());
  EXPECT_FALSE(query_parameters("a=%"));
}

TEST(Address, finds_the_cookie_of_exactly_that_name) {
  EXPECT_EQ(cookie("a=1; etappe_session=tok; b=2", "etappe_session"), "tok");
  EXPECT_EQ(cookie("xetappe_session=no;etappe_session=yes", "etappe_session"), "yes");
  EXPECT_EQ(cookie("etappe_session_x=no", "etappe_session"), "");
  EXPECT_EQ(cookie("etappe_session", "etappe_session"), "");
  EXPECT_EQ(cookie("", "etappe_session"), "");
}

TEST(Address, loopback_names_are_those_of_this_machine) {
  for (const std::string_view own :
       {"localhost", "LocalHost:8081", "127.0.0.1", "127.0.0.1:1", "127.9.9.9:80", "[::1]", "[::1]:80"})
    EXPECT_TRUE(names_loopback(own)) << own;
  for (const std::string_view other : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                                       "127.0.0", "128.0.0.1", "[::2]", "0.0.0.0", "127.0.0.1x"})
    EXPECT_FALSE(names_loopback(other)) << other;
}

TEST(Address, an_origin_is_ours_by_scheme_host_and_port) {
  EXPECT_TRUE(is_own_origin("http://127.0.0.1:8081", "http", "127.0.0.1:8081"));
  EXPECT_TRUE(is_own_origin("https://Stats.example", "https", "stats.example"));
  for (const std::string_view foreign :
       {"null", "", "http://127.0.0.1", "http://127.0.0.1:8080", "https://127.0.0.1:8081",
        "http://localhost:8081", "http://127.0.0.1:8081.evil.example", "127.0.0.1:8081"})
    EXPECT_FALSE(is_own_origin(foreign, "http", "127.0.0.1:8081")) << foreign;
  EXPECT_FALSE(is_own_origin("http://", "http", ""));
}

}  // namespace
}  // namespace etappe::api
