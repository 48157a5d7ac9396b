// The store's rooms against the real engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "server/store/event_rows.hpp"
#include "server/store/report_source.hpp"
#include "server/store/schema.hpp"
#include "tests/server/store/engine_process.hpp"

namespace etappe::store {
namespace {

using namespace std::chrono_literals;
using testing::EngineProcess;

class Engine : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = testing::engine_absent(); !reason.empty()) GTEST_SKIP() << reason;
    engine_.emplace(folder_.path());
    ASSERT_TRUE(engine_->wait_until_ready());
    client_.emplace(engine_->endpoint());
  }
  std::string value(const std::string& sql) {
    const auto answer = client_->ask({.sql = sql, .format = "TSVRaw"}, 30s);
    return answer ? answer->body.substr(0, answer->body.rfind('\n')) : "(silent)";
  }

  TemporaryFolder folder_;
  std::optional<EngineProcess> engine_;
  std::optional<Client> client_;
};

event::Uuid uuid(std::uint8_t last) {
  event::Uuid id;
  for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(i * 17);
  id.bytes[15] = last;
  return id;
}

feed::Row row(std::uint8_t number) {
  feed::Row made;
  made.envelope.site = "shop";
  made.envelope.link = codec::Link::linked;
  made.envelope.received_at = made.envelope.client_time = event::TimeMs(1'700'000'000'123ms);
  event::EventView& event = made.envelope.event;
  event.id = uuid(number);
  event.type = event::Type::conversion;
  event.time = made.envelope.client_time;
  event.value = "129.90";
  event.scroll = 80;
  event.person = "p";
  event.title = "two\n\nlines; 'and' more";
  event.consent.analytics = consent::State::granted;
  made.key_day = std::chrono::floor<std::chrono::days>(made.envelope.client_time);
  made.origin = {.touch = true, .channel = "Affiliates", .sub_ids = {{"sv1", "x"}}};
  made.segment = uuid(200);
  made.record = number;
  made.enrich_version = 1;
  return made;
}

TEST_F(Engine, AppliesTheSchemaOnceAndRefusesANewerOne) {
  EXPECT_EQ(migrate(*client_).value_or(0), schema_files().size());
  EXPECT_EQ(migrate(*client_).value_or(0), schema_files().size());
  EXPECT_EQ(value("SELECT count() FROM schema_versions"), std::to_string(schema_files().size()));
  const auto older = migrate(*client_, schema_files().first(1));
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().kind, SchemaError::Kind::newer);
  std::vector<SchemaFile> broken(schema_files().begin(), schema_files().end());
  broken.push_back({static_cast<unsigned>(broken.size()) + 1, "broken.sql", "CREATE NONSENSE;\n"});
  const auto refused = migrate(*client_, broken);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SchemaError::Kind::refused);
}

TEST_F(Engine, StoresEveryColumnAsItWas) {
  ASSERT_TRUE(migrate(*client_));
  EventRows rows(*client_);
  std::vector<feed::Row> one{row(1)};
  const event::ItemView items[] = {{"sku", "Motor", "12.5", 3}, {"x", "", "", 1}};
  const event::PropView props[] = {{"a\n", "b"}};
  one[0].envelope.event.items = items;
  one[0].envelope.event.props = props;
  ASSERT_TRUE(rows.insert(one, "t1"));
  EXPECT_EQ(
      value("SELECT site, key_day, id, type, ts, link, title, value, weight, person, scroll, items.price, "
            "items.quantity, "
            "props, "
            "consent_analytics, consent_marketing, touch, channel, sub_ids, segment, record, enrich_version "
            "FROM events FORMAT CSV"),
      "\"shop\",\"2023-11-14\",\"00112233-4455-6677-8899-aabbccddee01\",\"conversion\",\"2023-11-14 "
      "22:13:20.123\","
      "\"linked\",\"two\n\nlines; 'and' "
      "more\",129.9,\"primary\",\"p\",80,\"[12.5,NULL]\",\"[3,1]\",\"{'a\\n':'b'}\","
      "\"granted\",\"undetermined\",1,\"Affiliates\",\"{'sv1':'x'}\",\"00112233-4455-6677-8899-"
      "aabbccddeec8\",1,1");
}

