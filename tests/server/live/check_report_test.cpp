#include "server/live/check_report.hpp"

#include <gtest/gtest.h>

#include <string>

namespace etappe::live {
namespace {

const std::string kToken = "0123456789abcdefABCDEF-_";

TEST(CheckReport, IsReadWholeFromAQuery) {
  const auto report =
      check_report("check=" + kToken + "&engine=js&consent=6&policy=block&csp=connect-src&events=12&v=7");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->token.view(), kToken);
  EXPECT_EQ(report->engine, Engine::js);
  EXPECT_EQ(report->consent.analytics, consent::State::granted);
  EXPECT_EQ(report->consent.marketing, consent::State::denied);
  EXPECT_EQ(report->violated.view(), "connect-src");
  EXPECT_EQ(report->events, 12u);
  EXPECT_EQ(report->container, 7u);
}

TEST(CheckReport, NeedsNothingButItsToken) {
  const auto report = check_report("check=" + kToken + "&csp=");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->engine, Engine::wasm);
  EXPECT_EQ(report->consent, consent::States{});
  EXPECT_EQ(report->violated.view(), "");
  EXPECT_TRUE(check_report("x=1&check=" + kToken + "&later=2").has_value());
}

TEST(CheckReport, IsNoneWhenAnythingInItIsNotOfItsForm) {
  const std::string good = "check=" + kToken;
  for (const std::string& query : {std::string(),
                                   std::string("engine=js"),
                                   std::string("check="),
                                   std::string("check=0123456789abcde"),
                                   "check=" + std::string(65, 'a'),
                                   std::string("check=0123456789abcde%66"),
                                   std::string("check=0123456789abcdef<script>"),
                                   good + "&engine=java",
                                   good + "&engine=",
                                   good + "&consent=16",
                                   good + "&consent=",
                                   good + "&consent=-1",
                                   good + "&consent=a",
                                   good + "&policy=wait",
                                   good + "&policy=",
                                   good + "&csp=Script-Src",
                                   good + "&csp=script src",
                                   good + "&csp=" + std::string(33, 'a'),
                                   good + "&events=",
                                   good + "&events=1e3",
                                   good + "&events=1234567890",
                                   good + "&v=0x1",
                                   good + "&x=" + std::string(600, 'y')}) {
    EXPECT_FALSE(check_report(query).has_value()) << query;
  }
  EXPECT_TRUE(check_report("check=" + std::string(16, 'a')).has_value());
  EXPECT_TRUE(check_report("check=" + std::string(64, 'a')).has_value());
}

}  // namespace
}  // namespace etappe::live
