#include "server/collect/json_batch.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace etappe::collect {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

constexpr std::string_view kId = "0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071";

/// A batch with one event: the required members, then `members`.
std::string batch_with(std::string_view members) {
  return R"({"site":"s1","events":[{"id":")" + std::string(kId) +
         R"(","t":"view","ts":"2026-05-01T10:00:00Z","url":"https://a.example/")" + std::string(members) +
         "}]}";
}

std::optional<Refusal> refusal_of(std::string_view json) {
  const auto batch = JsonBatch::open(bytes_of(json));
  return batch ? std::nullopt : std::optional(batch.error());
}

/// Why the only event of a batch is refused; empty when it is taken.
std::string reason_of(const std::string& json) {
  auto batch = JsonBatch::open(bytes_of(json));
  if (!batch) return "batch: " + std::string(name_of(batch.error()));
  codec::Lists lists;
  const auto event = batch->next(lists);
  if (event) return "";
  return std::string(event.error().kind == codec::Refusal::Kind::bytes
                         ? codec::name_of(event.error().error)
                         : event::name_of(event.error().defect));
}

TEST(JsonBatch, ReadsEveryFieldOfAnEvent) {
  const std::string json =
      R"({"site":"s1","batch_id":"x","sent_at":"2026-05-01T10:00:05Z","unknown":[1],"events":[{
    "id":"0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071","t":"conversion","ts":"2026-05-01T10:00:00Z",
    "url":"https://a.example/p","referrer":"https://b.example/","title":"T\u00e4st","visitor":"v","session":"s",
    "name":"order","value":"129.90","currency":"EUR","quantity":3,"order_id":"A-1","tag":"t1","weight":"micro",
    "engagement_ms":1500,"scroll":80,"person":"K-1","funnel":"f","step":"st",
    "items":[{"id":"i1","name":"Bolt","price":2.5,"quantity":2,"sku":"ignored"},{"id":"i2"}],
    "props":{"a":"text","b":7,"c":true,"d":1.5,"e":null},
    "consent":{"analytics":true,"marketing":false,"other":1},"future":{"deep":[]}}]})";
  auto batch = JsonBatch::open(bytes_of(json));
  ASSERT_TRUE(batch.has_value()) << name_of(batch.error());
  EXPECT_EQ(batch->site(), "s1");
  EXPECT_EQ(batch->sent_at(), event::TimeMs(std::chrono::milliseconds(1777629605000)));
  const auto lists = std::make_unique<codec::Lists>();
  ASSERT_TRUE(batch->more());
  const auto event = batch->next(*lists);
  ASSERT_TRUE(event.has_value());
  EXPECT_FALSE(batch->more());
  EXPECT_EQ(event->type, event::Type::conversion);
  EXPECT_EQ(event->title, "Täst");
  EXPECT_EQ(event->value, "129.90");
  EXPECT_EQ(event->quantity, 3u);
  EXPECT_EQ(event->engagement_ms, 1500u);
  EXPECT_EQ(event->scroll, 80u);
  EXPECT_EQ(event->person, "K-1");
  EXPECT_EQ(event->weight, event::Weight::micro);
  EXPECT_EQ(event->consent.analytics, consent::State::granted);
  EXPECT_EQ(event->consent.marketing, consent::State::denied);
  ASSERT_EQ(event->items.size(), 2u);
  EXPECT_EQ(event->items[0].price, "2.5");
  EXPECT_EQ(event->items[1].quantity, 1u);
  ASSERT_EQ(event->props.size(), 4u);
  EXPECT_EQ(event->props[1].value, "7");
  EXPECT_EQ(event->props[1].kind, event::PropKind::number);
  EXPECT_EQ(event->props[2].value, "true");
  EXPECT_EQ(event->props[3].value, "1.5");
}

