#include "server/spool/segment.hpp"

#include <gtest/gtest.h>

#include <string>

namespace etappe::spool {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of_record(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr std::array<std::uint8_t, 10> kRandom = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

/// A segment of records with different lengths, and where each of them ends.
struct Sample {
  SegmentId id = make_id(1'700'000'000'000, kRandom);
  std::vector<std::string> records = {"a", std::string(7, 'b'), std::string(8, 'c'), std::string(300, 'd'),
                                      "e"};
  std::vector<std::byte> bytes;
  std::vector<std::size_t> ends;

  Sample() {
    append_header(bytes, id);
    for (std::uint32_t i = 0; i < records.size(); ++i) {
      append_record(bytes, id, i, bytes_of(records[i]));
      ends.push_back(bytes.size());
    }
  }
  [[nodiscard]] std::uint32_t whole_within(std::size_t length) const {
    return static_cast<std::uint32_t>(
        std::count_if(ends.begin(), ends.end(), [&](auto end) { return end <= length; }));
  }
};

TEST(Crc32c, GivesTheValuesOfRfc3720) {
  const std::vector<std::byte> zeros(32, std::byte{0x00});
  const std::vector<std::byte> ones(32, std::byte{0xFF});
  EXPECT_EQ(crc32c(0, zeros), 0x8A9136AAu);
  EXPECT_EQ(crc32c(0, ones), 0x62A8AB43u);
  EXPECT_EQ(crc32c(0, bytes_of("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c(crc32c(0, bytes_of("1234")), bytes_of("56789")), 0xE3069283u);
}

TEST(SegmentId, IsAUuidOfVersionSevenThatSortsByTime) {
  const SegmentId earlier = make_id(0x0123456789AB, kRandom);
  const SegmentId later = make_id(0x0123456789AC, kRandom);
  EXPECT_EQ(text_of(earlier), "01234567-89ab-7102-8304-05060708090a");
  EXPECT_LT(text_of(earlier), text_of(later));
  EXPECT_EQ(unix_ms_of(earlier), 0x0123456789ABu);
  EXPECT_EQ(parse_id(text_of(earlier)), earlier);
  for (const char* wrong :
       {"", "01234567-89ab-7102-8304-05060708090", "01234567-89AB-7102-8304-05060708090a",
        "0123456789ab-7102-8304-05060708090a00", "../../../../../etc/passwd-----------"}) {
    EXPECT_FALSE(parse_id(wrong)) << wrong;
  }
}

TEST(Segment, GivesBackEveryRecord) {
  const Sample sample;
  ASSERT_EQ(read_header(sample.bytes), sample.id);
  std::size_t offset = kHeaderBytes;
  for (std::uint32_t i = 0; i < sample.records.size(); ++i) {
    const auto record = read_record(sample.bytes, offset, sample.id, i);
    ASSERT_TRUE(record);
    EXPECT_EQ(text_of_record(*record), sample.records[i]);
    offset = sample.ends[i];
  }
  EXPECT_EQ(scan(sample.bytes, sample.id).end, sample.bytes.size());
}

TEST(Segment, CutAnywhereStillGivesItsWholeRecords) {
  const Sample sample;
  for (std::size_t length = kHeaderBytes; length <= sample.bytes.size(); ++length) {
    const Scan found = scan(std::span(sample.bytes).first(length), sample.id);
    EXPECT_EQ(found.records, sample.whole_within(length)) << length;
  }
  for (std::size_t length = 0; length < kHeaderBytes; ++length) {
    EXPECT_FALSE(read_header(std::span(sample.bytes).first(length))) << length;
  }
}

TEST(Segment, CutAnywhereAndFilledWithZerosStillGivesItsWholeRecords) {
  const Sample sample;
  for (std::size_t length = kHeaderBytes; length <= sample.bytes.size(); ++length) {
    std::vector<std::byte> torn(sample.bytes.begin(),
                                sample.bytes.begin() + static_cast<std::ptrdiff_t>(length));
    torn.resize(sample.bytes.size() + 64);
    const Scan found = scan(torn, sample.id);
    EXPECT_GE(found.records, sample.whole_within(length)) << length;
    // A cut that only lost zero bytes is no cut; here no record ends in one.
    EXPECT_LE(found.records, sample.whole_within(length)) << length;
  }
}

TEST(Segment, NeverTakesARecordWithAFlippedBit) {
  const Sample sample;
  for (std::size_t bit = kHeaderBytes * 8; bit < sample.bytes.size() * 8; ++bit) {
    std::vector<std::byte> damaged = sample.bytes;
    damaged[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_EQ(scan(damaged, sample.id).records, sample.whole_within(bit / 8)) << "bit " << bit;
  }
  for (std::size_t bit = 0; bit < kHeaderBytes * 8; ++bit) {
    std::vector<std::byte> damaged = sample.bytes;
    damaged[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_FALSE(read_header(damaged)) << "bit " << bit;
  }
}

TEST(Segment, DoesNotTakeARecordOfAnotherSegmentOrPlace) {
  const Sample sample;
  const SegmentId other = make_id(1'700'000'000'001, kRandom);
  EXPECT_FALSE(read_record(sample.bytes, kHeaderBytes, other, 0));
  EXPECT_FALSE(read_record(sample.bytes, kHeaderBytes, sample.id, 1));
}

TEST(Segment, RemembersTheOffsetOfEveryMarkedRecord) {
  const SegmentId id = make_id(1, kRandom);
  std::vector<std::byte> bytes;
  append_header(bytes, id);
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 2 * kMarkEvery + 1; ++i) {
    if (i % kMarkEvery == 0) expected.push_back(static_cast<std::uint32_t>(bytes.size()));
    append_record(bytes, id, i, bytes_of("record"));
  }
  EXPECT_EQ(scan(bytes, id).marks, expected);
}

}  // namespace
}  // namespace etappe::spool
