#include "server/feed/row_batch.hpp"

#include <gtest/gtest.h>

#include "server/enrich/resolver.hpp"
#include "tests/server/feed/fakes.hpp"

namespace etappe::feed {
namespace {

using testing::envelope;

struct One {
  explicit One(std::string_view url, std::string_view referrer, codec::Link link) {
    batch.build({envelope(1, url, referrer, link)}, {0}, event::Uuid{}, 1);
  }
  [[nodiscard]] const Row& row() const { return batch.rows.at(0); }

  std::shared_ptr<const enrich::Resolver> resolver = *enrich::Resolver::make();
  SiteHosts hosts = [](std::string_view) { return std::vector<std::string>{"shop.example"}; };
  RowBatch batch{*resolver, hosts};
};

constexpr std::string_view kLanding =
    "https://shop.example/lp?awc=1001_1790000000_0123456789abcdef0123456789abcdef&gclid=abc&seite=2";
constexpr std::string_view kBefore = "https://shop.example/a?gclid=abc&q=1";

TEST(RowBatch, KeepsClickIdsBesideAGrant) {
  const One one(kLanding, kBefore, codec::Link::linked);
  EXPECT_EQ(one.row().origin.click_id, "1001_1790000000_0123456789abcdef0123456789abcdef");
  EXPECT_EQ(one.row().envelope.event.url, kLanding);
  EXPECT_EQ(one.row().envelope.event.referrer, kBefore);
}

TEST(RowBatch, WithoutAGrantOnlyTheNetworkStaysOfAClick) {
  for (const codec::Link link : {codec::Link::daily, codec::Link::unlinked}) {
    const One one(kLanding, kBefore, link);
    EXPECT_EQ(one.row().origin.network, "awin");
    EXPECT_EQ(one.row().origin.channel, "Affiliates");
    EXPECT_EQ(one.row().origin.click_id, "");
    EXPECT_TRUE(one.row().origin.sub_ids.empty());
    EXPECT_EQ(one.row().envelope.event.url, "https://shop.example/lp?seite=2");
    EXPECT_EQ(one.row().envelope.event.referrer, "https://shop.example/a?q=1");
  }
}

}  // namespace
}  // namespace etappe::feed
