// Landing URL and referrer → touchpoint, as tables.
#include "server/enrich/resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etappe::enrich {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const Resolver& resolver() {
  static const auto made = Resolver::make();
  if (!made) ADD_FAILURE() << made.error().file << ": " << made.error().detail;
  return **made;
}

Resolution resolve(std::string_view url, std::string_view referrer = {}) {
  static const std::string kOwn[] = {"shop.example", "checkout.example"};
  return resolver().resolve(url, referrer, kOwn);
}

struct Case {
  const char* url;
  const char* referrer;
  const char* channel;
  const char* source;
  const char* medium;
  const char* network;
};

TEST(Resolver, FindsChannelSourceAndMedium) {
  const Case cases[] = {
      // Nothing
      {"https://shop.example/", "", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/?q=motor#top", "", "Direct", "(direct)", "(none)", ""},
      {"not a url", "", "Direct", "(direct)", "(none)", ""},
      // Own pages, payment providers
      {"https://shop.example/b", "https://shop.example/a", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/b", "https://www.checkout.example/a", "Direct", "(direct)", "(none)", ""},
      {"http://localhost:8090/b", "http://localhost:8090/a", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/thanks", "https://www.paypal.com/checkout", "Direct", "(direct)", "(none)", ""},
      // Referrers
      {"https://shop.example/", "https://www.google.com/", "Organic Search", "google", "organic", ""},
      {"https://shop.example/", "https://www.google.de/", "Organic Search", "google", "organic", ""},
      {"https://shop.example/", "https://www.google.co.uk/search?q=x", "Organic Search", "google", "organic",
       ""},
      {"https://shop.example/", "https://images.google.at/", "Organic Search", "google", "organic", ""},
      {"https://shop.example/", "https://www.bing.com/", "Organic Search", "bing", "organic", ""},
      {"https://shop.example/", "https://duckduckgo.com/", "Organic Search", "duckduckgo", "organic", ""},
      {"https://shop.example/", "https://www.ecosia.org/search", "Organic Search", "ecosia", "organic", ""},
      {"https://shop.example/", "https://de.search.yahoo.com/", "Organic Search", "yahoo", "organic", ""},
      {"https://shop.example/", "android-app://com.google.android.googlequicksearchbox/", "Organic Search",
       "google", "organic", ""},
      {"https://shop.example/", "https://mail.google.com/mail/u/0", "Email", "mail.google.com", "email", ""},
      {"https://shop.example/", "https://docs.google.com/document", "Referral", "docs.google.com", "referral",
       ""},
      {"https://shop.example/", "https://l.facebook.com/l.php?u=x", "Organic Social", "l.facebook.com",
       "referral", ""},
      {"https://shop.example/", "https://www.linkedin.com/feed/", "Organic Social", "linkedin.com",
       "referral", ""},
      {"https://shop.example/", "https://www.youtube.com/watch?v=1", "Organic Video", "youtube.com",
       "referral", ""},
      {"https://shop.example/", "https://www.amazon.com/", "Organic Shopping", "amazon.com", "referral", ""},
      {"https://shop.example/", "https://chatgpt.com/", "AI Assistant", "chatgpt.com", "referral", ""},
      {"https://shop.example/", "https://www.perplexity.ai/search", "AI Assistant", "perplexity.ai",
       "referral", ""},
      {"https://shop.example/", "https://copilot.microsoft.com/", "AI Assistant", "copilot.microsoft.com",
       "referral", ""},
      {"https://shop.example/", "https://www.Blog.Example:8443/post", "Referral", "blog.example", "referral",
       ""},
      {"https://shop.example/", "https://notshop.example/", "Referral", "notshop.example", "referral", ""},
      {"https://shop.example/", "https://google.com.evil.example/", "Referral", "google.com.evil.example",
       "referral", ""},
      // Campaigns win over referrers, values keep their case
      {"https://shop.example/?utm_source=News%20Letter&utm_medium=Email", "https://www.google.de/", "Email",
       "News Letter", "Email", ""},
      {"https://shop.example/?utm_source=google&utm_medium=cpc", "", "Paid Search", "google", "cpc", ""},
      {"https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=summer-shopping", "",
       "Paid Shopping", "google", "cpc", ""},
      {"https://shop.example/?utm_source=facebook&utm_medium=paid_social", "", "Paid Social", "facebook",
       "paid_social", ""},
      {"https://shop.example/?utm_source=chatgpt.com", "https://chatgpt.com/", "AI Assistant", "chatgpt.com",
       "", ""},
      {"https://shop.example/?utm_source=x&utm_medium=y", "", "Unassigned", "x", "y", ""},
      {"https://shop.example/?UTM_Source=a&utm_medium=referral", "", "Referral", "a", "referral", ""},
      {"https://shop.example/#/p?utm_source=a&utm_medium=email", "", "Email", "a", "email", ""},
      {"https://shop.example/?%3Futm_source=a&utm_medium=sms", "", "SMS", "", "sms", ""},
      {"https://shop.example/?utm_campaign=spring", "https://www.google.de/", "Organic Search", "google",
       "organic", ""},
      {"https://shop.example/?utm_campaign=spring", "", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/?utm_source=&utm_medium=", "", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/?utm_source=partner&utm_medium=partnerships", "", "Affiliates", "partner",
       "partnerships", ""},
      {"https://shop.example/?utm_source=awin&utm_medium=affiliate&utm_campaign=eshop-week", "", "Affiliates",
       "awin", "affiliate", ""},
      // Ad platforms
      {"https://shop.example/?gclid=Cj0K", "https://www.google.de/", "Paid Search", "google_ads", "cpc",
       "google_ads"},
      {"https://shop.example/?gad_source=1", "", "Paid Search", "google_ads", "cpc", "google_ads"},
      {"https://shop.example/?gclid=Cj0K&utm_source=google&utm_medium=cpc", "", "Paid Search", "google",
       "cpc", "google_ads"},
      {"https://shop.example/?gclid=Cj0K&utm_source=google&utm_medium=organic", "", "Paid Search", "google",
       "organic", "google_ads"},
      {"https://shop.example/?gclid=Cj0K&utm_source=youtube&utm_medium=cpv", "", "Paid Video", "youtube",
       "cpv", "google_ads"},
      {"https://shop.example/?msclkid=1", "", "Paid Search", "microsoft", "cpc", "microsoft"},
      {"https://shop.example/?fbclid=IwAR", "https://l.facebook.com/", "Organic Social", "meta", "social",
       "meta"},
      {"https://shop.example/?fbclid=IwAR&utm_source=facebook&utm_medium=cpc", "", "Paid Social", "facebook",
       "cpc", "meta"},
      {"https://shop.example/?srsltid=AfmB", "https://www.google.de/", "Organic Shopping", "google_merchant",
       "organic", "google_merchant"},
      {"https://shop.example/?li_fat_id=1", "", "Paid Social", "linkedin", "cpc", "linkedin"},
      {"https://shop.example/?ttclid=1", "", "Paid Social", "tiktok", "cpc", "tiktok"},
      {"https://shop.example/?mc_cid=a&mc_eid=b", "", "Email", "mailchimp", "email", "mailchimp"},
      // Affiliates come first
      {"https://shop.example/?awc=1001_1700000000_0123456789abcdef0123456789abcdef",
       "https://partner.example/", "Affiliates", "awin", "affiliate", "awin"},
      {"https://shop.example/?gclid=Cj0K&awc=1001_1_a", "https://www.google.de/", "Affiliates", "awin",
       "affiliate", "awin"},
      {"https://shop.example/?gclid=Cj0K&awaid=1001", "", "Affiliates", "awin", "affiliate", "awin"},
      {"https://shop.example/?awaid=1001", "", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/?source=aw", "", "Affiliates", "awin", "affiliate", "awin"},
      {"https://shop.example/?source=newsletter", "", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/?ref=7&tag=x&aff=9&cid=1", "", "Direct", "(direct)", "(none)", ""},
      {"https://shop.example/?AWC=1001_1_a", "", "Affiliates", "awin", "affiliate", "awin"},
      {"https://shop.example/#awc=1001_1_a", "", "Affiliates", "awin", "affiliate", "awin"},
      {"https://shop.example/?awc=1_1_a&utm_source=google&utm_medium=cpc", "", "Affiliates", "google", "cpc",
       "awin"},
      {"https://shop.example/?afsrc=1", "", "Affiliates", "afsrc", "affiliate", "afsrc"},
      {"https://shop.example/?awc=", "", "Direct", "(direct)", "(none)", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.url) + "  from  " + c.referrer);
    const Resolution found = resolve(c.url, c.referrer);
    EXPECT_EQ(found.channel, c.channel) << found.channel_rule;
    EXPECT_EQ(found.source, c.source);
    EXPECT_EQ(found.medium, c.medium);
    EXPECT_EQ(found.network, c.network);
    EXPECT_EQ(found.touch, std::string_view(c.channel) != "Direct" ||
                               std::string_view(c.url).find("spring") != std::string_view::npos);
  }
}

TEST(Resolver, MakesOneTouchOfSeveralParameters) {
  const Resolution found = resolve(
      "https://shop.example/"
      "p?color=red&awc=1001_1700000000_ab%2Bc&sv1=affiliate&sv_campaign_id=123456&sv_tax3=Skimlinks"
      "&sv_tax4=listful.com&gclid=Cj0K&fbclid=IwAR&utm_campaign=Sommer+2024&utm_id=77#top",
      "https://www.google.de/");
  EXPECT_THAT(found.all_networks, ElementsAre("awin", "google_ads", "meta"));
  EXPECT_EQ(found.network, "awin");
  EXPECT_EQ(found.network_kind, "affiliate");
  EXPECT_EQ(found.network_rule, "awc");
  EXPECT_EQ(found.publisher, "123456");
  EXPECT_THAT(found.sub_ids, ElementsAre(Pair("sv1", "affiliate"), Pair("sv_tax3", "Skimlinks"),
                                         Pair("sv_tax4", "listful.com")));
  EXPECT_EQ(found.click_id, "1001_1700000000_ab%2Bc");
  EXPECT_EQ(found.click_id_param, "awc");
  EXPECT_EQ(found.campaign, "Sommer 2024");
  EXPECT_EQ(found.campaign_id, "77");
  EXPECT_EQ(found.clean_url, "https://shop.example/p?color=red#top");
}

TEST(Resolver, GivesAPartnersAdTheAdsClickId) {
  const Resolution found = resolve("https://shop.example/?awaid=1001&gclid=Cj0K_x&gad_campaignid=5");
  EXPECT_EQ(found.network, "awin");
  EXPECT_EQ(found.network_rule, "awaid & gclid");
  EXPECT_EQ(found.click_id, "Cj0K_x");
  EXPECT_EQ(found.click_id_param, "gclid");
  EXPECT_THAT(resolve("https://shop.example/?afsrc=1&gclid=Cj0K").click_id, "Cj0K");
}

TEST(Resolver, TakesTheFirstOfARepeatedParameter) {
  EXPECT_EQ(resolve("https://shop.example/?awc=first&awc=second").click_id, "first");
  EXPECT_EQ(resolve("https://shop.example/?awc=query#awc=fragment").click_id, "query");
}

TEST(Resolver, CleansOnlyWhatBelongsToTheArrival) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://shop.example/", "https://shop.example/"},
      {"https://shop.example", "https://shop.example"},
      {"https://shop.example/?a=1&b=%C3%A4&a=2", "https://shop.example/?a=1&b=%C3%A4&a=2"},
      {"https://shop.example/?utm_source=x&utm_marketing_tactic=y", "https://shop.example/"},
      {"https://shop.example/?a=1&gclid=x&b=2", "https://shop.example/?a=1&b=2"},
      {"https://shop.example/?source=aw&x=1", "https://shop.example/?x=1"},
      {"https://shop.example/?source=aw&x=1&source=aw", "https://shop.example/?x=1"},
      {"https://shop.example/?source=catalogue", "https://shop.example/?source=catalogue"},
      {"https://shop.example/?mc_eid=person", "https://shop.example/"},
      {"https://shop.example/?email=[email]&a=1", "https://shop.example/?a=1"},
      {"https://shop.example/?token=%5Bredacted%5D", "https://shop.example/"},
      {"https://shop.example/?a=1;gclid=2;b=3", "https://shop.example/?a=1;b=3"},
      {"https://shop.example/#/cart?awc=1&x=2", "https://shop.example/#/cart?x=2"},
      {"https://shop.example/#/cart?awc=1", "https://shop.example/#/cart"},
      {"https://shop.example/#awc=1", "https://shop.example/"},
      {"https://shop.example/?gclid=1#section", "https://shop.example/#section"},
  };
  for (const auto& [url, clean] : cases) EXPECT_EQ(resolve(url).clean_url, clean) << url;
}

TEST(Resolver, KeepsTheReferrersHost) {
  EXPECT_EQ(resolve("https://shop.example/", "https://WWW.Blog.example./x").referrer_host, "blog.example");
  EXPECT_EQ(resolve("https://shop.example/", "garbage").referrer_host, "");
  EXPECT_FALSE(resolve("https://shop.example/", "garbage").touch);
  EXPECT_THAT(resolve("https://shop.example/").all_networks, IsEmpty());
}

}  // namespace
}  // namespace etappe::enrich
