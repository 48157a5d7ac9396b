// What the reports count, on rows made for the boundaries of their definitions.
#include "tests/server/report/engine_fixture.hpp"

namespace etappe::report {
namespace {

using ::testing::ElementsAre;

TEST_F(Reports, a_day_begins_at_the_sites_midnight_and_may_have_23_or_25_hours) {
  struct Case {
    std::string ts;
    std::string day;
  };
  // Berlin: 25 hours on 2026-10-25, 23 hours on 2026-03-29.
  const std::vector<Case> cases{
      {"2026-10-24 21:59:59.999", "2026-10-24"}, {"2026-10-24 22:00:00.000", "2026-10-25"},
      {"2026-10-25 22:59:59.999", "2026-10-25"}, {"2026-10-25 23:00:00.000", "2026-10-26"},
      {"2026-03-28 22:59:59.999", "2026-03-28"}, {"2026-03-28 23:00:00.000", "2026-03-29"},
      {"2026-03-29 21:59:59.999", "2026-03-29"}, {"2026-03-29 22:00:00.000", "2026-03-30"}};
  std::vector<Hit> hits;
  std::map<std::string, int> expected;
  for (const auto& [ts, day] : cases) {
    hits.push_back(view(ts, "v", "s" + ts));
    ++expected[day];
  }
  store(hits);
  for (const auto& [day, count] : expected) {
    const Report one = report("overview", day, day);
    EXPECT_EQ(at(one.grid, 0, "page_views"), std::to_string(count)) << day;
    EXPECT_EQ(at(one.grid, 0, "sessions"), std::to_string(count)) << day;
    EXPECT_EQ(total(one.grid, "page_views"), std::to_string(count)) << day;
  }
}

TEST_F(Reports, both_ends_of_the_period_are_included) {
  store({view("2026-11-01 00:00:00", "a", "a"), view("2026-11-02 12:00:00", "b", "b"),
         view("2026-11-03 22:59:59", "c", "c"), view("2026-11-03 23:00:00", "d", "d"),
         view("2026-10-31 22:59:59", "e", "e")});
  const Report days = report("overview", "2026-11-01", "2026-11-03");
  EXPECT_THAT(all(days.grid, "day"), ElementsAre("2026-11-01", "2026-11-02", "2026-11-03"));
  EXPECT_THAT(all(days.grid, "page_views"), ElementsAre("1", "1", "1"));
  EXPECT_EQ(total(days.grid, "visitors"), "3");
}

TEST_F(Reports, a_visitor_of_two_days_is_one_visitor_of_the_period) {
  store({view("2026-11-01 10:00:00", "a", "1"), view("2026-11-02 10:00:00", "a", "2"),
         view("2026-11-02 11:00:00", "b", "3"), view("2026-11-02 12:00:00", "", "")});
  const Report days = report("overview", "2026-11-01", "2026-11-02");
  EXPECT_THAT(all(days.grid, "visitors"), ElementsAre("1", "2"));
  EXPECT_EQ(total(days.grid, "visitors"), "2");
  EXPECT_EQ(total(days.grid, "page_views"), "4");
  EXPECT_EQ(total(days.grid, "sessions"), "3");
}

TEST_F(Reports, an_event_that_was_stored_twice_counts_once) {
  Hit twice = view("2026-11-01 10:00:00", "a", "1");
  twice.id = "11111111-1111-4111-8111-111111111111";
  store({twice});
  store({twice, view("2026-11-01 10:01:00", "a", "1")});
  EXPECT_EQ(total(report("overview", "2026-11-01", "2026-11-01").grid, "page_views"), "2");
}

TEST_F(Reports, a_session_has_the_channel_of_its_first_touch_and_the_day_it_began) {
  store({arrival("2026-11-01 22:50:00", "night", "Affiliates", "awin", "affiliate"),
         view("2026-11-01 23:10:00", "v", "night"), order("2026-11-01 23:20:00", "night", "A-1", "100"),
         view("2026-11-02 09:00:00", "v", "two"),
         arrival("2026-11-02 09:01:00", "two", "Paid Search", "google", "cpc"),
         arrival("2026-11-02 09:02:00", "two", "Email", "news", "email"),
         view("2026-11-02 10:00:00", "v", "none")});
  const Report first = report("channels", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(first.grid, "channel"), ElementsAre("Affiliates"));
  EXPECT_EQ(at(first.grid, 0, "sessions"), "1");
  EXPECT_EQ(at(first.grid, 0, "conversions"), "0");

  const Report second = report("channels", "2026-11-02", "2026-11-02");
  EXPECT_THAT(all(second.grid, "channel"), ElementsAre("Direct", "Paid Search", "Affiliates"));
  EXPECT_THAT(all(second.grid, "sessions"), ElementsAre("1", "1", "0"));
  EXPECT_THAT(all(second.grid, "conversions"), ElementsAre("0", "0", "1"));
  const Grid& breakdown = second.more.at(0).second;
  EXPECT_THAT(all(breakdown, "source"), ElementsAre("(direct)", "google", "awin"));
  EXPECT_THAT(all(breakdown, "medium"), ElementsAre("(none)", "cpc", "affiliate"));
}

TEST_F(Reports, a_conversion_outside_any_session_has_only_its_own_touch) {
  Hit with_touch = order("2026-11-01 10:00:00", "", "S-1", "10");
  with_touch.touch = 1;
  with_touch.channel = "Affiliates";
  store({with_touch, order("2026-11-01 10:00:00", "", "S-2", "20")});
  const Report channels = report("channels", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(channels.grid, "channel"), ElementsAre("Affiliates", "Unassigned"));
  EXPECT_THAT(all(channels.grid, "conversion_rate"), ElementsAre("–", "–"));
  EXPECT_THAT(notes(channels), ElementsAre("session_model", "conversions_without_session"));
}

TEST_F(Reports, an_order_number_counts_once_per_name_where_it_first_occurred) {
  Hit other_name = order("2026-11-02 10:00:00", "s", "A-1", "7");
  other_name.name = "request";
  store({order("2026-11-01 10:00:00", "s", "A-1", "100.10"), order("2026-11-02 10:00:00", "s", "A-1", "999"),
         order("2026-11-02 11:00:00", "s", "", "0.000001"), order("2026-11-02 11:00:00", "s", "", "0.000001"),
         other_name});
  const Report both = report("conversions", "2026-11-01", "2026-11-02");
  EXPECT_THAT(all(both.grid, "name"), ElementsAre("order", "request"));
  EXPECT_THAT(all(both.grid, "conversions"), ElementsAre("3", "1"));
  EXPECT_EQ(at(both.grid, 0, "conversion_value"), "100.100002");
  EXPECT_EQ(total(both.grid, "conversion_value"), "107.100002");
  EXPECT_THAT(notes(both), ElementsAre("order_counted_once"));
  // The second day alone must not count the order again.
  const Report second = report("conversions", "2026-11-02", "2026-11-02");
  EXPECT_EQ(at(second.grid, 0, "conversions"), "2");
  EXPECT_EQ(total(report("overview", "2026-11-02", "2026-11-02").grid, "conversions"), "3");
}

TEST_F(Reports, sums_of_money_are_exact_and_other_currencies_stand_apart) {
  std::vector<Hit> hits;
  for (int i = 0; i < 1000; ++i) hits.push_back(order("2026-11-01 10:00:00", "s", "", "0.1"));
  hits.push_back(order("2026-11-01 10:00:00", "s", "", "9007199254.740993"));
  hits.push_back(order("2026-11-01 10:00:00", "s", "", "5", "USD"));
  hits.push_back(order("2026-11-01 10:00:00", "s", "", "0.5", ""));
  store(hits);
  for (const std::string name : {"overview", "channels", "conversions"}) {
    const Report found = report(name, "2026-11-01", "2026-11-01");
    EXPECT_EQ(total(found.grid, "conversion_value"), "9007199355.240993") << name;
    EXPECT_EQ(total(found.grid, "conversions"), "1003") << name;
    ASSERT_EQ(found.other_currencies.size(), 1U) << name;
    EXPECT_EQ(found.other_currencies.at("USD").value.text(), "5.00") << name;
    EXPECT_EQ(found.other_currencies.at("USD").conversions, 1) << name;
    EXPECT_THAT(notes(found), ::testing::IsSupersetOf({"other_currencies", "values_without_currency"}))
        << name;
  }
}

TEST_F(Reports, micro_conversions_stay_out_of_every_total) {
  Hit micro = order("2026-11-01 10:00:00", "s", "", "50");
  micro.weight = "micro";
  micro.name = "newsletter";
  store(
      {order("2026-11-01 10:00:00", "s", "", "10"), order("2026-11-01 11:30:15", "s", "", ""), micro, micro});
  const Report found = report("conversions", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(found.grid, "weight"), ElementsAre("primary", "micro"));
  EXPECT_THAT(all(found.grid, "conversions"), ElementsAre("2", "2"));
  EXPECT_THAT(all(found.grid, "average_value"), ElementsAre("10.00", "50.00"));
  EXPECT_EQ(at(found.grid, 0, "last_fired"), "2026-11-01T11:30:15Z");
  EXPECT_EQ(total(found.grid, "conversions"), "2");
  EXPECT_EQ(total(found.grid, "conversion_value"), "10.00");
  EXPECT_EQ(total(found.grid, "micro_conversions"), "2");
  EXPECT_EQ(total(report("overview", "2026-11-01", "2026-11-01").grid, "conversions"), "2");
}

TEST_F(Reports, the_running_day_is_compared_up_to_the_same_local_time) {
  // As of 12:00 UTC on the 30th, 13:00 in Berlin; a week before likewise.
  store({view("2026-11-01 10:00:00", "z", "z"), view("2026-11-30 09:00:00", "a", "a"),
         view("2026-11-23 11:59:59", "b", "b"), view("2026-11-23 12:00:00", "c", "c"),
         view("2026-11-23 20:00:00", "d", "d")});
  const Report today = report("overview", "2026-11-30", "2026-11-30", Comparing::previous);
  EXPECT_EQ(total(today.grid, "sessions"), "1");
  EXPECT_EQ(total(today.grid, "sessions_previous"), "1");
  EXPECT_EQ(at(today.grid, 0, "sessions_previous"), "1");
  EXPECT_EQ(at(today.grid, 0, "previous_day"), "2026-11-23");
  ASSERT_TRUE(today.comparison && today.comparison->until);
  EXPECT_EQ(*today.comparison->until, "2026-11-23T12:00:00Z");
  EXPECT_EQ(today.incomplete_day, day_from_text("2026-11-30"));
  // A day that is over is compared with a whole day.
  const Report yesterday = report("overview", "2026-11-30", "2026-11-30", Comparing::previous, "2026-12-01");
  EXPECT_EQ(total(yesterday.grid, "sessions_previous"), "3");
  EXPECT_FALSE(yesterday.comparison->until);
  EXPECT_FALSE(yesterday.incomplete_day);
}

TEST_F(Reports, days_before_the_first_record_and_days_to_come_are_unknown_not_zero) {
  store({view("2026-11-28 10:00:00", "a", "a"), view("2026-11-30 09:00:00", "b", "b")});
  const Report found = report("overview", "2026-11-27", "2026-12-01", Comparing::previous);
  EXPECT_THAT(all(found.grid, "sessions"), ElementsAre("–", "1", "0", "1", "–"));
  EXPECT_THAT(all(found.grid, "sessions_previous"), ElementsAre("–", "–", "–", "–", "–"));
  EXPECT_EQ(total(found.grid, "sessions_previous"), "–");
  EXPECT_EQ(found.recorded_from, day_from_text("2026-11-28"));
  EXPECT_THAT(notes(found), ::testing::Contains("comparison_not_recorded"));
}

TEST_F(Reports, an_empty_report_says_which_emptiness_it_is) {
  EXPECT_EQ(report("overview", "2026-11-01", "2026-11-02").state, State::nothing_recorded);
  store({view("2026-11-10 10:00:00", "a", "a"), view("2026-11-20 10:00:00", "a", "b"),
         order("2026-11-24 10:00:00", "c", "", "1")});
  struct Case {
    std::string name;
    std::string from;
    std::string to;
    std::optional<Day> nearest;
  };
  for (const auto& [name, from, to, nearest] :
       {Case{"overview", "2026-11-01", "2026-11-08", day_from_text("2026-11-10")},
        Case{"channels", "2026-11-12", "2026-11-16", day_from_text("2026-11-10")},
        Case{"overview", "2026-11-14", "2026-11-16", day_from_text("2026-11-10")},
        Case{"overview", "2026-11-15", "2026-11-16", day_from_text("2026-11-20")},
        Case{"overview", "2026-11-25", "2026-11-26", day_from_text("2026-11-24")},
        Case{"conversions", "2026-11-10", "2026-11-10", day_from_text("2026-11-24")},
        Case{"overview", "2026-11-10", "2026-11-10", std::nullopt}}) {
    const Report found = report(name, from, to);
    EXPECT_EQ(found.state, nearest ? State::nothing_in_period : State::ok) << name << from;
    EXPECT_EQ(found.nearest_day, nearest) << name << from;
  }
}

TEST_F(Reports, names_with_quotes_and_backslashes_reach_the_engine_as_they_are) {
  site_.id = "it's \\ \t \"x\"\n{zone:String}";
  EXPECT_EQ(report("overview", "2026-11-01", "2026-11-01").state, State::nothing_recorded);
  site_.funnels = {{"f", "F", 1, {{"a", ViewMatch{"/a'\\b\n"}}, {"b", EventMatch{"'; DROP TABLE events"}}}}};
  EXPECT_EQ(report("funnel", "2026-11-01", "2026-11-01").grid.rows.size(), 2U);
}

}  // namespace
}  // namespace etappe::report
