#include "server/spool/spool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "server/spool/segment.hpp"
#include "tests/server/spool/sick_files.hpp"

namespace etappe::spool {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kLong = std::chrono::milliseconds(60'000);

std::vector<std::byte> record(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class SpoolTest : public ::testing::Test {
 protected:
  SpoolTest() {
    std::string pattern = ::testing::TempDir() + "etappe_spool_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SpoolTest() override { fs::remove_all(folder_); }

  [[nodiscard]] Options options() const {
    Options options;
    options.folder = folder_;
    options.segment_bytes = 4096;
    options.retry_after_failure = std::chrono::milliseconds(1);
    return options;
  }
  std::unique_ptr<Spool> open(const Options& with) {
    auto opened = Spool::open(with, std::make_unique<test::SickFiles>(sickness_));
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : name_of(opened.error()));
    return opened ? std::move(*opened) : nullptr;
  }
  std::unique_ptr<Spool> open() { return open(options()); }
  static Outcome put(Spool& spool, std::vector<std::string> texts) {
    std::vector<std::vector<std::byte>> records;
    for (const std::string& text : texts) records.push_back(record(text));
    std::promise<Outcome> promise;
    spool.append(std::move(records), [&](Outcome outcome) { promise.set_value(outcome); });
    return promise.get_future().get();
  }
  /// Every durable record, oldest first.
  static std::vector<std::string> contents(const Spool& spool) {
    std::vector<std::string> texts;
    for (const Position& position : spool.durable()) {
      const auto records = spool.read(position.segment, 0, position.records - 1);
      EXPECT_TRUE(records.has_value()) << position.segment;
      if (!records) continue;
      for (const auto& bytes : *records) {
        texts.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      }
    }
    return texts;
  }
  [[nodiscard]] std::vector<fs::path> files_with(const std::string& extension) const {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() == extension) paths.push_back(entry.path());
    }
    return paths;
  }
  static void wait_until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }

  fs::path folder_;
  std::shared_ptr<test::Sickness> sickness_ = std::make_shared<test::Sickness>();
};

TEST_F(SpoolTest, GivesBackWhatWasAcknowledged) {
  const auto spool = open();
  EXPECT_EQ(put(*spool, {"one", "two"}), Outcome::durable);
  EXPECT_EQ(put(*spool, {"three"}), Outcome::durable);
  EXPECT_THAT(contents(*spool), ElementsAre("one", "two", "three"));
}

TEST_F(SpoolTest, StillHasItAfterClosingAndOpening) {
  {
    const auto spool = open();
    ASSERT_EQ(put(*spool, {"one", "two"}), Outcome::durable);
  }
  const auto spool = open();
  EXPECT_EQ(spool->recovery().records, 2u);
  EXPECT_EQ(put(*spool, {"three"}), Outcome::durable);
  EXPECT_THAT(contents(*spool), ElementsAre("one", "two", "three"));
}

TEST_F(SpoolTest, ReadsAnyRangeOfRecords) {
  Options wide = options();
  wide.segment_bytes = 1u << 20;
  const auto spool = open(wide);
  std::vector<std::string> all;
  for (int i = 0; i < 700; ++i) all.push_back("record " + std::to_string(i));
  ASSERT_EQ(put(*spool, all), Outcome::durable);
  const std::string segment = spool->durable().front().segment;
  for (const std::uint32_t first : {0u, 1u, 255u, 256u, 257u, 511u, 699u}) {
    for (const std::uint32_t last : {0u, 255u, 256u, 511u, 512u, 699u}) {
      const auto read = spool->read(segment, first, last);
      if (first > last) {
        EXPECT_EQ(read.error(), Error::bad_segment);
        continue;
      }
      ASSERT_TRUE(read.has_value()) << first << ".." << last;
      ASSERT_EQ(read->size(), last - first + 1);
      EXPECT_EQ(read->front(), record(all[first]));
      EXPECT_EQ(read->back(), record(all[last]));
    }
  }
  EXPECT_EQ(spool->read(segment, 0, 700).error(), Error::bad_segment);
  EXPECT_EQ(spool->read("no such segment", 0, 0).error(), Error::bad_segment);
}

TEST_F(SpoolTest, BeginsANewSegmentWhenOneIsFullAndKeepsABatchTogether) {
  const auto spool = open();
  const std::string big(1500, 'x');
  for (int i = 0; i < 4; ++i) ASSERT_EQ(put(*spool, {big, "tail"}), Outcome::durable);
  const auto positions = spool->durable();
  ASSERT_EQ(positions.size(), 2u);
  EXPECT_EQ(positions[0].records, 4u);
  EXPECT_EQ(positions[1].records, 4u);
  EXPECT_TRUE(spool->sealed(positions[0].segment));
  EXPECT_FALSE(spool->sealed(positions[1].segment));
  EXPECT_LT(positions[0].segment, positions[1].segment);
}

