#include "server/observe/counters.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace etappe::observe {
namespace {

TEST(Counters, CountByNameAndLabels) {
  Counters counters;
  EXPECT_EQ(counters.value("a_total", ""), 0u);
  counters.add("a_total", R"(reason="x")");
  counters.add("a_total", R"(reason="x")", 4);
  counters.add("a_total", R"(reason="y")");
  EXPECT_EQ(counters.value("a_total", R"(reason="x")"), 5u);
  EXPECT_EQ(counters.value("a_total", R"(reason="y")"), 1u);
  EXPECT_EQ(counters.value("a_total", R"(reason="z")"), 0u);
}

TEST(Counters, AreShownInPrometheusTextFormat) {
  Counters counters;
  counters.add("etappe_b_total", R"(reason="y")", 2);
  counters.add("etappe_b_total", R"(reason="x")");
  counters.set("etappe_a_bytes", "", 1.5);
  counters.set("etappe_a_bytes", "", 12345678901.0);
  EXPECT_EQ(counters.text(),
            "# TYPE etappe_a_bytes gauge\n"
            "etappe_a_bytes 12345678901\n"
            "# TYPE etappe_b_total counter\n"
            "etappe_b_total{reason=\"x\"} 1\n"
            "etappe_b_total{reason=\"y\"} 2\n");
}

TEST(Counters, LoseNothingBetweenThreads) {
  Counters counters;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) counters.add("n_total", "");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counters.value("n_total", ""), 4000u);
}

TEST(Label, EscapesWhatWouldBreakTheLine) {
  EXPECT_EQ(label("reason", "plain"), R"(reason="plain")");
  EXPECT_EQ(label("reason", "a\"b\\c\nd"), R"(reason="a\"b\\c\nd")");
}

}  // namespace
}  // namespace etappe::observe
