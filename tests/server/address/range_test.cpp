#include "server/address/range.hpp"

#include <gtest/gtest.h>

namespace etappe::address {
namespace {

bool within(std::string_view range, std::string_view address) {
  const auto read = Range::from(range);
  EXPECT_TRUE(read) << range;
  return read && contain({*read}, address);
}

TEST(AddressRange, HoldsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(within("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(within("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(within("192.0.2.128/25", "192.0.2.128"));
  EXPECT_FALSE(within("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(within("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(within("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(within("2001:db8:a::/47", "2001:db8:b:ffff::1"));
  EXPECT_FALSE(within("2001:db8:a::/47", "2001:db8:c::"));
  EXPECT_TRUE(within("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(within("::/0", "203.0.113.9"));
  EXPECT_FALSE(within("0.0.0.0/0", "2001:db8::1"));
}

TEST(AddressRange, TakesAnIpv4AddressForTheOneThatItIsMappedTo) {
  EXPECT_TRUE(within("192.0.2.0/24", "::ffff:192.0.2.9"));
  EXPECT_TRUE(within("::ffff:192.0.2.0/120", "192.0.2.9"));
}

TEST(AddressRange, IsNoneOfAnythingElse) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "2001:db8::/129",
                           "fe80::1%eth0", "192.0.2.1:80", "shop.example", "10.0.0.0/8 "})
    EXPECT_FALSE(Range::from(text)) << text;
  EXPECT_FALSE(within("::/0", "nonsense"));
  EXPECT_FALSE(contain({}, "192.0.2.1"));
}

}  // namespace
}  // namespace etappe::address
