#include "server/collect/intake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "core/codec/batch.hpp"
#include "core/codec/envelope.hpp"

namespace etappe::collect {
namespace {

using namespace std::chrono_literals;
using event::TimeMs;

const TimeMs kNow{std::chrono::milliseconds(1'777'629'600'000)};  // 2026-05-01T10:00:00Z

constexpr PersonSecret kSecret{1, 2, 3};

std::shared_ptr<const artefact::SiteTable> table() {
  artefact::Site other;
  other.key = "s2";
  artefact::Site site;
  site.key = "s1";
  site.id = "stable-id";
  site.domains = {"a.example"};
  site.ingest_token_hashes = {
      "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"};  // "secret"
  return artefact::SiteTable::of({site, other});
}

std::string id_text(int number) {
  char text[37];
  std::snprintf(text, sizeof text, "00000000-0000-7000-8000-%012d", number);
  return text;
}

/// A JSON event of that number with these further members.
std::string event_json(int number, const std::string& members) {
  return R"({"id":")" + id_text(number) +
         R"(","t":"view","ts":"2026-05-01T09:59:50Z","url":"https://a.example/")" + members + "}";
}
std::string batch_json(const std::string& events, const std::string& members = "") {
  return R"({"site":"s1")" + members + R"(,"events":[)" + events + "]}";
}

struct Opened {
  Record record;
  codec::Lists lists;
  codec::EnvelopeView envelope;
};

class IntakeTest : public ::testing::Test {
 protected:
  Result<Intake, Refused> take(const std::string& body, const Arrival& arrival) {
    return take_in(std::as_bytes(std::span(body)), arrival, *table_, kSecret);
  }
  Result<Intake, Refused> take(const std::string& body) { return take(body, arrival()); }
  static Arrival arrival() {
    Arrival arrival;
    arrival.received_at = kNow;
    arrival.user_agent = "Mozilla/5.0";
    return arrival;
  }
  /// The envelope of a record; it lives as long as the test.
  const codec::EnvelopeView& open(const Record& record) {
    opened_.push_back(std::make_unique<Opened>());
    Opened& one = *opened_.back();
    one.record = record;
    const auto envelope = codec::read_envelope(one.record, one.lists);
    EXPECT_TRUE(envelope.has_value());
    if (envelope) one.envelope = *envelope;
    return one.envelope;
  }

  std::shared_ptr<const artefact::SiteTable> table_ = table();
  std::vector<std::unique_ptr<Opened>> opened_;
};

TEST_F(IntakeTest, MakesAnEnvelopeWithEverythingOnlyTheMomentOfArrivalKnows) {
  const auto intake = take(batch_json(event_json(1, R"(,"title":"T")")));
  ASSERT_TRUE(intake.has_value());
  EXPECT_EQ(intake->site, "s1");
  ASSERT_EQ(intake->records.size(), 1u);
  const auto& envelope = open(intake->records[0]);
  EXPECT_EQ(envelope.received_at, kNow);
  EXPECT_EQ(envelope.client_time, kNow - 10s);
  EXPECT_EQ(envelope.event.time, kNow - 10s);
  EXPECT_EQ(envelope.site, "stable-id") << "rows keep the id that survives a rotated key";
  EXPECT_EQ(envelope.user_agent, "Mozilla/5.0");
  EXPECT_EQ(envelope.event.title, "T");
  EXPECT_EQ(event::parse_uuid(id_text(1)), envelope.event.id);
}

TEST_F(IntakeTest, KeepsIdsOnlyBesideAGrantedAnalyticsConsent) {
  const struct {
    const char* consent;
    codec::Link link;
  } rows[] = {
      {R"(,"consent":{"analytics":true})", codec::Link::linked},
      {R"(,"consent":{"analytics":true,"marketing":false})", codec::Link::linked},
      {R"(,"consent":{"analytics":false})", codec::Link::unlinked},
      {R"(,"consent":{"marketing":true})", codec::Link::unlinked},
      {R"(,"consent":{})", codec::Link::unlinked},
      {"", codec::Link::unlinked},
  };
  for (const auto& row : rows) {
    const auto intake =
        take(batch_json(event_json(1, std::string(R"(,"visitor":"v1","session":"s1")") + row.consent)));
    ASSERT_TRUE(intake.has_value()) << row.consent;
    const auto& envelope = open(intake->records[0]);
    const bool linked = row.link == codec::Link::linked;
    EXPECT_EQ(envelope.link, row.link) << row.consent;
    EXPECT_EQ(envelope.event.visitor, linked ? "v1" : "") << row.consent;
    EXPECT_EQ(envelope.event.session, linked ? "s1" : "") << row.consent;
    if (!linked) {
      const std::string_view bytes(reinterpret_cast<const char*>(intake->records[0].data()),
                                   intake->records[0].size());
      EXPECT_EQ(bytes.find("v1"), std::string_view::npos) << "not even as bytes: " << row.consent;
    }
  }
}

