// Visitors who are known for a day only: where their visits begin and end, and whose they become by a grant.
#include "tests/server/report/engine_fixture.hpp"

namespace etappe::report {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

/// The same, with an id: on that page, or another.
Hit known(Hit hit, std::string visitor, std::string session, int page) {
  hit.visitor = std::move(visitor);
  hit.session = std::move(session);
  hit.link = "linked";
  hit.analytics = "granted";
  hit.page = page;
  return hit;
}

Hit marked(Hit hit, std::string channel) {
  hit.touch = 1;
  hit.channel = std::move(channel);
  hit.source = "source";
  hit.medium = "medium";
  return hit;
}

Hit bought(Hit hit, std::string order_id) {
  hit.type = "conversion";
  hit.name = "order";
  hit.order_id = std::move(order_id);
  hit.weight = "primary";
  return hit;
}

struct Daily : Reports {
  /// Visitors and sessions of these days.
  std::pair<std::string, std::string> counted(std::string_view from, std::string_view to) {
    const Report found = report("overview", from, to);
    return {total(found.grid, "visitors"), total(found.grid, "sessions")};
  }
};

TEST_F(Daily, a_visit_ends_with_more_than_half_an_hour_of_silence) {
  store({daily("2026-11-01 10:00:00.000", "h"), daily("2026-11-01 10:30:00.000", "h"),
         daily("2026-11-01 11:00:00.001", "h"), daily("2026-11-01 11:20:00.000", "h")});
  EXPECT_THAT(counted("2026-11-01", "2026-11-01"), Pair("1", "2"));
}

TEST_F(Daily, the_silence_is_the_sites) {
  site_.session_silence = 5min;
  store({daily("2026-11-01 10:00:00", "h"), daily("2026-11-01 10:04:59", "h"),
         daily("2026-11-01 10:10:00", "h")});
  EXPECT_THAT(counted("2026-11-01", "2026-11-01"), Pair("1", "2"));
}

TEST_F(Daily, one_visitors_events_do_not_keep_anothers_visit_going) {
  store({daily("2026-11-01 10:00:00", "h"), daily("2026-11-01 10:20:00", "other"),
         daily("2026-11-01 10:40:00", "h"), view("2026-11-01 10:30:00", "v", "s")});
  EXPECT_THAT(counted("2026-11-01", "2026-11-01"), Pair("3", "4"));
}

TEST_F(Daily, a_visit_that_began_before_midnight_is_not_counted_again) {
  // Berlin's midnight is 23:00 UTC.
  store({daily("2026-11-01 22:50:00", "h"), daily("2026-11-01 23:10:00", "h"),
         view("2026-11-02 09:00:00", "v", "s")});
  EXPECT_THAT(counted("2026-11-01", "2026-11-01"), Pair("1", "1"));
  EXPECT_EQ(counted("2026-11-02", "2026-11-02").second, "1");
}

TEST_F(Daily, an_event_that_was_stored_twice_counts_once) {
  Hit twice = daily("2026-11-01 10:00:00", "h", 1);
  twice.id = "22222222-2222-4222-8222-222222222222";
  store({twice});
  store({twice});
  EXPECT_EQ(total(report("overview", "2026-11-01", "2026-11-01").grid, "page_views"), "1");
}

TEST_F(Daily, a_grant_makes_what_happened_on_its_page_part_of_its_visit) {
  Hit consent = known(daily("2026-11-01 10:02:00", ""), "v", "s", 7);
  consent.type = "consent";
  store({marked(daily("2026-11-01 10:00:00", "h", 7), "Affiliates"), daily("2026-11-01 10:01:00", "h", 7),
         consent, known(bought(daily("2026-11-01 10:10:00", ""), "A-1"), "v", "s", 8)});
  EXPECT_THAT(counted("2026-11-01", "2026-11-01"), Pair("1", "1"));
  const Report channels = report("channels", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(channels.grid, "channel"), ElementsAre("Affiliates"));
  EXPECT_THAT(all(channels.grid, "sessions"), ElementsAre("1"));
  EXPECT_THAT(all(channels.grid, "conversions"), ElementsAre("1"));
}

TEST_F(Daily, pages_left_before_the_grant_stay_the_days_visitors) {
  store({daily("2026-11-01 10:00:00", "h", 6), daily("2026-11-01 10:05:00", "h", 7),
         known(daily("2026-11-01 10:06:00", ""), "v", "s", 7), daily("2026-11-01 10:20:00", "h", 9)});
  EXPECT_THAT(counted("2026-11-01", "2026-11-01"), Pair("2", "2"));
}

TEST_F(Daily, the_first_grant_of_a_page_has_what_happened_before) {
  store({marked(daily("2026-11-01 10:00:00", "h", 7), "Email"),
         known(daily("2026-11-01 10:01:00", ""), "v1", "s1", 7),
         known(daily("2026-11-01 10:02:00", ""), "v2", "s2", 7)});
  const Report channels = report("channels", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(channels.grid, "channel"), ElementsAre("Direct", "Email"));
  EXPECT_EQ(counted("2026-11-01", "2026-11-01").first, "2");
}

TEST_F(Daily, events_that_name_no_page_are_joined_to_nobody) {
  store({daily("2026-11-01 10:00:00", "h", 0), known(daily("2026-11-01 10:01:00", ""), "v", "s", 0)});
  EXPECT_THAT(counted("2026-11-01", "2026-11-01"), Pair("2", "2"));
}

TEST_F(Daily, a_conversion_has_the_channel_of_its_visit) {
  store({marked(daily("2026-11-01 10:00:00", "h"), "Email"), bought(daily("2026-11-01 10:10:00", "h"), "A-1"),
         bought(daily("2026-11-01 12:00:00", "h"), "A-2")});
  const Report channels = report("channels", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(channels.grid, "channel"), ElementsAre("Direct", "Email"));
  EXPECT_THAT(all(channels.grid, "conversions"), ElementsAre("1", "1"));
}

TEST_F(Daily, a_funnel_follows_a_visitor_over_the_grant) {
  site_.funnels = {{"order", "Order", 7, {{"See", ViewMatch{"/"}}, {"Buy", ConversionMatch{"order"}}}}};
  store({daily("2026-11-01 10:00:00", "h", 7), known(daily("2026-11-01 10:01:00", ""), "v", "s", 7),
         known(bought(daily("2026-11-01 10:10:00", ""), "A-1"), "v", "s", 8),
         daily("2026-11-01 10:00:00", "other", 5)});
  const Report funnel = report("funnel", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(funnel.grid, "visitors"), ElementsAre("2", "1"));
}

TEST_F(Daily, a_period_compared_with_is_counted_likewise) {
  store({daily("2026-10-25 10:00:00", "a", 1), daily("2026-10-25 11:00:00", "a", 2),
         known(daily("2026-10-25 10:01:00", ""), "v", "s", 1), view("2026-11-01 10:00:00", "v", "t")});
  const Report found = report("overview", "2026-11-01", "2026-11-01", Comparing::previous);
  EXPECT_EQ(total(found.grid, "sessions_previous"), "2");
  EXPECT_EQ(total(found.grid, "visitors_previous"), "2");
}

}  // namespace
}  // namespace etappe::report
