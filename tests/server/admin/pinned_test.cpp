#include "server/admin/pinned.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/temporary_folder.hpp"

namespace etappe::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

TEST(Integrity, IsTheSha384OfTheBytes) {
  // FIPS 180-4's own examples, and the padding's edges; the values are OpenSSL's.
  EXPECT_EQ(integrity(""), "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb");
  EXPECT_EQ(integrity("abc"), "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn");
  EXPECT_EQ(integrity(std::string(111, 'a')),
            "sha384-PDeVUFHLXDAm+U1VHVteKsONVyrk4HFyCF/tgfhGa4+Q3COo/83qC42OWOj9rMgK");
  EXPECT_EQ(integrity(std::string(112, 'a')),
            "sha384-GH1OB8swYQPGmWe/VE0N++kEJXdZnHPDMKvAy2TGEjbV7VZe4ZEZ2MMXeaOPeR/N");
  EXPECT_EQ(integrity(std::string(1000, 'a')),
            "sha384-9USAaJxrCxHQMDKF2agbIak7ymulobRHJ2XcpNpF7jKAgtRpxlDNO2GxbTJmq4zt");
}

TEST(PinnedName, IsMadeOfKeyAndBytes) {
  EXPECT_EQ(pinned_name("nordwerk", "abc"), "nordwerk.ba7816bf8f01cfea.js");
  EXPECT_NE(pinned_name("nordwerk", "abd"), pinned_name("nordwerk", "abc"));
}

class PinnedVersionsTest : public ::testing::Test {
 protected:
  /// A version that was replaced so long before now.
  std::string replaced(int number, std::chrono::seconds before) {
    std::string name = pinned_name("nordwerk", std::to_string(number));
    folder_.write(name, "x");
    EXPECT_TRUE(mark_replaced(folder_ / name, kNow - before));
    return name;
  }
  [[nodiscard]] auto kept(std::string_view current = "") {
    return kept_versions(folder_.path(), "nordwerk", current, kNow);
  }
  TemporaryFolder folder_;
};

TEST_F(PinnedVersionsTest, TheNewestTwentyStayHoweverOldTheyAre) {
  std::vector<std::string> names;
  for (int i = 0; i < 22; ++i) names.push_back(replaced(i, std::chrono::days{1000 + i}));
  const auto stay = kept();
  EXPECT_EQ(stay.size(), kPinnedVersions);
  EXPECT_TRUE(stay.contains(names[19]));
  EXPECT_FALSE(stay.contains(names[20]));
}

TEST_F(PinnedVersionsTest, WhatWasReplacedWithinNinetyDaysStaysHoweverManyThereAre) {
  for (int i = 0; i < 30; ++i) replaced(i, std::chrono::days{1});
  const std::string young = replaced(100, kPinnedDays - std::chrono::seconds{1});
  const std::string old = replaced(101, kPinnedDays);
  const auto stay = kept();
  EXPECT_EQ(stay.size(), 31u);
  EXPECT_TRUE(stay.contains(young));
  EXPECT_FALSE(stay.contains(old));
}

TEST_F(PinnedVersionsTest, OnlyReplacedVersionsOfThatSiteAreMeant) {
  const std::string one = replaced(1, std::chrono::days{1});
  const std::string current = replaced(2, std::chrono::days{1});
  for (const char* other :
       {"nordwerk.js", "nordwerk.js.br", "nordwerk2.ba7816bf8f01cfea.js", "nordwerk.ba7816bf8f01cfea.js.br",
        "nordwerk.ba7816bf8f01cfe.js", "nordwerk.BA7816BF8F01CFEA.js"})
    folder_.write(other, "x");
  EXPECT_THAT(kept(current), ElementsAre(one));
  EXPECT_THAT(kept_versions(folder_ / "none", "nordwerk", "", kNow), IsEmpty());
}

TEST_F(PinnedVersionsTest, AVersionThatIsNotThereNeedsNoMark) {
  EXPECT_TRUE(mark_replaced(folder_ / "none", kNow));
}

}  // namespace
}  // namespace etappe::admin
