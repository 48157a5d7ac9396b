#include "server/live/board.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

#include "core/codec/envelope.hpp"

namespace etappe::live {
namespace {

using namespace std::chrono_literals;
using event::TimeMs;

class BoardTest : public ::testing::Test {
 protected:
  static std::vector<SeenEvent> events(int count, TimeMs at) {
    std::vector<SeenEvent> made;
    for (int i = 0; i < count; ++i) {
      SeenEvent one;
      one.at = at;
      one.name = ShortText<48>(std::to_string(i));
      made.push_back(one);
    }
    return made;
  }

  TimeMs now{TimeMs(std::chrono::hours(490'000))};
  std::string owner;  ///< of every host, when set
  Board board{[this] { return now; },
              [this](std::string_view asked, std::string_view) {
                const bool is_wrong = !owner.empty() && asked != owner;
                return is_wrong ? std::vector<std::string>{owner} : std::vector<std::string>();
              }};
};

TEST_F(BoardTest, KnowsNothingOfASiteOfWhichNothingWasSeen) {
  const Seen seen = board.since("shop", {});
  EXPECT_EQ(seen.now, now);
  EXPECT_TRUE(seen.events.empty());
  EXPECT_TRUE(seen.refusals.empty());
  EXPECT_EQ(seen.minutes, (std::array<std::uint32_t, kMinutes>{}));
}

TEST_F(BoardTest, RemembersTheLastFiftyEventsNewestFirst) {
  board.kept("shop", events(45, now));
  board.kept("shop", events(10, now + 1ms));
  const auto seen = board.since("shop", {}).events;
  ASSERT_EQ(seen.size(), kEvents);
  EXPECT_EQ(seen.front().name.view(), "9");
  EXPECT_EQ(seen[9].name.view(), "0");
  EXPECT_EQ(seen[10].name.view(), "44");
  EXPECT_EQ(seen.back().name.view(), "5");
  EXPECT_TRUE(board.since("other", {}).events.empty());
}

TEST_F(BoardTest, TellsWhatWasSeenSinceATime) {
  board.kept("shop", events(1, now));
  board.refused("shop", "origin_refused", "https://old.example");
  now += 1s;
  const TimeMs since = now;
  EXPECT_TRUE(board.since("shop", since).events.empty());
  EXPECT_TRUE(board.since("shop", since).refusals.empty());
  board.kept("shop", events(2, now));
  board.refused("shop", "origin_refused", "https://new.example");
  EXPECT_EQ(board.since("shop", since).events.size(), 2u);
  ASSERT_EQ(board.since("shop", since).refusals.size(), 1u);
  EXPECT_EQ(board.since("shop", since).refusals[0].host, "new.example");
  EXPECT_EQ(board.since("shop", {}).refusals.size(), 2u);
}

TEST_F(BoardTest, CountsKeptEventsPerMinuteForHalfAnHour) {
  board.kept("shop", events(3, now));
  board.rejected("shop", "bad_value");
  EXPECT_EQ(board.since("shop", {}).minutes.back(), 3u);
  now += 29min;
  board.kept("shop", events(2, now));
  EXPECT_EQ(board.since("shop", {}).minutes.front(), 3u);
  EXPECT_EQ(board.since("shop", {}).minutes.back(), 2u);
  now += 1min;
  EXPECT_EQ(board.since("shop", {}).minutes.front(), 0u);
  EXPECT_EQ(board.since("shop", {}).minutes[kMinutes - 2], 2u);
  now += 30 * 24h;
  EXPECT_EQ(board.since("shop", {}).minutes, (std::array<std::uint32_t, kMinutes>{}));
}

TEST_F(BoardTest, CountsTheSameRefusalOfTheSameHostTogether) {
  for (int i = 0; i < 3; ++i) board.refused("shop", "origin_refused", "https://WWW.Evil.example:8443");
  board.refused("shop", "bad_token", "https://www.evil.example");
  const auto refusals = board.since("shop", {}).refusals;
  ASSERT_EQ(refusals.size(), 2u);
  for (const Tally& one : refusals) {
    EXPECT_EQ(one.host, "www.evil.example");
    EXPECT_EQ(one.count, one.what == "origin_refused" ? 3u : 1u);
  }
}

TEST_F(BoardTest, StaysWithinItsBoundsWhateverArrives) {
  for (int i = 0; i < 1000; ++i) {
    now += 1ms;
    board.refused("shop", "origin_refused", "https://host" + std::to_string(i) + ".example");
    board.script_fetched("shop", "https://host" + std::to_string(i) + ".example/");
    CheckReport report;
    report.events = static_cast<std::uint32_t>(i);
    board.checked("shop", report, "https://a.example/");
  }
  const Seen seen = board.since("shop", {});
  ASSERT_EQ(seen.refusals.size(), kTallies);
  EXPECT_EQ(seen.refusals.front().host, "host999.example");
  EXPECT_EQ(seen.scripts.size(), kTallies);
  ASSERT_EQ(seen.reports.size(), kReports);
  EXPECT_EQ(seen.reports.front().events, 999u);
  for (std::size_t i = 0; i <= Board::kMostSites; ++i) {
    now += 1ms;
    board.rejected("site" + std::to_string(i), "bad_value");
  }
  EXPECT_TRUE(board.since("shop", {}).refusals.empty()) << "the quietest site is forgotten first";
  EXPECT_EQ(board.since("site1", {}).events.size(), 1u);
}

TEST_F(BoardTest, NotesAWrongKeyForTheSiteWhosePageItStandsOn) {
  owner = "shop";
  board.unknown_script("old1", "https://shop.example/");
  board.script_fetched("other", "https://shop.example/");
  board.script_fetched("shop", "https://shop.example/");
  board.unknown_script("<script>", "https://shop.example/");
  board.unknown_script("old2", "");
  const auto wrong = board.since("shop", {}).wrong_scripts;
  ASSERT_EQ(wrong.size(), 3u);
  std::vector<std::string> keys;
  for (const Tally& one : wrong) keys.push_back(one.what);
  std::ranges::sort(keys);
  EXPECT_EQ(keys, (std::vector<std::string>{"", "old1", "other"})) << "what is no key is not repeated";
}

TEST_F(BoardTest, TakesNotesFromManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        board.kept("site" + std::to_string((t + i) % 3), events(1, now));
        static_cast<void>(board.since("site0", {}));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::uint32_t sum = 0;
  for (int s = 0; s < 3; ++s) sum += board.since("site" + std::to_string(s), {}).minutes.back();
  EXPECT_EQ(sum, 2000u);
}

TEST(SeenIn, HoldsNoIdAndNoQuery) {
  codec::EnvelopeView envelope;
  envelope.received_at = TimeMs(5s);
  envelope.client_time = TimeMs(4s);
  envelope.site = "shop";
  envelope.event.id.bytes[0] = 1;
  envelope.event.time = TimeMs(4s);
  envelope.event.type = event::Type::view;
  envelope.event.consent = {consent::State::granted, consent::State::denied};
  envelope.event.url = "https://shop.example/danke?order=17&utm_source=news#x";
  std::vector<std::byte> bytes(4096);
  const auto size = codec::write_envelope(envelope, bytes);
  ASSERT_TRUE(size.has_value());
  bytes.resize(*size);
  const std::vector<std::vector<std::byte>> batch{bytes, {std::byte{9}}};
  const auto seen = seen_in(batch);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].at, TimeMs(5s));
  EXPECT_EQ(seen[0].host.view(), "shop.example");
  EXPECT_EQ(seen[0].path.view(), "/danke");
  EXPECT_TRUE(seen[0].has_campaign);
  EXPECT_EQ(seen[0].consent.analytics, consent::State::granted);
  EXPECT_EQ(seen_in(std::vector(120, bytes)).size(), kEvents);
}

TEST(HostIn, IsAHostNameOrNothing) {
  const struct {
    std::string_view header;
    std::string_view expected;
  } rows[] = {
      {"https://Shop.Example/a?b#c", "shop.example"},
      {"http://shop.example:8080", "shop.example"},
      {"null", "null"},
      {"", ""},
      {"shop.example", ""},
      {"android-app://x", ""},
      {"https://[::1]:80/", "[::1]"},
      {"https://user@shop.example/", "shop.example"},
      {"https://<b>.example/", ""},
      {"https://a'b.example/", ""},
      {"https://\xC3\xA4.example/", ""},
  };
  for (const auto& row : rows) {
    std::array<char, 64> space{};
    EXPECT_EQ(host_in(row.header, space), row.expected) << row.header;
  }
  std::array<char, 64> space{};
  EXPECT_EQ(host_in("https://" + std::string(65, 'a') + "/", space), "");
}

TEST(ShortText, CutsAtAWholeCharacter) {
  EXPECT_EQ(ShortText<4>("abcdef").view(), "abcd");
  EXPECT_EQ(ShortText<4>("abc\xC3\xA4").view(), "abc");
  EXPECT_EQ(ShortText<5>("abc\xC3\xA4").view(), "abc\xC3\xA4");
  EXPECT_EQ(ShortText<4>("").view(), "");
}

}  // namespace
}  // namespace etappe::live
