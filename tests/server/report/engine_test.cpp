// The reports' statements against the real engine, on rows made for the boundaries of their definitions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "server/report/export.hpp"
#include "server/report/report.hpp"
#include "server/store/report_source.hpp"
#include "server/store/schema.hpp"
#include "tests/server/store/engine_process.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::report {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A row of the table; what is not named has the value that most rows have.
struct Hit {
  std::string ts;  ///< UTC
  std::string type = "view";
  std::string visitor = "";
  std::string session = "";
  std::string path = "/";
  std::string name = "";
  std::string value = "NULL";
  std::string currency = "";
  std::string order_id = "";
  std::string weight = "";
  std::string funnel = "";
  std::string step = "";
  int touch = 0;
  std::string channel = "";
  std::string source = "";
  std::string medium = "";
  std::string analytics = "granted";
  std::string id = "";  ///< empty: a new one
};

/// One engine for all tests; each test has a site of its own.
class Reports : public ::testing::Test {
 protected:
  struct Engine {
    TemporaryFolder folder;
    store::testing::EngineProcess process{folder.path()};
    std::optional<store::Client> client;
    std::optional<store::ReportSource> source;
    int sites = 0;
    int rows = 0;
  };
  static void SetUpTestSuite() {
    if (!store::testing::engine_absent().empty()) return;
    engine_ = new Engine;
    ASSERT_TRUE(engine_->process.wait_until_ready());
    engine_->client.emplace(engine_->process.endpoint());
    engine_->source.emplace(*engine_->client);
    ASSERT_TRUE(store::migrate(*engine_->client));
  }
  static void TearDownTestSuite() {
    delete engine_;
    engine_ = nullptr;
  }
  void SetUp() override {
    if (const std::string reason = store::testing::engine_absent(); !reason.empty()) GTEST_SKIP() << reason;
    site_.id = site_.key = "site" + std::to_string(++engine_->sites);
    site_.name = "Shop";
    site_.zone = "Europe/Berlin";
    site_.currency = "EUR";
  }

  void store(const std::vector<Hit>& hits) {
    std::string sql =
        "INSERT INTO events (site, key_day, id, type, ts, received_at, visitor, session, path, name, value, "
        "currency, "
        "order_id, weight, funnel, step, touch, channel, source, medium, consent_analytics, segment, record, "
        "enrich_version) VALUES ";
    const auto text = [](const std::string& value) { return "'" + value + "'"; };
    for (const Hit& hit : hits) {
      const std::string number = std::to_string(++engine_->rows);
      const std::string id = !hit.id.empty()
                                 ? hit.id
                                 : "00000000-0000-4000-8000-" + std::string(12 - number.size(), '0') + number;
      sql += "(" + text(site_.id) + ", toDate(" + text(hit.ts.substr(0, 10)) + "), " + text(id) + ", " +
             text(hit.type) + ", " + text(hit.ts) + ", " + text(hit.ts) + ", " + text(hit.visitor) + ", " +
             text(hit.session) + ", " + text(hit.path) + ", " + text(hit.name) + ", " + hit.value + ", " +
             text(hit.currency) + ", " + text(hit.order_id) + ", " + text(hit.weight) + ", " +
             text(hit.funnel) + ", " + text(hit.step) + ", " + std::to_string(hit.touch) + ", " +
             text(hit.channel) + ", " + text(hit.source) + ", " + text(hit.medium) + ", " +
             text(hit.analytics) + ", '00000000-0000-4000-8000-000000000000', " + number + ", 1), ";
    }
    sql.resize(sql.size() - 2);
    const auto answer = engine_->client->ask({.sql = sql}, 30s);
    ASSERT_TRUE(answer && answer->good()) << (answer ? answer->body : "silent");
  }

  Report report(std::string name, std::string_view from, std::string_view to,
                Comparing comparing = Comparing::none, std::string_view as_of_day = "2026-11-30") {
    Ask ask;
    ask.name = std::move(name);
    ask.period = {*day_from_text(from), *day_from_text(to)};
    ask.comparing = comparing;
    ask.as_of = *day_from_text(as_of_day) + 12h;
    auto found = run(*engine_->source, site_, ask);
    if (!found) {
      ADD_FAILURE() << "refused: " << name_of(found.error());
      return {};
    }
    return std::move(*found);
  }

  static std::string text(const Cell& cell) {
    if (const auto* count = std::get_if<std::int64_t>(&cell)) return std::to_string(*count);
    if (const auto* number = std::get_if<double>(&cell)) return std::to_string(*number);
    if (const auto* words = std::get_if<std::string>(&cell)) return *words;
    return "–";
  }
  /// A row's cell by the name of its column.
  static std::string at(const Grid& grid, std::size_t row, std::string_view column) {
    for (std::size_t i = 0; i < grid.columns.size(); ++i)
      if (grid.columns[i].name == column)
        return row < grid.rows.size() ? text(grid.rows[row][i]) : "(no row)";
    return "(no column)";
  }
  static std::vector<std::string> all(const Grid& grid, std::string_view column) {
    std::vector<std::string> cells;
    for (std::size_t row = 0; row < grid.rows.size(); ++row) cells.push_back(at(grid, row, column));
    return cells;
  }
  static std::string total(const Grid& grid, std::string_view name) {
    for (const auto& [key, cell] : grid.totals)
      if (key == name) return text(cell);
    return "(no total)";
  }
  static std::vector<std::string> notes(const Report& report) {
    std::vector<std::string> codes;
    for (const Note& note : report.notes) codes.emplace_back(name_of(note.code));
    return codes;
  }

