#pragma once
// The real engine with rows made by hand: one engine for all tests of a program, one site per test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "server/report/report.hpp"
#include "server/store/report_source.hpp"
#include "server/store/schema.hpp"
#include "tests/server/store/engine_process.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::report {

using namespace std::chrono_literals;

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
  std::string link = "linked";
  int page = 0;  ///< which page load; 0: not said
  std::string region = "";
  std::string device = "";
  std::string version = "";  ///< of a consent event
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
        "order_id, weight, funnel, step, touch, channel, source, medium, consent_analytics, link, page, "
        "region, device, props, "
        "segment, record, "
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
             text(hit.analytics) + ", " + text(hit.link) + ", toUUID('00000000-0000-0000-0000-" +
             (std::to_string(hit.page + 1'000'000'000'000).substr(1)) + "'), " + text(hit.region) + ", " +
             text(hit.device) + ", map('version', " + text(hit.version) +
             "), '00000000-0000-4000-8000-000000000000', " + number + ", 1), ";
    }
    sql.resize(sql.size() - 2);
    const auto answer = engine_->client->ask({.sql = sql}, 30s);
    ASSERT_TRUE(answer && answer->good()) << (answer ? answer->body : "silent");
  }

  /// Fetches of the script: [quarter, version, region, device, how many].
  using Fetches = std::vector<std::tuple<std::string, std::string, std::string, std::string, int>>;
  void store_fetches(const Fetches& fetches) {
    std::string sql = "INSERT INTO script_loads VALUES ";
    for (const auto& [quarter, version, region, device, count] : fetches)
      sql += "('" + site_.id + "', '" + quarter + "', '" + version + "', '" + region + "', '" + device +
             "', " + std::to_string(count) + "), ";
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

inline Hit view(std::string ts, std::string visitor, std::string session) {
  return {.ts = std::move(ts), .visitor = std::move(visitor), .session = std::move(session)};
}
/// Of a visitor who is known for a day only, on one page load.
inline Hit daily(std::string ts, std::string hash, int page = 0) {
  return {.ts = std::move(ts),
          .visitor = std::move(hash),
          .analytics = "undetermined",
          .link = "daily",
          .page = page};
}
inline Hit arrival(std::string ts, std::string session, std::string channel, std::string source,
                   std::string medium) {
  return {.ts = std::move(ts),
          .visitor = "v",
          .session = std::move(session),
          .touch = 1,
          .channel = std::move(channel),
          .source = std::move(source),
          .medium = std::move(medium)};
}
inline Hit order(std::string ts, std::string session, std::string order_id, std::string value,
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

}  // namespace etappe::report
