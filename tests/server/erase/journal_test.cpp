#include "server/erase/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "tests/server/erase/fakes.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::erase {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::kSecret;
using testing::person;
using testing::visitor;

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_GE(sodium_init(), 0); }
  std::unique_ptr<Journal> open() {
    auto journal = Journal::open(folder_.path(), kSecret);
    EXPECT_TRUE(journal) << name_of(journal.error());
    return journal ? *std::move(journal) : nullptr;
  }
  static std::string order(Journal& journal, std::vector<Subject> subjects, Time at = kNow,
                           Reason reason = Reason::withdrawal) {
    const auto receipts = journal.add({{subjects.front().site, subjects, reason}}, at);
    EXPECT_TRUE(receipts);
    return receipts ? receipts->front() : "";
  }
  std::string file() const { return folder_.read("journal.ndjson"); }

  TemporaryFolder folder_;
};

TEST_F(JournalTest, KnowsItsOrdersAfterARestart) {
  std::vector<Order> before;
  {
    const auto journal = open();
    order(*journal, {visitor("v1")});
    order(*journal, {person("p1", "other")}, kNow + 1s, Reason::ui);
    before = journal->orders();
  }
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(open()->orders(), before);
  EXPECT_EQ(Journal::read(folder_.path(), kSecret).value_or(std::vector<Order>{}), before);
}

TEST_F(JournalTest, IsReadableByItsOwnerOnly) {
  open();
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder_ / "journal.ndjson").permissions(),
            perms::owner_read | perms::owner_write);
}

TEST_F(JournalTest, CutsATornLineWhereverItWasTorn) {
  std::string whole;
  {
    const auto journal = open();
    order(*journal, {visitor("v1")});
    order(*journal, {visitor("v2")});
    whole = file();
  }
  const std::size_t first = whole.find('\n') + 1;
  for (std::size_t length = first; length < whole.size(); ++length) {
    folder_.write("journal.ndjson", whole.substr(0, length));
    ASSERT_EQ(open()->orders().size(), 1u) << length;
    ASSERT_EQ(file(), whole.substr(0, first)) << length;
  }
}

TEST_F(JournalTest, RefusesAWholeLineThatItCannotRead) {
  std::string whole;
  {
    const auto journal = open();
    order(*journal, {visitor("v1")});
    whole = file();
  }
  for (const std::string& line : {std::string("\n"), std::string("{}\n"), "x" + whole}) {
    folder_.write("journal.ndjson", line + whole);
    const auto journal = Journal::open(folder_.path(), kSecret);
    ASSERT_FALSE(journal) << line;
    EXPECT_EQ(journal.error(), JournalError::bad_line);
    EXPECT_EQ(file(), line + whole) << "it is left as it is";
  }
}

TEST_F(JournalTest, AnswersARepeatedWithdrawalWithTheSameReceipt) {
  const auto journal = open();
  const std::string receipt = order(*journal, {visitor("v1")});
  EXPECT_EQ(order(*journal, {visitor("v1")}, kNow + 1h), receipt);
  EXPECT_NE(order(*journal, {visitor("v1", "other")}), receipt) << "another site's visitor is another one";
  EXPECT_NE(order(*journal, {person("v1")}), receipt);
  EXPECT_EQ(journal->orders().size(), 3u);
}

TEST_F(JournalTest, TakesTwoIdsOfOneVisitorAsOneOrder) {
  const auto journal = open();
  const std::string receipt = order(*journal, {visitor("body"), visitor("cookie")});
  EXPECT_EQ(order(*journal, {visitor("cookie"), visitor("body")}), receipt);
  EXPECT_EQ(order(*journal, {visitor("cookie")}), receipt);
  EXPECT_NE(order(*journal, {visitor("cookie"), visitor("new")}), receipt);
}

TEST_F(JournalTest, BeginsAnewForSomebodyWhoWasErasedAndIsOrderedAgain) {
  const auto journal = open();
  const std::string receipt = order(*journal, {visitor("v1")});
  Order erased = *journal->find(receipt);
  erased.state = State::erased;
  ASSERT_TRUE(journal->settle({erased}, kNow));
  EXPECT_EQ(order(*journal, {visitor("v1")}, kNow + 47h), receipt) << "nothing of them was taken since";
  EXPECT_NE(order(*journal, {visitor("v1")}, kNow + 49h), receipt);
  EXPECT_NE(order(*journal, {visitor("v1")}, kNow + 47h, Reason::ui), receipt) << "a person wants to be sure";
}