  static inline Engine* engine_ = nullptr;
  Site site_;
};

Hit view(std::string ts, std::string visitor, std::string session) {
  return {.ts = std::move(ts), .visitor = std::move(visitor), .session = std::move(session)};
}
Hit arrival(std::string ts, std::string session, std::string channel, std::string source,
            std::string medium) {
  return {.ts = std::move(ts),
          .visitor = "v",
          .session = std::move(session),
          .touch = 1,
          .channel = std::move(channel),
          .source = std::move(source),
          .medium = std::move(medium)};
}
Hit order(std::string ts, std::string session, std::string order_id, std::string value,
          std::string currency = "EUR") {
  return {.ts = std::move(ts),
          .type = "conversion",
          .visitor = "v",
          .session = std::move(session),
          .name = "order",
          .value = value.empty() ? "NULL" : "'" + value + "'",
          .currency = std::move(currency),
          .order_id = std::move(order_id),
          .weight = "primary"};
}

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

class Extracts : public Reports {
 protected:
  std::string poured(Extract extract, Format format, std::string_view from, std::string_view to) {
    std::string bytes;
    const auto done =
        pour_extract(*engine_->source, extract, format, site_, {*day_from_text(from), *day_from_text(to)},
                     [&bytes](std::string_view piece) {
                       bytes += piece;
                       return true;
                     });
    EXPECT_TRUE(done) << name_of(done.error());
    return bytes;
  }
  static std::size_t lines(const std::string& bytes) {
    return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  }
};

TEST_F(Extracts, csv_cells_that_a_spreadsheet_would_run_are_defused) {
  Hit hit = order("2026-11-01 10:00:00.123", "s", "A-1", "-5.5");
  hit.name = "=HYPERLINK(1)";
  hit.visitor = "@v";
  hit.path = "-path";
  store({hit});
  const std::string csv = poured(Extract::events, Format::csv, "2026-11-01", "2026-11-01");
  EXPECT_THAT(csv, HasSubstr("\"'=HYPERLINK(1)\""));
  EXPECT_THAT(csv, HasSubstr("\"'@v\""));
  EXPECT_THAT(csv, HasSubstr("\"'-path\""));
  EXPECT_THAT(csv, HasSubstr("\"A-1\""));
  EXPECT_THAT(csv, HasSubstr("\"2026-11-01T10:00:00.123Z\""));
  EXPECT_THAT(csv, HasSubstr(",-5.5,"));
  EXPECT_EQ(lines(csv), 2U);
  const std::string json = poured(Extract::events, Format::ndjson, "2026-11-01", "2026-11-01");
  EXPECT_THAT(json, HasSubstr("\"name\":\"=HYPERLINK(1)\""));
  EXPECT_THAT(json, HasSubstr("\"value\":\"-5.5\""));
}

TEST_F(Extracts, conversions_are_those_that_the_reports_count) {
  store({arrival("2026-11-01 10:00:00", "s", "Affiliates", "awin", "affiliate"),
         order("2026-11-01 10:01:00", "s", "A-1", "1"), order("2026-11-02 10:01:00", "s", "A-1", "2"),
         order("2026-11-02 10:01:00", "", "A-2", "3")});
  const std::string both = poured(Extract::conversions, Format::ndjson, "2026-11-01", "2026-11-02");
  EXPECT_EQ(lines(both), 2U) << both;
  EXPECT_THAT(both, HasSubstr("\"channel\":\"Affiliates\",\"source\":\"awin\",\"medium\":\"affiliate\""));
  EXPECT_THAT(both, HasSubstr("\"channel\":\"Unassigned\""));
  EXPECT_EQ(lines(poured(Extract::conversions, Format::ndjson, "2026-11-02", "2026-11-02")), 1U);
}

TEST_F(Extracts, touchpoints_are_the_hits_that_begin_a_touch) {
  store({arrival("2026-11-01 10:00:00", "s", "Affiliates", "awin", "affiliate"),
         view("2026-11-01 10:01:00", "v", "s"),
         arrival("2026-11-02 23:30:00", "t", "Email", "news", "email")});
  EXPECT_EQ(lines(poured(Extract::touchpoints, Format::ndjson, "2026-11-01", "2026-11-02")), 1U);
  const std::string parquet = poured(Extract::touchpoints, Format::parquet, "2026-11-01", "2026-11-03");
  ASSERT_GT(parquet.size(), 8U);
  EXPECT_EQ(parquet.substr(0, 4), "PAR1");
  EXPECT_EQ(parquet.substr(parquet.size() - 4), "PAR1");
}

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
