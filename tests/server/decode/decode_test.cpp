#include "server/decode/decode.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/core/wire.hpp"

namespace etappe::decode {
namespace {

using namespace etappe::wire;

TEST(Decode, PrintsOneLineAnEventWithTheNamesOfAJsonBatch) {
  const std::string conversion =
      number(1, 5) + number(2, 1) + signed_number(4, 250) + bytes(5, "https://shop.example/danke?a=\"1\"") +
      bytes(8, "v") + bytes(9, "s") + bytes(10, "order") + bytes(11, "129.90") + bytes(12, "EUR") +
      number(13, 2) + bytes(14, "A-1") + bytes(15, bytes(1, "sku") + bytes(3, "9.50")) +
      bytes(18, bytes(1, "pages") + bytes(2, "12.50") + number(3, 1)) +
      bytes(18, bytes(1, "b2b") + bytes(2, "true") + number(3, 2)) +
      bytes(18, bytes(1, "odd") + bytes(2, "1; drop") + number(3, 1)) + number(19, 6) + number(20, 7) +
      bytes(22, "T") + number(23, 80) + bytes(24, "p");
  const std::string batch_bytes = batch(header(2, signed_number(4, 1000) + sixteen(5, 'b')) + table() +
                                        sized(conversion) + sized(least()));
  const auto lines = to_ndjson(as_bytes(batch_bytes));
  ASSERT_TRUE(lines);
  EXPECT_EQ(
      *lines,
      R"({"site":"SITE","batch_id":"62626262-6262-6262-6262-626262626262","sent_at":"2025-11-22T14:00:01.000Z",)"
      R"("id":"69696969-6969-6969-6969-696900000001","t":"conversion","ts":"2025-11-22T14:00:00.250Z",)"
      R"("url":"https://shop.example/danke?a=\"1\"","visitor":"v","session":"s","name":"order",)"
      R"("value":"129.90","currency":"EUR","quantity":2,"order_id":"A-1","weight":"primary","tag":"T",)"
      R"("person":"p","engagement_ms":7,"scroll":80,"items":[{"id":"sku","price":"9.50","quantity":1}],)"
      R"("props":{"pages":12.50,"b2b":true,"odd":"1; drop"},"consent":{"analytics":true,"marketing":false}})"
      "\n"
      R"({"site":"SITE","batch_id":"62626262-6262-6262-6262-626262626262","sent_at":"2025-11-22T14:00:01.000Z",)"
      R"("id":"65656565-6565-6565-6565-656565656565","t":"consent","ts":"2025-11-22T14:00:00.000Z","consent":{}})"
      "\n");
}

TEST(Decode, NamesARefusedEventAndGoesOn) {
  const std::string batch_bytes =
      batch(header(2) + table() + sized(least() + reference(7, 9)) + sized(least()));
  const auto lines = to_ndjson(as_bytes(batch_bytes));
  ASSERT_TRUE(lines);
  EXPECT_TRUE(lines->starts_with(R"({"site":"SITE","sent_at":"2025-11-22T14:00:00.000Z","index":0,)"
                                 R"("refused":"bad_reference"})"
                                 "\n{\"site\""));
}

TEST(Decode, EveryLineIsJsonWhateverTheTextsAre) {
  const std::string nasty = "\"\\\n\t\x01\x7F</script>\xE2\x80\xA8";
  const std::string event =
      least() + bytes(7, nasty) + bytes(18, bytes(1, nasty) + bytes(2, nasty)) +
      bytes(18, bytes(2, "") + number(3, 1)) + bytes(18, bytes(2, "01") + number(3, 1)) +
      bytes(18, bytes(2, "[1]") + number(3, 1)) + bytes(18, bytes(2, "maybe") + number(3, 2));
  const auto lines = to_ndjson(as_bytes(batch_of(event)));
  ASSERT_TRUE(lines);
  const auto line = nlohmann::json::parse(*lines, nullptr, false);
  ASSERT_FALSE(line.is_discarded()) << *lines;
  EXPECT_EQ(line["title"], nasty);
  EXPECT_EQ(line["props"][nasty], nasty);
}

TEST(Decode, SaysWhyABatchIsUnreadable) {
  EXPECT_EQ(to_ndjson(as_bytes("{}")).error(), codec::Error::bad_magic);
  EXPECT_EQ(to_ndjson({}).error(), codec::Error::truncated);
}

TEST(Decode, ABatchWithoutEventsHasNoLines) {
  const std::string empty = batch(header(0) + table());
  EXPECT_EQ(to_ndjson(as_bytes(empty)), "");
}

}  // namespace
}  // namespace etappe::decode