TEST_F(SpoolTest, GivesABatchLargerThanASegmentItsOwn) {
  const auto spool = open();
  const std::string huge(100'000, 'x');
  EXPECT_EQ(put(*spool, {"small"}), Outcome::durable);
  EXPECT_EQ(put(*spool, {huge}), Outcome::durable);
  EXPECT_THAT(contents(*spool), ElementsAre("small", huge));
}

TEST_F(SpoolTest, RemovesOnlySealedSegments) {
  const auto spool = open();
  const std::string big(3000, 'x');
  ASSERT_EQ(put(*spool, {big}), Outcome::durable);
  ASSERT_EQ(put(*spool, {big}), Outcome::durable);
  const auto positions = spool->durable();
  ASSERT_EQ(positions.size(), 2u);
  EXPECT_EQ(spool->remove(positions[1].segment).error(), Error::bad_segment);
  EXPECT_TRUE(spool->remove(positions[0].segment).has_value());
  EXPECT_THAT(spool->durable(), ElementsAre(positions[1]));
  EXPECT_EQ(files_with(".seg").size(), 1u);
}

TEST_F(SpoolTest, SealsASegmentThatHasGrownOld) {
  Options impatient = options();
  impatient.max_segment_age = std::chrono::milliseconds(1);
  const auto spool = open(impatient);
  ASSERT_EQ(put(*spool, {"one"}), Outcome::durable);
  const std::string segment = spool->durable().front().segment;
  wait_until([&] { return spool->sealed(segment); });
  EXPECT_EQ(put(*spool, {"two"}), Outcome::durable);
  EXPECT_THAT(contents(*spool), ElementsAre("one", "two"));
}

TEST_F(SpoolTest, WakesWhoWaitsForMore) {
  const auto spool = open();
  spool->wait_beyond({}, std::chrono::milliseconds(1));  // nothing yet: the time is over
  ASSERT_EQ(put(*spool, {"one"}), Outcome::durable);
  const Position seen = spool->durable().front();
  std::thread waiter([&] { spool->wait_beyond(seen, kLong); });
  ASSERT_EQ(put(*spool, {"two"}), Outcome::durable);
  waiter.join();
  EXPECT_EQ(spool->durable().front().records, 2u);
}

TEST_F(SpoolTest, RefusesASecondProcess) {
  const auto spool = open();
  const auto second = Spool::open(options());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(), Error::locked);
}

TEST_F(SpoolTest, AcknowledgesNothingAfterAFailedSyncAndGoesOnInANewSegment) {
  const auto spool = open();
  ASSERT_EQ(put(*spool, {"before"}), Outcome::durable);
  sickness_->no_sync = true;
  EXPECT_EQ(put(*spool, {"lost"}), Outcome::failed);
  sickness_->no_sync = false;
  wait_until([&] { return spool->accepts(); });
  EXPECT_EQ(put(*spool, {"after"}), Outcome::durable);
  EXPECT_THAT(contents(*spool), ElementsAre("before", "after"));
  EXPECT_EQ(spool->durable().size(), 2u);
  EXPECT_EQ(spool->stats().abandoned, 1u);
}

TEST_F(SpoolTest, SaysThatADiskIsFullAndRecoversByItself) {
  const auto spool = open();
  ASSERT_EQ(put(*spool, {"before"}), Outcome::durable);
  sickness_->no_space = true;
  EXPECT_EQ(put(*spool, {"lost"}), Outcome::failed);
  EXPECT_EQ(put(*spool, {"lost too"}), Outcome::failed);
  EXPECT_FALSE(spool->accepts());
  sickness_->no_space = false;
  wait_until([&] { return spool->accepts(); });
  EXPECT_EQ(put(*spool, {"after"}), Outcome::durable);
  EXPECT_THAT(contents(*spool), ElementsAre("before", "after"));
}

TEST_F(SpoolTest, IsBusyWhenTooMuchWaits) {
  Options narrow = options();
  narrow.max_pending_bytes = 100;
  const auto spool = open(narrow);
  ASSERT_EQ(put(*spool, {"first"}), Outcome::durable);
  sickness_->hold_syncs();
  std::promise<Outcome> waiting;
  spool->append({record(std::string(80, 'x'))}, [&](Outcome outcome) { waiting.set_value(outcome); });
  EXPECT_EQ(put(*spool, {std::string(80, 'y')}), Outcome::busy);
  sickness_->release_syncs();
  EXPECT_EQ(waiting.get_future().get(), Outcome::durable);
}

TEST_F(SpoolTest, IsBusyWhenItsBudgetIsUsedUpUntilASegmentIsRemoved) {
  Options small = options();
  small.max_bytes = 8192;
  const auto spool = open(small);
  const std::string big(3000, 'x');
  ASSERT_EQ(put(*spool, {big}), Outcome::durable);
  ASSERT_EQ(put(*spool, {big}), Outcome::durable);
  EXPECT_EQ(put(*spool, {big}), Outcome::busy);
  ASSERT_TRUE(spool->remove(spool->durable().front().segment).has_value());
  EXPECT_EQ(put(*spool, {big}), Outcome::durable);
}

