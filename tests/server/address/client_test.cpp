#include "server/address/client.hpp"

#include <gtest/gtest.h>

namespace etappe::address {
namespace {

const Ranges kTrusted = {*Range::from("127.0.0.0/8"), *Range::from("10.0.0.0/8")};

TEST(Client, IsThePeerUnlessThatIsATrustedProxy) {
  EXPECT_EQ(client_of("203.0.113.9", "198.51.100.1", kTrusted), "203.0.113.9");
  EXPECT_EQ(client_of("203.0.113.9", "", kTrusted), "203.0.113.9");
  EXPECT_EQ(client_of("127.0.0.1", "198.51.100.1", kTrusted), "198.51.100.1");
}

TEST(Client, IsTheLastThatNoTrustedProxySaysOfAnother) {
  EXPECT_EQ(client_of("127.0.0.1", "192.0.2.66, 198.51.100.1, 10.1.2.3", kTrusted), "198.51.100.1");
  EXPECT_EQ(client_of("10.1.2.3", "2001:db8::7", kTrusted), "2001:db8::7");
}

TEST(Client, IsTheFirstWhereAllAreTrusted) {
  EXPECT_EQ(client_of("127.0.0.1", "10.0.0.9", kTrusted), "10.0.0.9");
  EXPECT_EQ(client_of("127.0.0.1", "10.0.0.9, 10.1.2.3", kTrusted), "10.0.0.9");
}

TEST(Client, IsTheProxyItselfWhereNothingWasForwarded) {
  // Somebody on the machine; a page that is looked at without a proxy.
  EXPECT_EQ(client_of("127.0.0.1", "", kTrusted), "127.0.0.1");
}

TEST(Client, IsNobodyWhenTheHeaderSaysNothingOfUse) {
  EXPECT_EQ(client_of("127.0.0.1", "unknown", kTrusted), "");
  EXPECT_EQ(client_of("127.0.0.1", "198.51.100.1:4711", kTrusted), "");
  EXPECT_EQ(client_of("127.0.0.1", "198.51.100.1,", kTrusted), "");
}

TEST(Region, IsACountryOrAPartOfOne) {
  EXPECT_EQ(region_from("de"), "DE");
  EXPECT_EQ(region_from(" US-CA "), "US-CA");
  EXPECT_EQ(region_from("GB-ENG"), "GB-ENG");
  for (const char* text : {"", "XX", "T1", "DEU", "D", "DE-", "DE-ABCD", "DE_BY", "DE-B Y", "de\n"})
    EXPECT_EQ(region_from(text), "") << text;
}

}  // namespace
}  // namespace etappe::address