TEST(JsonBatch, TakesAnOmittedPurposeForUndetermined) {
  for (const char* consent :
       {"", R"(,"consent":{})", R"(,"consent":null)", R"(,"consent":{"analytics":null})"}) {
    const std::string json = batch_with(consent);
    auto batch = JsonBatch::open(bytes_of(json));
    ASSERT_TRUE(batch.has_value());
    const auto lists = std::make_unique<codec::Lists>();
    const auto event = batch->next(*lists);
    ASSERT_TRUE(event.has_value()) << consent;
    EXPECT_EQ(event->consent, consent::States{}) << consent;
  }
}

TEST(JsonBatch, RefusesAnEventAloneForAFieldOfTheWrongType) {
  const struct {
    const char* members;
    const char* reason;
  } rows[] = {
      {"", ""},
      {R"(,"title":null)", ""},
      {R"(,"title":5)", "bad_field"},
      {R"(,"visitor":["v"])", "bad_field"},
      {R"(,"quantity":"3")", "bad_field"},
      {R"(,"quantity":-1)", "bad_field"},
      {R"(,"quantity":1.5)", "bad_field"},
      {R"(,"quantity":4294967295)", ""},
      {R"(,"quantity":4294967296)", "bad_field"},
      {R"(,"scroll":100)", ""},
      {R"(,"scroll":101)", "bad_field"},
      {R"(,"scroll":50.5)", "bad_field"},
      {R"(,"person":7)", "bad_field"},
      {R"(,"t":"identify")", "missing_person"},
      {R"(,"value":129.9)", ""},
      {R"(,"value":-5)", ""},
      {R"(,"value":1e30)", "bad_value"},
      {R"(,"value":0.0000001)", "bad_value"},
      {R"(,"value":"12,50")", "bad_value"},
      {R"(,"value":true)", "bad_field"},
      {R"(,"currency":"eur")", "bad_currency"},
      {R"(,"weight":"heavy")", "bad_field"},
      {R"(,"consent":true)", "bad_field"},
      {R"(,"consent":{"analytics":"yes"})", "bad_field"},
      {R"(,"consent":{"analytics":1})", "bad_field"},
      {R"(,"items":{})", "bad_field"},
      {R"(,"items":["x"])", "bad_field"},
      {R"(,"props":[])", "bad_field"},
      {R"(,"props":{"a":{}})", "bad_field"},
      {R"(,"props":{"a":[1]})", "bad_field"},
      {R"(,"t":"wander")", "bad_type"},
      {R"(,"t":7)", "bad_type"},
      {R"(,"ts":1777629600)", "bad_time"},
      {R"(,"ts":"yesterday")", "bad_time"},
      {R"(,"id":"1")", "bad_field"},
      {R"(,"url":"")", "missing_url"},
  };
  for (const auto& row : rows) EXPECT_EQ(reason_of(batch_with(row.members)), row.reason) << row.members;
  EXPECT_EQ(reason_of(R"({"site":"s","events":["not an object"]})"), "bad_field");
  EXPECT_EQ(reason_of(R"({"site":"s","events":[{}]})"), "bad_type");
}

