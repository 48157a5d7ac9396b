// The tables themselves: GA4's channel rules, what a network file must have, what a referrer row must be.
#include <gtest/gtest.h>

#include "server/enrich/channel.hpp"
#include "server/enrich/embedded.hpp"
#include "server/enrich/networks.hpp"
#include "server/enrich/params.hpp"
#include "server/enrich/referrer.hpp"

namespace etappe::enrich {
namespace {

struct ChannelCase {
  const char* source;
  const char* medium;
  const char* campaign;
  const char* channel;
};

TEST(Channel, FollowsTheDefaultChannelGroup) {
  const auto referrers = ReferrerTable::make(embedded_referrers());
  ASSERT_TRUE(referrers) << referrers.error().detail;
  const ChannelCase cases[] = {
      {"google", "cpc", "", "Paid Search"},
      {"google", "cpc", "summer-shopping", "Paid Shopping"},
      {"google", "cpc", "bishop-tour", "Paid Search"},
      {"google", "cpc", "workshop", "Paid Search"},
      {"google", "cpc", "my-shop", "Paid Shopping"},
      {"google", "cpc", "eshop", "Paid Shopping"},
      {"google", "cpc", "Shop", "Paid Shopping"},
      {"google", "cpc", "Cross-Network", "Cross-network"},
      {"facebook", "cpm", "", "Paid Social"},
      {"newsletter.example", "cpm", "", "Display"},
      {"newsletter.example", "Banner", "", "Display"},
      {"partner.example", "cpc", "", "Paid Other"},
      {"partner.example", "retargeting", "", "Paid Other"},
      {"partner.example", "paid-whatever", "", "Paid Other"},
      {"amazon.com", "referral", "", "Organic Shopping"},
      {"facebook.com", "referral", "", "Organic Social"},
      {"youtube.com", "referral", "", "Organic Video"},
      {"vimeo-embed.example", "video", "", "Organic Video"},
      {"x", "social media", "", "Organic Social"},
      {"google", "organic", "", "Organic Search"},
      {"anything", "organic", "", "Organic Search"},
      {"GOOGLE", "", "", "Organic Search"},
      {"blog.example", "referral", "", "Referral"},
      {"email", "", "", "Email"},
      {"crm", "E-Mail", "", "Email"},
      {"awin", "affiliate", "", "Affiliates"},
      {"awin", "cpa", "", "Paid Other"},
      {"podcast", "audio", "", "Audio"},
      {"sms", "", "", "SMS"},
      {"firebase", "anything", "", "Mobile Push Notifications"},
      {"app.example", "mobile_app", "", "Mobile Push Notifications"},
      {"x", "webpush", "", "Mobile Push Notifications"},
      {"(direct)", "(none)", "", "Direct"},
      {"(direct)", "(not set)", "", "Direct"},
      {"chatgpt.com", "referral", "", "AI Assistant"},
      {"chatgpt.com", "cpc", "", "Paid Other"},
      {"x", "y", "", "Unassigned"},
      {"", "", "", "Unassigned"},
  };
  for (const ChannelCase& c : cases) {
    const ChannelChoice choice =
        choose_channel(c.source, c.medium, c.campaign, referrers->of_source(c.source).kind);
    EXPECT_EQ(choice.channel, c.channel) << c.source << " / " << c.medium << " / " << c.campaign;
    EXPECT_TRUE(is_channel(choice.channel));
    EXPECT_FALSE(choice.rule.empty());
  }
}

TEST(Networks, OfTheHouseAreAllReadable) {
  const auto table = NetworkTable::make(embedded_networks());
  ASSERT_TRUE(table) << table.error().file << ": " << table.error().detail;
  EXPECT_EQ(table->networks().size(), embedded_networks().size());
  for (std::size_t i = 1; i < table->networks().size(); ++i)
    EXPECT_TRUE(table->networks()[i].category != "affiliate" ||
                table->networks()[i - 1].category == "affiliate");
}

constexpr const char* kGood =
    R"({"id":"n","network":"N","category":"affiliate","precedence":1,"params":[{"name":"siteID","role":"click_id",
    "exact_case":true},{"name":"ref","role":"marker","generic":true},{"name":"tag","role":"marker","generic":true}],
    "identified_by":"siteID | ref & tag | tag=shop","medium":"affiliate","channel":"Affiliates","status":"sourced",
    "sources":["x"]})";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::vector<std::string> found(const NetworkTable& table, std::string_view query) {
  std::vector<std::string> ids;
  const auto params =
      params_of({.scheme = {}, .host = {}, .port = {}, .path = {}, .query = query, .fragment = {}});
  for (const NetworkMatch& match : table.match(params))
    ids.push_back(match.network->rule_texts[match.alternative]);
  return ids;
}