TEST_F(SpoolTest, MakesWhatItTookDurableWhenItCloses) {
  const auto spool = open();
  std::atomic<int> durable = 0;
  for (int i = 0; i < 50; ++i) {
    spool->append({record("r" + std::to_string(i))},
                  [&](Outcome outcome) { durable += outcome == Outcome::durable; });
  }
  spool->close();
  EXPECT_EQ(durable, 50);
  EXPECT_EQ(put(*spool, {"too late"}), Outcome::failed);
}

TEST_F(SpoolTest, RefusesARecordThatNobodyCouldRead) {
  const auto spool = open();
  EXPECT_EQ(put(*spool, {""}), Outcome::failed);
  EXPECT_EQ(put(*spool, {std::string(kMaxRecordBytes + 1, 'x')}), Outcome::failed);
  EXPECT_EQ(put(*spool, {}), Outcome::failed);
  EXPECT_EQ(put(*spool, {"good"}), Outcome::durable);
}

TEST_F(SpoolTest, KeepsEveryAcknowledgedRecordWhicheverOperationFails) {
  for (long fail_at = 0; fail_at < 40; ++fail_at) {
    SCOPED_TRACE(fail_at);
    const fs::path folder = folder_ / std::to_string(fail_at);
    Options with = options();
    with.folder = folder;
    const auto sickness = std::make_shared<test::Sickness>();
    sickness->fail_at = fail_at;
    std::vector<std::string> acknowledged;
    {
      auto opened = Spool::open(with, std::make_unique<test::SickFiles>(sickness));
      if (opened) {
        for (int i = 0; i < 8; ++i) {
          const std::string text = std::to_string(i) + std::string(900, 'x');
          wait_until([&] { return (*opened)->accepts(); });
          if (put(**opened, {text}) == Outcome::durable) acknowledged.push_back(text);
        }
        EXPECT_GE(acknowledged.size(), 7u) << "one failure may cost one append, not more";
      }
    }
    const auto again = Spool::open(with);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(contents(**again), acknowledged);
    EXPECT_EQ((*again)->recovery().unreadable_segments, 0u);
  }
}

class SpoolRecoveryTest : public SpoolTest {
 protected:
  /// One sealed segment with three records; returns its path.
  fs::path make_segment() {
    const auto spool = open();
    EXPECT_EQ(put(*spool, {"first", "second", "third"}), Outcome::durable);
    const std::string segment = spool->durable().front().segment;
    spool->close();
    return folder_ / (segment + ".seg");
  }
};

TEST_F(SpoolRecoveryTest, CutsATornTailAndKeepsItBesideTheSegment) {
  const fs::path path = make_segment();
  fs::resize_file(path, fs::file_size(path) - 2);
  const auto spool = open();
  EXPECT_THAT(contents(*spool), ElementsAre("first", "second"));
  EXPECT_EQ(spool->recovery().cut_segments, 1u);
  EXPECT_EQ(spool->recovery().cut_bytes, kRecordHeadBytes + 3);
  EXPECT_EQ(files_with(".cut").size(), 1u);
}

TEST_F(SpoolRecoveryTest, CutsPreallocatedZerosWithoutAWord) {
  const fs::path path = make_segment();
  fs::resize_file(path, 65536);
  const auto spool = open();
  EXPECT_THAT(contents(*spool), ElementsAre("first", "second", "third"));
  EXPECT_EQ(spool->recovery().cut_segments, 0u);
  EXPECT_THAT(files_with(".cut"), IsEmpty());
  EXPECT_LT(fs::file_size(path), 4096u);
}

TEST_F(SpoolRecoveryTest, RemovesASegmentThatWasNeverWrittenTo) {
  const std::string name = text_of(make_id(1, std::array<std::uint8_t, 10>{}));
  std::ofstream(folder_ / (name + ".seg")) << std::string(4096, '\0');
  const auto spool = open();
  EXPECT_THAT(spool->durable(), IsEmpty());
  EXPECT_FALSE(fs::exists(folder_ / (name + ".seg")));
}

TEST_F(SpoolRecoveryTest, SetsAFileAsideWhoseHeaderIsNotASegments) {
  const fs::path path = make_segment();
  std::fstream(path, std::ios::in | std::ios::out).put('X');
  const auto spool = open();
  EXPECT_EQ(spool->recovery().unreadable_segments, 1u);
  EXPECT_EQ(files_with(".bad").size(), 1u);
}

TEST_F(SpoolRecoveryTest, NoticesARecordThatChangedOnDiskAfterOpening) {
  const fs::path path = make_segment();
  const auto spool = open();
  std::fstream file(path, std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(kHeaderBytes + kRecordHeadBytes));
  file.put('F');
  file.close();
  const auto read = spool->read(spool->durable().front().segment, 0, 2);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error(), Error::bad_segment);
}

}  // namespace
}  // namespace etappe::spool