TEST_F(IntakeTest, KeepsAPersonOnlyAsAKeyedHashOfThisSite) {
  const std::string granted = R"(,"t":"identify","consent":{"analytics":true},"person":)";
  const auto kept = [&](const std::string& batch) {
    const auto intake = take(batch);
    EXPECT_TRUE(intake.has_value()) << batch;
    if (!intake) return std::string();
    const Record& record = intake->records[0];
    const std::string_view bytes(reinterpret_cast<const char*>(record.data()), record.size());
    EXPECT_EQ(bytes.find("K-1001"), std::string_view::npos) << "not even as bytes: " << batch;
    EXPECT_EQ(bytes.find(hashed_person("stable-id", "K-1001")), std::string_view::npos) << batch;
    return std::string(open(record).event.person);
  };
  const std::string plain = kept(batch_json(event_json(1, granted + R"(" K-1001 ")")));
  EXPECT_EQ(plain, kept_person(kSecret, "stable-id", "K-1001"));
  const std::string page =
      kept(batch_json(event_json(1, granted + '"' + hashed_person("stable-id", "K-1001") + '"')));
  EXPECT_EQ(page, plain) << "the salt is the site's id, not its key";
  const std::string elsewhere =
      kept(R"({"site":"s2","events":[)" + event_json(1, granted + R"("K-1001")") + "]}");
  EXPECT_EQ(elsewhere.size(), 32u);
  EXPECT_NE(elsewhere, plain) << "nobody is one person on two sites";
  for (const char* consent :
       {"", R"(,"consent":{"analytics":false,"marketing":true})", R"(,"consent":{"marketing":true})"}) {
    EXPECT_EQ(kept(batch_json(event_json(1, R"(,"t":"identify","person":"K-1001")" + std::string(consent)))),
              "")
        << consent;
  }
}

TEST_F(IntakeTest, HashesThePersonOfABinaryBatchJustAsWell) {
  std::vector<std::byte> space(8192);
  codec::BatchWriter writer(space);
  codec::HeaderView header;
  header.site = "s1";
  header.instance.bytes[0] = 7;
  header.base = kNow - 60s;
  writer.begin(header);
  const std::string from_page = hashed_person("stable-id", "K-1001");
  event::EventView event;
  event.type = event::Type::identify;
  event.time = kNow - 20s;
  event.consent.analytics = consent::State::granted;
  for (const std::string_view person : {std::string_view(from_page), std::string_view("K-1001")}) {
    event.person = person;
    ASSERT_TRUE(writer.add(event, static_cast<std::uint32_t>(writer.event_count())).has_value());
  }
  event.person = " ";
  ASSERT_TRUE(writer.add(event, 2).has_value());
  event.consent = {};
  event.person = from_page;
  ASSERT_TRUE(writer.add(event, 3).has_value());
  const auto intake = take_in(writer.finish(kNow), arrival(), *table_, kSecret);
  ASSERT_TRUE(intake.has_value());
  ASSERT_EQ(intake->records.size(), 3u);
  const std::string kept = kept_person(kSecret, "stable-id", "K-1001");
  EXPECT_EQ(open(intake->records[0]).event.person, kept);
  EXPECT_EQ(open(intake->records[1]).event.person, kept);
  EXPECT_EQ(open(intake->records[2]).event.person, "") << "no grant";
  ASSERT_EQ(intake->rejected.size(), 1u);
  EXPECT_EQ(intake->rejected[0].reason, "missing_person") << "nothing but white space";
}

