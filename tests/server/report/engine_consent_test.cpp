// The report `consent`, and the estimate of what is not counted, which every report carries.
#include "tests/server/report/engine_fixture.hpp"

namespace etappe::report {
namespace {

using ::testing::ElementsAre;

Hit page(std::string ts, std::string visitor, int number, std::string region = "DE",
         std::string device = "desktop") {
  Hit hit = view(std::move(ts), std::move(visitor), "s");
  hit.page = number;
  hit.region = std::move(region);
  hit.device = std::move(device);
  return hit;
}

Hit decision(Hit hit, std::string version) {
  hit.type = "consent";
  hit.version = std::move(version);
  return hit;
}

struct ConsentReport : Reports {};

TEST_F(ConsentReport, without_counted_fetches_there_is_no_estimate) {
  store({page("2026-11-01 10:00:00", "v", 1)});
  const Report found = report("overview", "2026-11-01", "2026-11-01");
  EXPECT_EQ(found.consent.script_loads, 0);
  EXPECT_EQ(text(found.consent.uncounted_estimate), "–");
}

TEST_F(ConsentReport, a_page_load_within_five_minutes_of_a_fetch_fetches_nothing) {
  // Fetched at 10:00:00, 10:05:00 and 10:10:01; the page at 10:09:59 lies 299 seconds behind the second.
  store({page("2026-11-01 10:00:00", "v", 1), page("2026-11-01 10:04:59", "v", 2),
         page("2026-11-01 10:05:00", "v", 3), page("2026-11-01 10:09:59", "v", 4),
         page("2026-11-01 10:10:01", "v", 5)});
  store_fetches({{"2026-11-01 10:00:00", "", "", "", 12}});
  for (const char* name : {"overview", "channels", "conversions", "consent"}) {
    const Report found = report(name, "2026-11-01", "2026-11-01");
    EXPECT_EQ(found.consent.script_loads, 12) << name;
    EXPECT_EQ(found.consent.recorded_loads, 3) << name;
    EXPECT_EQ(text(found.consent.uncounted_estimate), "0.750000") << name;
  }
}

TEST_F(ConsentReport, many_views_of_one_page_load_are_one_load) {
  store({page("2026-11-01 10:00:00", "v", 1), page("2026-11-01 10:20:00", "v", 1),
         page("2026-11-01 10:00:01", "w", 2)});
  store_fetches({{"2026-11-01 10:00:00", "", "", "", 2}});
  const Report found = report("overview", "2026-11-01", "2026-11-01");
  EXPECT_EQ(found.consent.recorded_loads, 2);
  EXPECT_EQ(text(found.consent.uncounted_estimate), "0.000000");
}

TEST_F(ConsentReport, an_estimate_is_never_negative) {
  store({page("2026-11-01 10:00:00", "v", 1), page("2026-11-01 10:30:00", "v", 2)});
  store_fetches({{"2026-11-01 10:00:00", "", "", "", 1}});
  const Report found = report("overview", "2026-11-01", "2026-11-01");
  EXPECT_EQ(text(found.consent.uncounted_estimate), "0.000000");
}

TEST_F(ConsentReport, loads_count_from_the_first_counted_fetch_on) {
  store({page("2026-11-01 10:00:00", "v", 1), page("2026-11-01 12:00:00", "v", 2)});
  store_fetches({{"2026-11-01 11:00:00", "", "", "", 4}});
  EXPECT_EQ(report("overview", "2026-11-01", "2026-11-01").consent.recorded_loads, 1);
}

TEST_F(ConsentReport, robots_are_in_neither_number) {
  store({page("2026-11-01 10:00:00", "v", 1), page("2026-11-01 10:00:00", "w", 2, "DE", "bot")});
  store_fetches({{"2026-11-01 10:00:00", "", "", "desktop", 2}, {"2026-11-01 10:00:00", "", "", "bot", 5}});
  const Report found = report("overview", "2026-11-01", "2026-11-01");
  EXPECT_EQ(found.consent.script_loads, 2);
  EXPECT_EQ(found.consent.recorded_loads, 1);
}

TEST_F(ConsentReport, rates_by_version_region_and_device) {
  store({page("2026-11-01 10:00:00", "v", 1), decision(page("2026-11-01 10:00:05", "v", 1), "v1"),
         page("2026-11-01 12:00:00", "w", 2, "AT", "phone"),
         decision(page("2026-11-01 12:00:05", "w", 2, "AT", "phone"), "v2"),
         page("2026-11-02 12:00:00", "x", 3, "AT", "phone"),
         decision(page("2026-11-02 12:00:05", "x", 3, "AT", "phone"), "v2")});
  Hit of_a_day = daily("2026-11-02 12:01:00", "h", 9);
  of_a_day.region = "AT";
  of_a_day.device = "desktop";
  store({of_a_day});
  store_fetches({{"2026-11-01 10:00:00", "v1", "DE", "desktop", 4},
                 {"2026-11-01 12:00:00", "v2", "AT", "phone", 2},
                 {"2026-11-02 12:00:00", "v2", "AT", "phone", 2},
                 {"2026-11-02 12:00:00", "v2", "AT", "desktop", 2}});
  const Report found = report("consent", "2026-11-01", "2026-11-02");
  EXPECT_THAT(all(found.grid, "day"), ElementsAre("2026-11-01", "2026-11-02"));
  EXPECT_THAT(all(found.grid, "grants"), ElementsAre("2", "1"));
  EXPECT_THAT(all(found.grid, "script_loads"), ElementsAre("6", "4"));
  EXPECT_THAT(all(found.grid, "recorded_loads"), ElementsAre("2", "2"));
  EXPECT_EQ(total(found.grid, "grant_rate_estimate"), "0.300000");
  EXPECT_EQ(total(found.grid, "uncounted_estimate"), "0.600000");
  ASSERT_EQ(found.more.size(), 3U);
  const Grid& versions = found.more[0].second;
  EXPECT_EQ(found.more[0].first, "by_version");
  EXPECT_THAT(all(versions, "version"), ElementsAre("v1", "v2"));
  EXPECT_THAT(all(versions, "grant_rate_estimate"), ElementsAre("0.250000", "0.333333"));
  EXPECT_THAT(all(versions, "grants"), ElementsAre("1", "2"));
  EXPECT_THAT(all(found.more[1].second, "region"), ElementsAre("AT", "DE"));
  EXPECT_THAT(all(found.more[1].second, "recorded_loads"), ElementsAre("3", "1"));
  EXPECT_THAT(all(found.more[2].second, "device"), ElementsAre("desktop", "phone"));
  EXPECT_THAT(all(found.more[2].second, "grant_rate_estimate"), ElementsAre("0.166667", "0.500000"));
}

}  // namespace
}  // namespace etappe::report
