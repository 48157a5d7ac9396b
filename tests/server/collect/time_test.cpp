#include "server/collect/time.hpp"

#include <gtest/gtest.h>

namespace etappe::collect {
namespace {

using event::TimeMs;
using namespace std::chrono_literals;

constexpr TimeMs at(std::int64_t ms) { return TimeMs(std::chrono::milliseconds(ms)); }

TEST(Rfc3339, ReadsWhatJavaScriptAndServersWrite) {
  const struct {
    const char* text;
    std::int64_t ms;
  } rows[] = {
      {"2026-05-01T10:00:00Z", 1777629600000},
      {"2026-05-01T10:00:00.000Z", 1777629600000},
      {"2026-05-01T10:00:00.5Z", 1777629600500},
      {"2026-05-01T10:00:00.123456789Z", 1777629600123},
      {"2026-05-01T12:00:00+02:00", 1777629600000},
      {"2026-05-01T04:30:00-05:30", 1777629600000},
      {"2026-05-01t10:00:00z", 1777629600000},
      {"2026-05-01 10:00:00Z", 1777629600000},
      {"2024-02-29T00:00:00Z", 1709164800000},
      {"2016-12-31T23:59:60Z", 1483228800000},
      {"1970-01-01T00:00:00.001Z", 1},
      {"2199-12-31T23:59:59.999Z", 7258118399999},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_rfc3339(row.text), at(row.ms)) << row.text;
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text : {"",
                           "2026",
                           "2026-05-01",
                           "2026-05-01T10:00:00",
                           "2026-05-01T10:00Z",
                           "2026-13-01T10:00:00Z",
                           "2026-02-29T10:00:00Z",
                           "2026-05-00T10:00:00Z",
                           "2026-05-01T24:00:00Z",
                           "2026-05-01T10:60:00Z",
                           "2026-05-01T10:00:61Z",
                           "2026-05-01T10:00:00.Z",
                           "2026-05-01T10:00:00+2:00",
                           "2026-05-01T10:00:00+24:00",
                           "2026-05-01T10:00:00+02:60",
                           "2026-05-01T10:00:00Zx",
                           " 2026-05-01T10:00:00Z",
                           "2026-5-1T10:00:00Z",
                           "+026-05-01T10:00:00Z",
                           "1777629600",
                           "1969-12-31T23:59:59Z",
                           "2200-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, RefusesEveryBeginningOfATime) {
  const std::string_view whole = "2026-05-01T10:00:00.123+02:00";
  ASSERT_TRUE(parse_rfc3339(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_rfc3339(whole.substr(0, length))) << length;
  }
}

TEST(CorrectedTime, FollowsTheSendersClockUnlessThatIsWrong) {
  const TimeMs now = at(1'800'000'000'000);
  const struct {
    const char* what;
    std::chrono::milliseconds event_before_now;  ///< as the sender wrote it
    std::optional<std::chrono::milliseconds> sent_before_now;
    std::chrono::milliseconds expected_before_now;
  } rows[] = {
      {"a right clock", 10s, 2s, 10s},
      {"150 s are the way", 160s, 150s, 160s},
      {"151 s are a wrong clock", 161s, 151s, 10s},
      {"a clock an hour behind", 3610s, 3600s, 10s},
      {"a clock an hour ahead", -3590s, -3600s, 10s},
      {"150 s ahead: only the future is cut", -140s, -150s, 0s},
      {"no sent_at: taken at its word", 3600s, std::nullopt, 3600s},
      {"no sent_at and in the future", -1ms, std::nullopt, 0s},
      {"kept for a day, then sent by a right clock", 86400s, 1s, 86400s},
      {"years wrong", 200000h, 199999h, 1h},
  };
  for (const auto& row : rows) {
    const auto sent = row.sent_before_now ? std::optional(now - *row.sent_before_now) : std::nullopt;
    EXPECT_EQ(corrected(now - row.event_before_now, sent, now), now - row.expected_before_now) << row.what;
  }
}

}  // namespace
}  // namespace etappe::collect