TEST(Networks, AreIdentifiedByTheirRule) {
  const NamedText file{"n.json", kGood};
  const auto table = NetworkTable::make({&file, 1});
  ASSERT_TRUE(table) << table.error().detail;
  const std::vector<std::string> none;
  EXPECT_EQ(found(*table, "siteID=1"), std::vector<std::string>{"siteID"});
  EXPECT_EQ(found(*table, "siteid=1"), none);
  EXPECT_EQ(found(*table, "ref=1"), none);
  EXPECT_EQ(found(*table, "ref=1&tag=2"), std::vector<std::string>{"ref & tag"});
  EXPECT_EQ(found(*table, "TAG=Shop"), std::vector<std::string>{"tag=shop"});
  EXPECT_EQ(found(*table, "tag=shops"), none);
}

TEST(Networks, OfUnverifiedStatusAreNotDetected) {
  const std::string text = with(kGood, "sourced", "unverified");
  const NamedText file{"n.json", text};
  EXPECT_EQ(found(*NetworkTable::make({&file, 1}), "siteID=1"), std::vector<std::string>{});
}

TEST(Networks, ThatCannotStandAreNamedWithTheReason) {
  const std::pair<std::string, const char*> cases[] = {
      {"[]", "is no JSON object"},
      {with(kGood, "\"id\":\"n\",", ""), "'id' is missing"},
      {with(kGood, "[\"x\"]", "[]"), "'sources' is missing"},
      {with(kGood, "\"precedence\":1,", ""), "'precedence' is missing"},
      {with(kGood, "\"affiliate\",\"precedence\"", "\"affil\",\"precedence\""), "'affil' is no category"},
      {with(kGood, "Affiliates", "Affiliate"), "'Affiliate' is no channel"},
      {with(kGood, "\"click_id\"", "\"clickid\""), "'clickid' is no role"},
      {with(kGood, "siteID |", "siteId |"), "identified_by names 'siteId', which is not in params"},
      {with(kGood, "ref & tag", "ref"), "'ref' is a generic name and cannot identify a network alone"},
  };
  for (const auto& [text, reason] : cases) {
    const NamedText file{"n.json", text};
    const auto table = NetworkTable::make({&file, 1});
    ASSERT_FALSE(table) << reason;
    EXPECT_EQ(table.error().detail, reason);
    EXPECT_EQ(table.error().file, "n.json");
  }
  const NamedText twice[] = {{"a.json", kGood}, {"b.json", kGood}};
  EXPECT_EQ(NetworkTable::make(twice).error().detail, "'n' is there twice");
}

TEST(Referrers, MatchHostsDomainsAndEndings) {
  const auto table = ReferrerTable::make(
      {"t", "# head\n\ngoogle.*\tsearch\tgoogle\n.face.com\tsocial\tface\nbing\tsearch\tbing\n"});
  ASSERT_TRUE(table);
  for (const char* host : {"google.de", "google.com", "google.co.uk", "google.com.br"})
    EXPECT_EQ(table->of_host(host).kind, PlaceKind::search) << host;
  for (const char* host : {"google", "google.com.evil.example", "mail.google.de", "face.com.x", "notface.com",
                           "google.example", ""})
    EXPECT_EQ(table->of_host(host).kind, PlaceKind::other) << host;
  EXPECT_EQ(table->of_host("l.face.com").kind, PlaceKind::social);
  EXPECT_EQ(table->of_source("Bing").kind, PlaceKind::search);
  EXPECT_EQ(ReferrerTable::make({"t", "a\tsearch\ta\nb search b\n"}).error().detail, "line 2 is no row");
  EXPECT_EQ(ReferrerTable::make({"t", "a\tsearching\ta\n"}).error().detail, "line 1 is no row");
}

}  // namespace
}  // namespace etappe::enrich