TEST_F(Engine, AddsColumnsToAStoreThatHasRows) {
  ASSERT_EQ(migrate(*client_, schema_files().first(2)).value_or(0), 2u);
  ASSERT_TRUE(client_->ask({.sql = "INSERT INTO events (site, visitor) VALUES ('shop', 'v')"}, 30s));
  ASSERT_EQ(migrate(*client_).value_or(0), schema_files().size());
  EXPECT_EQ(value("SELECT visitor, person, scroll FROM events FORMAT CSV"), "\"v\",\"\",0");
}

TEST_F(Engine, StoresTheRowsOfATokenOnce) {
  ASSERT_TRUE(migrate(*client_));
  EventRows rows(*client_);
  std::vector<feed::Row> batch{row(1), row(2), row(3)};
  batch[2].key_day += std::chrono::days(40);  // another partition, another part
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(rows.insert(batch, "token"));
  EXPECT_EQ(value("SELECT count() FROM events"), "3");
  engine_->end(SIGKILL);
  EXPECT_EQ(rows.insert(batch, "token").error(), feed::StoreError::unreachable);
  engine_->start();
  ASSERT_TRUE(engine_->wait_until_ready());
  ASSERT_TRUE(rows.insert(batch, "token"));
  EXPECT_EQ(value("SELECT count() FROM events"), "3");
  EXPECT_EQ(rows.stored(uuid(200), 1, 2).value_or(std::vector<std::uint32_t>{}),
            (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(rows.stored(uuid(201), 0, 9).value_or(std::vector<std::uint32_t>{7}),
            std::vector<std::uint32_t>{});
  ASSERT_TRUE(rows.insert_rejected(
      {{.bytes = "raw", .reason = "bad_version", .segment = uuid(200), .record = 9}}, "r"));
  EXPECT_EQ(rows.stored(uuid(200), 3, 20).value_or(std::vector<std::uint32_t>{}),
            (std::vector<std::uint32_t>{3, 9}));
}

TEST_F(Engine, ShowsARepeatedEventOnce) {
  ASSERT_TRUE(migrate(*client_));
  EventRows rows(*client_);
  ASSERT_TRUE(rows.insert({row(1), row(2)}, "first"));
  auto again = row(1);
  again.record = 77;
  ASSERT_TRUE(rows.insert({again}, "second"));
  EXPECT_EQ(value("SELECT count() FROM events FINAL"), "2");
}

TEST_F(Engine, AnswersReportsReadOnly) {
  ReportSource source(*client_);
  const std::string hostile = "'; DROP TABLE events; --\\\n\t{a:String}";
  const auto table =
      source.ask({.sql = "SELECT {a:String} AS a, {n:UInt32} AS n, toDecimal64('1.50', 6) AS d, "
                         "{l:Array(String)} AS l, toUInt64(5) AS u",
                  .parameters = {{"a", hostile}, {"n", "7"}, {"l", "['x','it\\'s']"}}});
  ASSERT_TRUE(table);
  const std::vector<report::Cell> expected{hostile, std::int64_t{7}, std::string("1.5"),
                                           std::string("[\"x\",\"it's\"]"), std::int64_t{5}};
  EXPECT_EQ(table->rows.at(0), expected);
  EXPECT_EQ(source.ask({.sql = "CREATE TABLE t (a Int8) ENGINE = Memory"}).error(),
            report::SourceError::refused);
  EXPECT_EQ(source.ask({.sql = "SELECT * FROM file('/etc/passwd', 'LineAsString')"}).error(),
            report::SourceError::refused);
  EXPECT_EQ(source.ask({.sql = "SELECT 1 INTO OUTFILE '/tmp/etappe-must-not-exist'"}).error(),
            report::SourceError::refused);
  ReportSource hasty(*client_, 1s);
  EXPECT_EQ(
      hasty.ask({.sql = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))"})
          .error(),
      report::SourceError::too_slow);
}

TEST_F(Engine, KeepsSettingsAwayFromTheNextQuestion) {
  const auto changed = client_->ask(
      {.sql = "SELECT getSetting('max_threads')", .settings = {{"max_threads", "3"}}, .format = "TSVRaw"},
      30s);
  EXPECT_EQ(changed->body, "3\n");
  EXPECT_NE(value("SELECT getSetting('max_threads')"), "3");
}

TEST_F(Engine, EndsCleanlyWhenAsked) {
  const int status = engine_->end(SIGTERM);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Engine, KeepsASecondEngineOutOfTheFolder) {
  EngineProcess second(folder_.path());
  Client client(second.endpoint());
  const int status = second.end(0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 12);
  EXPECT_TRUE(client_->ping(5s));
}

}  // namespace
}  // namespace etappe::store