TEST(JsonBatch, HoldsTheLimitsOfListsToTheirLastElement) {
  const auto list_of = [](int count, const char* element) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      std::string one = element;
      if (const auto at = one.find('#'); at != std::string::npos) one.replace(at, 1, std::to_string(i));
      list += (i == 0 ? "" : ",") + one;
    }
    return list;
  };
  EXPECT_EQ(reason_of(batch_with(R"(,"items":[)" + list_of(64, "{}") + "]")), "");
  EXPECT_EQ(reason_of(batch_with(R"(,"items":[)" + list_of(65, "{}") + "]")), "too_many_items");
  EXPECT_EQ(reason_of(batch_with(R"(,"props":{)" + list_of(64, R"("p#":1)") + "}")), "");
  EXPECT_EQ(reason_of(batch_with(R"(,"props":{)" + list_of(65, R"("p#":1)") + "}")), "too_many_props");

  const auto events = [&](int count) { return R"({"site":"s","events":[)" + list_of(count, "{}") + "]}"; };
  EXPECT_EQ(refusal_of(events(500)), std::nullopt);
  EXPECT_EQ(refusal_of(events(501)), Refusal::too_many_events);
  EXPECT_EQ(refusal_of(events(0)), Refusal::no_valid_event);
}

TEST(JsonBatch, RefusesWhatIsNotABatch) {
  for (const char* json : {"",
                           " ",
                           "{",
                           "[]",
                           "null",
                           "5",
                           "\"text\"",
                           "{}",
                           R"({"site":"s"})",
                           R"({"events":[]})",
                           R"({"site":5,"events":[{}]})",
                           R"({"site":"","events":[{}]})",
                           R"({"site":"s","events":{}})",
                           R"({"site":"s","events":[{}],})",
                           R"({"site":"s","events":[{}]} x)",
                           R"({"site":"s","events":[{}],"sent_at":"now"})",
                           R"({"site":"s","events":[{}],"sent_at":5})",
                           R"({'site':'s','events':[{}]})",
                           "{\"site\":\"s\",\"events\":[{\"title\":\"\n\"}]}",
                           "{\"site\":\"s\",\"events\":[{\"title\":\"\xff\"}]}",
                           "{\"site\":\"s\",\"events\":[{\"title\":\"\xed\xa0\x80\"}]}",
                           "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(refusal_of(json), Refusal::bad_json) << json;
  }
  EXPECT_EQ(refusal_of(R"({"site":")" + std::string(65, 's') + R"(","events":[{}]})"), Refusal::bad_json);
  EXPECT_EQ(refusal_of(std::string(codec::kMaxBatchBytes + 1, ' ')), Refusal::batch_too_large);
}

TEST(JsonBatch, RefusesEveryBeginningOfABatch) {
  const std::string whole = batch_with(R"(,"title":"\u00e4","props":{"a":[1,{"b":null}]},"quantity":12)");
  ASSERT_EQ(refusal_of(whole), std::nullopt);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(refusal_of(whole.substr(0, length)), Refusal::bad_json) << length;
  }
}

TEST(JsonBatch, TakesEightLevelsOfNestingAndNotNine) {
  const auto nested = [](int levels) {  // the batch is level 1, "x" opens the others
    return R"({"site":"s","events":[{}],"x":)" + std::string(static_cast<std::size_t>(levels - 1), '[') +
           std::string(static_cast<std::size_t>(levels - 1), ']') + "}";
  };
  EXPECT_EQ(refusal_of(nested(8)), std::nullopt);
  EXPECT_EQ(refusal_of(nested(9)), Refusal::bad_json);
  EXPECT_EQ(refusal_of(nested(20'000)), Refusal::bad_json);
}

TEST(JsonBatch, RefusesALoneSurrogateWhereverItStands) {
  const struct {
    const char* text;
    bool lone;
  } rows[] = {
      {R"(\ud83d\ude00)", false}, {R"(\uD83D\uDE00 and \u00e4)", false},
      {R"(\\ud83d)", false},      {R"(\\\\ud83d)", false},
      {"plain", false},           {R"(\u0000)", false},
      {R"(\ud83d)", true},        {R"(\ude00)", true},
      {R"(\ude00\ud83d)", true},  {R"(\ud83d\ud83d)", true},
      {R"(\ud83dx\ude00)", true}, {R"(\ud83d\\ude00)", true},
      {R"(\\\ud83d)", true},      {R"(\uDFFF)", true},
      {R"(\ud83d\u0041)", true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(has_lone_surrogate(row.text), row.lone) << row.text;
    for (const std::string& json : {batch_with(std::string(R"(,"title":")") + row.text + "\""),
                                    batch_with(std::string(R"(,"unknown":")") + row.text + "\""),
                                    batch_with(std::string(R"(,")") + row.text + "\":1")}) {
      EXPECT_EQ(refusal_of(json), row.lone ? std::optional(Refusal::bad_json) : std::nullopt) << json;
    }
  }
}

}  // namespace
}  // namespace etappe::collect
