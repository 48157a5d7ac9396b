#include "server/collect/person.hpp"

#include <gtest/gtest.h>

namespace etappe::collect {
namespace {

const PersonSecret kSecret = [] {
  PersonSecret secret{};
  secret.fill(0x0b);
  return secret;
}();

TEST(Person, IsHashedAsAPageDoesIt) {
  // `printf 'shop:max@nordwerk.example' | sha256sum`
  EXPECT_EQ(hashed_person("shop", "max@nordwerk.example"),
            "c123214fd8f5becca7d6f26263a7da1ed212d2c05b0b2c7841d1a8e97844ceaf");
  // `printf 'shop:K-1001' | sha256sum`
  EXPECT_EQ(hashed_person("shop", "K-1001"),
            "919743d49c387813b40b1eda71e0f072b8dab680ac46889220c5468f76ccdb03");
}

TEST(Person, IsTheSameHoweverTheIdIsSpacedAndAnAddressIsCapitalised) {
  const struct {
    const char* one;
    const char* other;
    bool same;
  } rows[] = {
      {"K-1001", " K-1001\r\n", true},
      {"K-1001", "\t\v\fK-1001", true},
      {"max@b.de", "Max@B.DE", true},
      {"max@b.de", "  MAX@b.de ", true},
      {"K-1001", "k-1001", false},       // no address: capitals may tell two customers apart
      {"max@b.de", "max @b.de", false},  // only around it
      {"M\xC3\xBCller@b.de", "m\xC3\xBCller@b.de", true},
      {"\xC3\x9C@b.de", "\xC3\xBC@b.de", false},  // A–Z alone
      {"a", "b", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(hashed_person("shop", row.one) == hashed_person("shop", row.other), row.same) << row.other;
  }
}

TEST(Person, IsKeptAsThirtyTwoDigitsThatNeedTheSecret) {
  // `printf 'shop:919743d4…' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b…` (32 times)
  const std::string kept = kept_person(kSecret, "shop", "K-1001");
  EXPECT_EQ(kept, "1951b372442385a5ce21e2564f07111e");
  EXPECT_EQ(kept_person(kSecret, "shop", hashed_person("shop", "K-1001")), kept) << "from a page";
  EXPECT_NE(kept_person(PersonSecret{}, "shop", "K-1001"), kept) << "another installation";
  EXPECT_NE(kept_person(kSecret, "shop2", "K-1001"), kept) << "another site";
}

TEST(Person, IsTakenForAnIdInPlainUnlessItIsAHash) {
  const std::string hash = hashed_person("shop", "K-1001");
  const std::string kept = kept_person(kSecret, "shop", hash);
  std::string capitals = hash;
  for (char& c : capitals) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::string& other : {capitals, hash.substr(1), "g" + hash.substr(1), " " + hash.substr(1)}) {
    EXPECT_NE(kept_person(kSecret, "shop", other), kept) << other;
    EXPECT_EQ(kept_person(kSecret, "shop", other),
              kept_person(kSecret, "shop", hashed_person("shop", other)));
  }
}

}  // namespace
}  // namespace etappe::collect
