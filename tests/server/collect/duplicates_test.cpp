#include "server/collect/duplicates.hpp"

#include <gtest/gtest.h>

namespace etappe::collect {
namespace {

event::Uuid id(std::uint32_t number) {
  event::Uuid uuid;
  for (int i = 0; i < 4; ++i)
    uuid.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (8 * i));
  uuid.bytes[15] = 1;
  return uuid;
}

using Known = std::vector<bool>;

TEST(DuplicateWindow, KnowsOnlyWhatItWasTold) {
  DuplicateWindow window({1, 2, 3});
  EXPECT_EQ(window.known("s", {id(1), id(2)}), (Known{false, false}));
  window.remember("s", {id(1)});
  EXPECT_EQ(window.known("s", {id(1), id(2)}), (Known{true, false}));
}

TEST(DuplicateWindow, KeepsSitesApart) {
  DuplicateWindow window({});
  window.remember("a", {id(1)});
  EXPECT_EQ(window.known("b", {id(1)}), (Known{false}));
}

TEST(DuplicateWindow, SeesASecondCopyInTheSameBatch) {
  const DuplicateWindow window({});
  EXPECT_EQ(window.known("s", {id(1), id(2), id(1), id(1)}), (Known{false, false, true, true}));
  EXPECT_EQ(window.known("s", {}), Known{});
}

TEST(DuplicateWindow, ForgetsTheOldestGenerationAndNothingYounger) {
  constexpr std::uint32_t kCapacity = 100;
  DuplicateWindow window({}, kCapacity);
  for (std::uint32_t i = 0; i < 3 * kCapacity; ++i) window.remember("s", {id(i)});
  for (std::uint32_t i = 0; i < kCapacity; ++i) EXPECT_EQ(window.known("s", {id(i)}), (Known{false})) << i;
  for (std::uint32_t i = kCapacity; i < 3 * kCapacity; ++i)
    EXPECT_EQ(window.known("s", {id(i)}), (Known{true})) << i;
}

}  // namespace
}  // namespace etappe::collect
