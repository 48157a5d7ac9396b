#include "server/api/throttle.hpp"

#include <gtest/gtest.h>

namespace etappe::api {
namespace {

using namespace std::chrono_literals;

TEST(Throttle, lets_a_few_typing_errors_pass_and_then_doubles_the_wait) {
  Throttle throttle;
  Throttle::Time now{1'000'000s};
  for (int i = 0; i < Throttle::kFreeFailures; ++i) {
    EXPECT_EQ(throttle.wait("anna", now), 0s) << i;
    throttle.failed("anna", now);
  }
  EXPECT_EQ(throttle.wait("anna", now), 0s);
  for (const auto expected : {2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 900s, 900s}) {
    throttle.failed("anna", now);
    EXPECT_EQ(throttle.wait("anna", now), expected);
    EXPECT_EQ(throttle.wait("anna", now + expected - 1s), 1s);
    now += expected;
    EXPECT_EQ(throttle.wait("anna", now), 0s);
  }
  EXPECT_EQ(throttle.wait("berta", now), 0s);
}

TEST(Throttle, forgets_after_a_success_and_after_a_quiet_quarter_of_an_hour) {
  Throttle throttle;
  const Throttle::Time now{1'000'000s};
  for (int i = 0; i < 10; ++i) throttle.failed("anna", now);
  ASSERT_GT(throttle.wait("anna", now), 0s);
  throttle.succeeded("anna");
  EXPECT_EQ(throttle.wait("anna", now), 0s);
  for (int i = 0; i < 10; ++i) throttle.failed("anna", now);
  const auto later = now + throttle.wait("anna", now) + Throttle::kLongestWait;
  throttle.failed("anna", later);
  EXPECT_EQ(throttle.wait("anna", later), 0s);
}

TEST(Throttle, remembers_a_bounded_number_of_keys_and_drops_those_least_in_need) {
  Throttle throttle;
  const Throttle::Time now{1'000'000s};
  for (int i = 0; i < 10; ++i) throttle.failed("guessed", now);
  const auto wait = throttle.wait("guessed", now);
  for (std::size_t i = 0; i < Throttle::kMostKeys * 2; ++i) throttle.failed("name" + std::to_string(i), now);
  EXPECT_EQ(throttle.wait("guessed", now), wait);
}

}  // namespace
}  // namespace etappe::api
