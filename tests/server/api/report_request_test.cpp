#include "server/api/report_request.hpp"

#include <gtest/gtest.h>

namespace etappe::api {
namespace {

TEST(ReportRequest, reads_path_and_query) {
  const auto request =
      report_request("/api/v1/sites/my%20shop/reports/funnel",
                     "from=2026-10-26&to=2026-11-22&compare=none&funnel=a%2Fb&sql=1&format=csv");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->site_key, "my shop");
  EXPECT_EQ(request->ask.name, "funnel");
  EXPECT_EQ(request->ask.period.days(), 28);
  EXPECT_EQ(request->ask.comparing, report::Comparing::none);
  EXPECT_EQ(request->ask.funnel, "a/b");
  EXPECT_EQ(request->statements, report::Statements::shown);
  EXPECT_EQ(request->form, Form::csv);
}

TEST(ReportRequest, compares_with_the_previous_period_unless_told_not_to) {
  const auto request = report_request("/api/v1/sites/s/reports/overview", "from=2026-11-22&to=2026-11-22");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->ask.comparing, report::Comparing::previous);
  EXPECT_EQ(request->form, Form::json);
}

TEST(ReportRequest, every_fault_has_its_reason) {
  struct Case {
    std::string path;
    std::string query;
    Reason reason;
  };
  const std::string overview = "/api/v1/sites/s/reports/overview";
  const std::string days = "from=2026-11-01&to=2026-11-02";
  for (const auto& [path, query, reason] :
       {Case{"/api/v1/sites/s/reports/attribution", days, Reason::unknown_report},
        Case{"/api/v1/sites/s%0/reports/overview", days, Reason::unknown_site},
        Case{"/api/v1/sites//reports/overview", days, Reason::unknown_path},
        Case{"/api/v1/sites/s/reports/overview/x", days, Reason::unknown_path},
        Case{"/api/v1/sites/s/reports/", days, Reason::unknown_path},
        Case{overview, "", Reason::missing_parameter},
        Case{overview, "from=2026-11-01", Reason::missing_parameter},
        Case{overview, "from=2026-11-31&to=2026-12-01", Reason::bad_date},
        Case{overview, "from=2026-1-1&to=2026-12-01", Reason::bad_date},
        Case{overview, "from=1999-12-31&to=2026-12-01", Reason::bad_date},
        Case{overview, "from=2026-12-01&to=2101-01-01", Reason::bad_date},
        Case{overview, "from=2026-11-02&to=2026-11-01", Reason::bad_range},
        Case{overview, "from=2023-11-02&to=2026-11-02", Reason::bad_range},
        Case{overview, days + "&compare=year", Reason::bad_parameter},
        Case{overview, days + "&sql=yes", Reason::bad_parameter},
        Case{overview, days + "&format=xml", Reason::bad_parameter},
        Case{overview, days + "&funnel=x", Reason::bad_parameter},
        Case{overview, days + "&segment=x", Reason::bad_parameter},
        Case{overview, days + "&from=2026-11-01", Reason::bad_parameter},
        Case{overview, days + "&x=%", Reason::bad_parameter}}) {
    const auto request = report_request(path, query);
    ASSERT_FALSE(request) << path << "?" << query;
    EXPECT_EQ(name_of(request.error().reason), name_of(reason)) << path << "?" << query;
  }
  EXPECT_TRUE(report_request(overview, "from=2023-11-03&to=2026-11-02"));
}

}  // namespace
}  // namespace etappe::api
