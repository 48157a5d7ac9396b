// What exports pour.
#include <algorithm>

#include "server/report/export.hpp"
#include "tests/server/report/engine_fixture.hpp"

namespace etappe::report {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace etappe::report