TEST_F(IntakeTest, OneBadEventDoesNotLoseItsBatch) {
  const auto intake = take(batch_json(event_json(1, "") + "," + event_json(2, R"(,"value":"x")") + "," + "5" +
                                      "," + event_json(4, "")));
  ASSERT_TRUE(intake.has_value());
  EXPECT_EQ(intake->records.size(), 2u);
  ASSERT_EQ(intake->rejected.size(), 2u);
  EXPECT_EQ(intake->rejected[0].index, 1u);
  EXPECT_EQ(intake->rejected[0].reason, "bad_value");
  EXPECT_EQ(intake->rejected[1].index, 2u);
  EXPECT_EQ(intake->rejected[1].reason, "bad_field");
  EXPECT_THAT(intake->ids,
              ::testing::ElementsAre(*event::parse_uuid(id_text(1)), *event::parse_uuid(id_text(4))));
}

TEST_F(IntakeTest, ABatchWithoutAnythingGoodIsRefusedAndSaysWhy) {
  const auto refused = take(batch_json(event_json(1, R"(,"value":"x")")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().refusal, Refusal::no_valid_event);
  EXPECT_EQ(refused.error().site, "s1");
  ASSERT_EQ(refused.error().rejected.size(), 1u);
}

TEST_F(IntakeTest, RefusesEventsOlderThanADayUnlessABearerSendsThem) {
  const struct {
    const char* ts;
    const char* authorization;
    bool kept;
  } rows[] = {
      {"2026-04-30T09:50:00Z", "", true},       // 24 h 10 min
      {"2026-04-30T09:49:59.999Z", "", false},  // and a millisecond
      {"2026-04-30T09:49:59.999Z", "Bearer secret", true},
      {"2019-01-01T00:00:00Z", "Bearer secret", true},
  };
  for (const auto& row : rows) {
    Arrival with = arrival();
    with.authorization = row.authorization;
    const auto intake = take(batch_json(event_json(1, std::string(R"(,"ts":")") + row.ts + "\"")), with);
    EXPECT_EQ(intake.has_value(), row.kept) << row.ts << " " << row.authorization;
    if (!intake) {
      ASSERT_EQ(intake.error().rejected.size(), 1u);
      EXPECT_EQ(intake.error().rejected[0].reason, "too_old");
    }
  }
}

TEST_F(IntakeTest, CorrectsAWrongClockAndKeepsWhatItSaid) {
  const auto intake = take(
      batch_json(event_json(1, R"(,"ts":"2020-01-01T00:00:00Z")"), R"(,"sent_at":"2020-01-01T00:00:30Z")"));
  ASSERT_TRUE(intake.has_value());
  const auto& envelope = open(intake->records[0]);
  EXPECT_EQ(envelope.event.time, kNow - 30s);
  EXPECT_EQ(envelope.client_time, TimeMs(std::chrono::milliseconds(1'577'836'800'000)));
}

TEST_F(IntakeTest, RedactsBeforeAnythingIsWritten) {
  const auto intake = take(batch_json(event_json(
      1,
      R"(,"url":"https://a.example/?m=max%40b.de","title":"max@b.de","props":{"note":"max@b.de","pw":"\u0000"})")));
  ASSERT_TRUE(intake.has_value());
  const Record& record = intake->records[0];
  const std::string_view bytes(reinterpret_cast<const char*>(record.data()), record.size());
  EXPECT_EQ(bytes.find("max"), std::string_view::npos);
  EXPECT_EQ(open(record).event.props[1].value, "\xEF\xBF\xBD");
}

TEST_F(IntakeTest, AppliesTheRulesOfTheSite) {
  artefact::Site site;
  site.key = "s1";
  site.domains = {"a.example"};
  site.redact = "kundennr\n/konto/*";
  table_ = artefact::SiteTable::of({site});
  const auto intake = take(batch_json(event_json(
      1, R"(,"url":"https://a.example/konto/4711?kundennr=12&a=1","props":{"Kundennr":"12","b":"2"})")));
  ASSERT_TRUE(intake.has_value());
  const auto& event = open(intake->records[0]).event;
  EXPECT_EQ(event.url, "https://a.example/konto/[redacted]?kundennr=[redacted]&a=1");
  EXPECT_EQ(event.props[0].value, "[redacted]");
  EXPECT_EQ(event.props[1].value, "2");
}

TEST_F(IntakeTest, TakesABinaryBatchJustAsWell) {
  std::vector<std::byte> space(8192);
  codec::BatchWriter writer(space);
  codec::HeaderView header;
  header.site = "s1";
  header.instance.bytes[0] = 7;
  header.base = kNow - 60s;
  writer.begin(header);
  event::EventView event;
  event.type = event::Type::view;
  event.time = kNow - 20s;
  event.url = "https://a.example/x?email=abc";
  event.visitor = "v";
  event.consent.analytics = consent::State::granted;
  ASSERT_TRUE(writer.add(event, 1).has_value());
  event.url = {};
  ASSERT_TRUE(writer.add(event, 2).has_value());
  const auto bytes = writer.finish(kNow - 1s);
  const auto intake = take_in(bytes, arrival(), *table_, kSecret);
  ASSERT_TRUE(intake.has_value()) << name_of(intake.error().refusal);
  ASSERT_EQ(intake->records.size(), 1u);
  const auto& envelope = open(intake->records[0]);
  EXPECT_EQ(envelope.event.url, "https://a.example/x?email=[email]");
  EXPECT_EQ(envelope.event.visitor, "v");
  EXPECT_EQ(envelope.event.time, kNow - 20s);
  ASSERT_EQ(intake->rejected.size(), 1u);
  EXPECT_EQ(intake->rejected[0].reason, "missing_url");

  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto cut = take_in(bytes.first(length), arrival(), *table_, kSecret);
    ASSERT_FALSE(cut.has_value()) << length;
    EXPECT_EQ(cut.error().refusal, length == 0 ? Refusal::bad_json : Refusal::bad_frame) << length;
  }
  std::vector<std::byte> later(bytes.begin(), bytes.end());
  later[1] = std::byte{2};
  EXPECT_EQ(take_in(later, arrival(), *table_, kSecret).error().refusal, Refusal::bad_version);
}

TEST_F(IntakeTest, CutsALongUserAgentAndDropsOneThatIsNotText) {
  Arrival with = arrival();
  const std::string long_one = std::string(1023, 'x') + "ä";
  with.user_agent = long_one;
  EXPECT_EQ(open(take(batch_json(event_json(1, "")), with)->records[0]).user_agent, std::string(1023, 'x'));
  with.user_agent = "\xff\xfe";
  EXPECT_EQ(open(take(batch_json(event_json(1, "")), with)->records[0]).user_agent, "");
}

TEST_F(IntakeTest, HoldsBackNothingOfTheSiteFromAnUnknownSender) {
  Arrival with = arrival();
  with.origin = "https://evil.example";
  const auto refused = take(batch_json(event_json(1, "")), with);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().refusal, Refusal::origin_refused);
  EXPECT_EQ(refused.error().site, "") << "no label, no CORS header for a sender that was not admitted";
  EXPECT_EQ(take(R"({"site":"other","events":[{}]})").error().refusal, Refusal::unknown_site);
}

class Cookieless : public IntakeTest {
 protected:
  Cookieless() {
    artefact::Site site;
    site.key = "s1";
    site.id = "stable-id";
    site.domains = {"a.example"};
    site.policy = consent::Policy::cookieless;
    site.ingest_token_hashes = {
        "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"};  // "secret"
    table_ = artefact::SiteTable::of({site});
  }
  static Arrival page() {
    Arrival with = arrival();
    with.origin = "https://a.example";
    with.address = "203.0.113.7";
    with.day_key = {1, 2, 3};
    return with;
  }
};

TEST_F(Cookieless, AVisitorWhoHasNotDecidedIsAHashOfTheDayWithoutSession) {
  const auto intake = take(batch_json(event_json(1, R"(,"visitor":"v","session":"s")")), page());
  ASSERT_TRUE(intake);
  const auto& envelope = open(intake->records[0]);
  EXPECT_EQ(envelope.link, codec::Link::daily);
  EXPECT_EQ(envelope.event.visitor, day_visitor({1, 2, 3}, "203.0.113.7", "Mozilla/5.0", "stable-id"));
  EXPECT_EQ(envelope.event.session, "");
  EXPECT_EQ(intake->id_cookie.use, IdCookie::Use::none);
}

TEST_F(Cookieless, TheAddressIsInNoByteOfTheEnvelope) {
  const auto intake = take(batch_json(event_json(1, "")), page());
  ASSERT_TRUE(intake);
  const Record& record = intake->records[0];
  const std::string_view bytes(reinterpret_cast<const char*>(record.data()), record.size());
  EXPECT_EQ(bytes.find("203.0.113"), std::string_view::npos);
}

TEST_F(Cookieless, AGrantKeepsTheVisitorsOwnIds) {
  const auto intake =
      take(batch_json(event_json(1, R"(,"visitor":"v","session":"s","consent":{"analytics":true})")), page());
  ASSERT_TRUE(intake);
  const auto& envelope = open(intake->records[0]);
  EXPECT_EQ(envelope.link, codec::Link::linked);
  EXPECT_EQ(envelope.event.visitor, "v");
}

TEST_F(Cookieless, WhoHasDeniedIsNobodyNotEvenForADay) {
  const auto intake = take(batch_json(event_json(1, R"(,"consent":{"analytics":false})")), page());
  ASSERT_TRUE(intake);
  EXPECT_EQ(open(intake->records[0]).link, codec::Link::unlinked);
  EXPECT_EQ(open(intake->records[0]).event.visitor, "");
}

TEST_F(Cookieless, AServersAddressIsNobodys) {
  Arrival without_origin = page();
  without_origin.origin = {};
  Arrival bearer = page();
  bearer.authorization = "Bearer secret";
  for (const Arrival& sender : {without_origin, bearer}) {
    const auto intake = take(batch_json(event_json(1, "")), sender);
    ASSERT_TRUE(intake);
    EXPECT_EQ(open(intake->records[0]).link, codec::Link::unlinked);
  }
}

TEST_F(IntakeTest, UnderAnotherPolicyAnEventWithoutAGrantBelongsToNobody) {
  Arrival page = arrival();
  page.origin = "https://a.example";
  page.address = "203.0.113.7";
  const auto intake = take(batch_json(event_json(1, "")), page);
  ASSERT_TRUE(intake);
  EXPECT_EQ(open(intake->records[0]).link, codec::Link::unlinked);
  EXPECT_EQ(open(intake->records[0]).event.visitor, "");
}

TEST_F(IntakeTest, EventsOfTheSitesOwnPeopleAreNotKeptAndTheyAreToldNothing) {
  artefact::Site site;
  site.key = "s1";
  site.own_addresses = {"203.0.113.0/24", "2001:db8::/32"};
  table_ = artefact::SiteTable::of({site});
  for (const char* own : {"203.0.113.77", "2001:db8::1"}) {
    Arrival own_people = arrival();
    own_people.address = own;
    const auto taken = take(batch_json(event_json(1, "")), own_people);
    ASSERT_TRUE(taken) << own;
    EXPECT_TRUE(taken->records.empty());
    ASSERT_EQ(taken->rejected.size(), 1U);
    EXPECT_EQ(taken->rejected[0].reason, "own_address");
  }
  Arrival other = arrival();
  other.address = "203.0.114.1";
  const auto taken = take(batch_json(event_json(1, "")), other);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->records.size(), 1U);
}

TEST_F(IntakeTest, SecGpcDeniesMarketingWhateverTheBatchSays) {
  Arrival with = arrival();
  with.privacy_control = consent::PrivacyControl::global;
  const auto intake =
      take(batch_json(event_json(
               1, R"(,"visitor":"v","session":"s","consent":{"analytics":true,"marketing":true})")),
           with);
  ASSERT_TRUE(intake);
  const auto& envelope = open(intake->records[0]);
  EXPECT_EQ(envelope.event.consent.marketing, consent::State::denied);
  EXPECT_EQ(envelope.event.visitor, "v");
}

TEST_F(IntakeTest, TheRegionOfTheRequestStandsBesideTheEvent) {
  Arrival with = arrival();
  with.region = "DE-BY";
  const auto intake = take(batch_json(event_json(1, "")), with);
  ASSERT_TRUE(intake);
  EXPECT_EQ(open(intake->records[0]).region, "DE-BY");
}

}  // namespace
}  // namespace etappe::collect
