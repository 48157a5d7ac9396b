// Who is where in a funnel: windows, ties, order, the furthest step of any start.
#include "tests/server/report/engine_fixture.hpp"

namespace etappe::report {
namespace {

using ::testing::ElementsAre;

class Funnels : public Reports {
 protected:
  void SetUp() override {
    Reports::SetUp();
    site_.funnels = {
        {"f", "F", 1, {{"one", EventMatch{"1"}}, {"two", EventMatch{"2"}}, {"three", EventMatch{"3"}}}}};
  }
  /// "2026-11-01 10:00:00.000" and a name, for visitor `who`.
  static Hit step(std::string who, std::string ts, std::string name) {
    return {.ts = std::move(ts),
            .type = "event",
            .visitor = std::move(who),
            .session = "s",
            .name = std::move(name)};
  }
  std::vector<std::string> visitors(const std::vector<Hit>& hits) {
    store(hits);
    return all(report("funnel", "2026-11-01", "2026-11-01").grid, "visitors");
  }
};

TEST_F(Funnels, the_window_counts_from_the_first_step_and_includes_its_end) {
  EXPECT_THAT(
      visitors({step("in", "2026-11-01 10:00:00.000", "1"), step("in", "2026-11-01 20:00:00.000", "2"),
                step("in", "2026-11-02 10:00:00.000", "3"), step("out", "2026-11-01 10:00:00.000", "1"),
                step("out", "2026-11-01 20:00:00.000", "2"), step("out", "2026-11-02 10:00:00.001", "3")}),
      ElementsAre("2", "2", "1"));
}

TEST_F(Funnels, equal_times_keep_the_order_in_which_they_were_recorded) {
  EXPECT_THAT(visitors({step("yes", "2026-11-01 10:00:00", "1"), step("yes", "2026-11-01 10:00:00", "2"),
                        step("no", "2026-11-01 10:00:00", "2"), step("no", "2026-11-01 10:00:00", "1")}),
              ElementsAre("2", "1", "0"));
}

TEST_F(Funnels, a_visitor_counts_at_the_furthest_step_of_any_start) {
  // The first start is too early for step three, the second reaches it.
  EXPECT_THAT(visitors({step("v", "2026-11-01 08:00:00", "1"), step("v", "2026-11-01 10:00:00", "2"),
                        step("v", "2026-11-01 12:00:00", "1"), step("v", "2026-11-01 13:00:00", "2"),
                        step("v", "2026-11-02 11:00:00", "3")}),
              ElementsAre("1", "1", "1"));
}

TEST_F(Funnels, times_come_from_the_earliest_start_that_gets_as_far) {
  store({step("v", "2026-11-01 08:00:00", "1"), step("v", "2026-11-01 08:00:30", "1"),
         step("v", "2026-11-01 08:01:00", "2"), step("v", "2026-11-01 08:05:00", "3")});
  const Report found = report("funnel", "2026-11-01", "2026-11-01");
  EXPECT_EQ(at(found.grid, 0, "median_seconds_to_next"), "60.000000");
  EXPECT_EQ(at(found.grid, 1, "median_seconds_to_next"), "240.000000");
  EXPECT_EQ(at(found.grid, 2, "median_seconds_to_next"), "–");
  EXPECT_EQ(total(found.grid, "median_seconds"), "300.000000");
}

TEST_F(Funnels, the_median_of_an_even_number_lies_between_the_two_in_the_middle) {
  store({step("a", "2026-11-01 08:00:00", "1"), step("a", "2026-11-01 08:00:10", "2"),
         step("b", "2026-11-01 08:00:00", "1"), step("b", "2026-11-01 08:00:40", "2"),
         step("c", "2026-11-01 08:00:00", "1")});
  const Report found = report("funnel", "2026-11-01", "2026-11-01");
  EXPECT_EQ(at(found.grid, 0, "median_seconds_to_next"), "25.000000");
  EXPECT_EQ(at(found.grid, 0, "drop_off"), "1");
  EXPECT_EQ(at(found.grid, 0, "drop_off_rate"), "0.333333");
  EXPECT_EQ(at(found.grid, 1, "rate_from_previous"), "0.666667");
  EXPECT_EQ(at(found.grid, 2, "rate_from_first"), "0.000000");
}

TEST_F(Funnels, steps_out_of_order_do_not_count_and_others_between_do_no_harm) {
  EXPECT_THAT(
      visitors({step("order", "2026-11-01 08:00:00", "2"), step("order", "2026-11-01 08:01:00", "3"),
                step("order", "2026-11-01 08:02:00", "1"), step("skip", "2026-11-01 08:00:00", "1"),
                step("skip", "2026-11-01 08:01:00", "3"), step("between", "2026-11-01 08:00:00", "1"),
                step("between", "2026-11-01 08:01:00", "x"), step("between", "2026-11-01 08:02:00", "1"),
                step("between", "2026-11-01 08:03:00", "2"), step("between", "2026-11-01 08:04:00", "3")}),
      ElementsAre("3", "1", "1"));
}

TEST_F(Funnels, one_event_is_one_step_even_if_it_fits_two) {
  site_.funnels[0].steps = {{"any", ViewMatch{"/"}}, {"product", ViewMatch{"/p"}}};
  store({{.ts = "2026-11-01 08:00:00", .visitor = "once", .path = "/p"},
         {.ts = "2026-11-01 08:00:00", .visitor = "twice", .path = "/p"},
         {.ts = "2026-11-01 08:00:01", .visitor = "twice", .path = "/p"}});
  EXPECT_THAT(all(report("funnel", "2026-11-01", "2026-11-01").grid, "visitors"), ElementsAre("2", "1"));
}

TEST_F(Funnels, a_start_belongs_to_the_period_and_its_way_may_leave_it) {
  EXPECT_THAT(
      visitors({step("late", "2026-11-01 22:59:59", "1"), step("late", "2026-11-02 10:00:00", "2"),
                step("before", "2026-10-31 22:59:59", "1"), step("before", "2026-11-01 10:00:00", "2"),
                step("after", "2026-11-01 23:00:00", "1")}),
      ElementsAre("1", "1", "0"));
}

TEST_F(Funnels, visitors_without_an_id_are_left_out_and_said_to_be) {
  store({step("", "2026-11-01 08:00:00", "1"), step("", "2026-11-01 08:00:00", "1"),
         step("v", "2026-11-01 08:00:00", "1")});
  const Report found = report("funnel", "2026-11-01", "2026-11-01");
  EXPECT_THAT(all(found.grid, "visitors"), ElementsAre("1", "0", "0"));
  EXPECT_THAT(notes(found), ElementsAre("unlinked_left_out"));
}

TEST_F(Funnels, every_kind_of_match_finds_its_events_only) {
  site_.funnels[0].steps = {{"view", ViewMatch{"/p/"}},
                            {"step", StepMatch{"checkout", "cart"}},
                            {"click", ClickMatch{"call"}},
                            {"event", EventMatch{"form"}},
                            {"conversion", ConversionMatch{"done"}}};
  const auto path_of = [](std::string who, std::string type, int second, std::string name) {
    Hit hit = step(std::move(who), "2026-11-01 08:00:0" + std::to_string(second), std::move(name));
    hit.type = std::move(type);
    return hit;
  };
  std::vector<Hit> hits;
  const std::vector<std::string> types{"view", "step", "click", "event", "conversion"};
  const std::vector<std::string> names{"", "", "call", "form", "done"};
  for (int wrong = 0; wrong <= 5; ++wrong)
    for (int k = 0; k < 5; ++k) {
      // Visitor number k has a wrong event at step k; visitor 5 has none.
      Hit hit = path_of("v" + std::to_string(wrong), types[static_cast<std::size_t>(k)], k,
                        names[static_cast<std::size_t>(k)]);
      hit.path = k == wrong ? "/p" : "/p/1";
      hit.funnel = "checkout";
      hit.step = k == wrong ? "address" : "cart";
      if (k == wrong && k >= 2) hit.name += "x";
      hits.push_back(hit);
    }
  EXPECT_THAT(visitors(hits), ElementsAre("5", "4", "3", "2", "1"));
}

TEST_F(Funnels, an_unknown_funnel_is_refused_and_a_site_without_one_has_no_card) {
  Ask ask;
  ask.name = "funnel";
  ask.period = {*day_from_text("2026-11-01"), *day_from_text("2026-11-01")};
  ask.funnel = "g";
  EXPECT_EQ(run(*engine_->source, site_, ask).error(), Refusal::unknown_funnel);
  site_.funnels.clear();
  ask.funnel = "";
  EXPECT_EQ(run(*engine_->source, site_, ask).error(), Refusal::unknown_funnel);
  EXPECT_FALSE(report("overview", "2026-11-01", "2026-11-01").main_funnel);
}

}  // namespace
}  // namespace etappe::report
