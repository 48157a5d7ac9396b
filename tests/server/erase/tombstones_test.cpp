#include "server/erase/tombstones.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "server/erase/carrier.hpp"
#include "tests/server/erase/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::erase {
namespace {

using testing::kNow;
using testing::kSecret;
using testing::person;
using testing::visitor;

TEST(Tombstones, EraseAgainWhatABackupBroughtBack) {
  ASSERT_GE(sodium_init(), 0);
  TemporaryFolder folder;
  testing::Death never;
  testing::FakeStore store(never);
  testing::FakeWaiting waiting(never, store);
  observe::Counters counters;
  Withdrawn withdrawn(kSecret);
  const auto journal = *Journal::open(folder.path(), kSecret);
  Carrier carrier(*journal, withdrawn, store, waiting, counters, kSecret, std::chrono::seconds(0));

  const std::vector<testing::FakeRow> backup{{"shop", "v1", ""},     {"shop", "v2", ""}, {"other", "v1", ""},
                                             {"shop", "v3", "anna"}, {"shop", "v3", ""}, {"shop", "v4", ""}};
  store.rows = backup;
  ASSERT_TRUE(journal->add(
      {{"shop", {visitor("v1")}, Reason::withdrawal}, {"shop", {person("anna")}, Reason::ui}}, kNow));
  ASSERT_EQ(carrier.step(kNow), Carrier::Step::done);
  ASSERT_EQ(store.rows.size(), 3u);
  EXPECT_TRUE(restored(store, journal->orders(), kSecret)->empty()) << "nothing came back yet";
  ASSERT_TRUE(journal->add({{"shop", {visitor("v4")}, Reason::withdrawal}}, kNow));

  store.rows = backup;
  store.rows[3].person = "";  // of a time before the visitor was identified
  const auto wishes = restored(store, journal->orders(), kSecret);
  ASSERT_TRUE(wishes);
  ASSERT_EQ(wishes->size(), 1u) << "one a site";
  EXPECT_EQ(wishes->front().reason, Reason::restore);
  EXPECT_THAT(wishes->front().subjects, ::testing::UnorderedElementsAre(visitor("v1"), visitor("v3")))
      << "an order that is open is carried out anyway";
  ASSERT_TRUE(journal->add(*wishes, kNow));
  ASSERT_EQ(carrier.step(kNow), Carrier::Step::done);
  ASSERT_EQ(store.rows.size(), 2u);
  EXPECT_EQ(store.rows[0].visitor, "v2");
  EXPECT_EQ(store.rows[1].site, "other");
  store.trouble = StoreError::away;
  EXPECT_FALSE(restored(store, journal->orders(), kSecret));
}

}  // namespace
}  // namespace etappe::erase
