#include "server/probe/reach.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace etappe::probe {
namespace {

bool is_public_text(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  const bool is_v6 = text.find(':') != std::string::npos;
  EXPECT_EQ(::inet_pton(is_v6 ? AF_INET6 : AF_INET, text.c_str(), bytes.data()), 1) << text;
  return is_public(std::span(bytes).first(is_v6 ? 16 : 4));
}

TEST(Reach, LeadsIntoNoNetworkOfOurOwn) {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.168.0.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.1.2.3",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::127.0.0.1",
                              "64:ff9b::a00:1",
                              "2002:7f00:1::",
                              "2002:a9fe:a9fe::1",
                              "2001::1",
                              "2001:db8::1",
                              "100::1",
                              "4000::1"}) {
    EXPECT_FALSE(is_public_text(address)) << address;
  }
}

TEST(Reach, LeadsIntoTheInternet) {
  for (const char* address : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                              "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
                              "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
                              "2a00:1450:4001::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"}) {
    EXPECT_TRUE(is_public_text(address)) << address;
  }
}

TEST(Reach, KnowsNoAddressOfAnotherLength) {
  const std::array<std::uint8_t, 17> bytes{1, 1, 1, 1};
  for (const std::size_t size : {0u, 1u, 3u, 5u, 15u, 17u})
    EXPECT_FALSE(is_public(std::span(bytes).first(size)));
}

}  // namespace
}  // namespace etappe::probe