TEST_F(JournalTest, HoldsNoIdOnceItsOrderIsErased) {
  const std::string id = "0b9d0e5a6f7c4b1e-visitor";
  const auto journal = open();
  const std::string receipt = order(*journal, {visitor(id)});
  order(*journal, {visitor("another")});
  ASSERT_NE(file().find(id), std::string::npos);
  Order counted = *journal->find(receipt);
  counted.state = State::counted;
  counted.figures.events = 7;
  ASSERT_TRUE(journal->update({counted}));
  ASSERT_NE(file().find(id), std::string::npos);
  counted.state = State::erased;
  counted.erased_at = kNow + 9s;
  counted.spool_until = "seg";
  ASSERT_TRUE(journal->settle({counted}, kNow));
  EXPECT_EQ(file().find(id), std::string::npos);
  EXPECT_NE(file().find("another"), std::string::npos);

  const auto again = Journal::read(folder_.path(), kSecret);
  ASSERT_TRUE(again);
  const Order& tombstone = again->front();
  EXPECT_TRUE(tombstone.subjects.empty());
  EXPECT_EQ(tombstone.marks, std::vector<Mark>({{Kind::visitor, fingerprint(kSecret, visitor(id))}}));
  EXPECT_EQ(tombstone.figures.events, 7u);
  EXPECT_EQ(tombstone.erased_at, kNow + 9s);
  EXPECT_EQ(tombstone.spool_until, "seg");
  const std::string receipt_text = receipt_json(tombstone);
  EXPECT_EQ(receipt_text.find(id), std::string::npos);
  EXPECT_NE(receipt_text.find(R"({"place":"events","erased":7})"), std::string::npos) << receipt_text;
}

TEST_F(JournalTest, TellsAPersonFromAVisitorAndASiteFromAnotherByTheirMarks) {
  const std::set<std::string> marks{fingerprint(kSecret, visitor("a")), fingerprint(kSecret, person("a")),
                                    fingerprint(kSecret, visitor("a", "other")),
                                    fingerprint(Secret{9}, visitor("a"))};
  EXPECT_EQ(marks.size(), 4u);
  EXPECT_EQ(fingerprint(kSecret, visitor("a")).size(), 32u);
}

TEST_F(JournalTest, ForgetsReceiptsWhoseTimeIsOver) {
  const auto journal = open();
  const auto gone = [&](std::string id, std::uint64_t rows, Time at) {
    Order done = *journal->find(order(*journal, {visitor(std::move(id))}, at));
    done.state = State::gone;
    done.figures.events = rows;
    EXPECT_TRUE(journal->settle({done}, at));
    return done.receipt;
  };
  const std::string empty = gone("nothing", 0, kNow);
  const std::string full = gone("rows", 3, kNow);
  const std::string waiting = order(*journal, {visitor("waiting")});
  gone("later", 0, kNow + kKeptIfEmpty);
  EXPECT_TRUE(journal->find(empty)) << "to the second";
  gone("later still", 0, kNow + kKeptIfEmpty + 1s);
  EXPECT_FALSE(journal->find(empty));
  EXPECT_TRUE(journal->find(full));
  gone("last", 0, kNow + kKept + 1s);
  EXPECT_FALSE(journal->find(full));
  EXPECT_TRUE(journal->find(waiting)) << "an order is never dropped before it is carried out";
}

TEST_F(JournalTest, PromisesNothingThatTheDiskDidNotTake) {
  const auto journal = open();
  order(*journal, {visitor("v1")});
  // The folder is gone and the descriptor is of a full device: neither appending nor replacing works.
  std::filesystem::remove_all(folder_.path());
  Order first = journal->orders().front();
  first.state = State::erased;
  EXPECT_FALSE(journal->settle({first}, kNow));
  EXPECT_FALSE(journal->add({{"shop", {visitor("v2")}, Reason::withdrawal}}, kNow));
  ASSERT_EQ(journal->orders().size(), 1u);
  EXPECT_EQ(journal->orders().front().state, State::open);
  EXPECT_FALSE(journal->receipt_for({"shop", {visitor("v2")}, Reason::withdrawal}, kNow));
  std::filesystem::create_directories(folder_.path());
  order(*journal, {visitor("v3")});
  EXPECT_EQ(Journal::read(folder_.path(), kSecret)->size(), 2u) << "the file is whole again";
}

}  // namespace
}  // namespace etappe::erase
