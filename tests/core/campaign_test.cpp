#include "core/campaign/campaign.hpp"

#include <gtest/gtest.h>

#include <string>

namespace etappe::campaign {
namespace {

CampaignView read_text(std::string_view text) { return read(url::split(text).value_or(url::UrlView{})); }
bool announces(std::string_view text) {
  return announces_campaign(url::split(text).value_or(url::UrlView{}));
}

TEST(Campaign, ReadsTheSixParametersAsWritten) {
  const CampaignView view = read_text(
      "https://a/"
      "?utm_source=News%20letter&utm_medium=E-Mail&utm_campaign=S+1&utm_term=t&utm_content=c&utm_id=7");
  EXPECT_EQ(view[Field::source], "News%20letter");
  EXPECT_EQ(view[Field::medium], "E-Mail");
  EXPECT_EQ(view[Field::campaign], "S+1");
  EXPECT_EQ(view[Field::term], "t");
  EXPECT_EQ(view[Field::content], "c");
  EXPECT_EQ(view[Field::campaign_id], "7");
  EXPECT_TRUE(view.any());
}

TEST(Campaign, EveryFieldIsFoundUnderItsOwnParameterName) {
  for (std::size_t number = 0; number < kFieldCount; ++number) {
    const auto field = static_cast<Field>(number);
    const std::string text = "https://a/?" + std::string(param_name(field)) + "=x";
    const CampaignView view = read_text(text);
    for (std::size_t other = 0; other < kFieldCount; ++other) {
      EXPECT_EQ(view.fields[other], other == number ? "x" : "") << text;
    }
  }
}

TEST(Campaign, ComparesNamesIgnoringCaseAndEscapes) {
  EXPECT_EQ(read_text("https://a/?UTM_Source=x")[Field::source], "x");
  EXPECT_EQ(read_text("https://a/?utm%5fsource=x")[Field::source], "x");
  EXPECT_EQ(read_text("https://a/?utm_sources=x")[Field::source], "");
}

TEST(Campaign, TheFirstValueThatIsNotEmptyWins) {
  EXPECT_EQ(read_text("https://a/?utm_source=1&utm_source=2")[Field::source], "1");
  EXPECT_EQ(read_text("https://a/?utm_source=&utm_source=2")[Field::source], "2");
}

TEST(Campaign, ReadsTheFragmentAfterTheQuery) {
  EXPECT_EQ(read_text("https://a/#utm_source=x")[Field::source], "x");
  EXPECT_EQ(read_text("https://a/#/route?utm_source=x")[Field::source], "x");
  EXPECT_EQ(read_text("https://a/?utm_source=q#utm_source=f")[Field::source], "q");
}

TEST(Campaign, NothingIsFoundWhereNothingIs) {
  EXPECT_FALSE(read_text("https://a/").any());
  EXPECT_FALSE(read_text("https://a/?q=utm_source").any());
  EXPECT_FALSE(read_text("https://a/utm_source=x").any());
}

TEST(AnnouncesCampaign, OnlyWhereTheAddressSaysWhereItCameFrom) {
  for (const std::string_view text :
       {"https://a/?utm_source=x", "https://a/?utm_medium=x", "https://a/?utm_campaign=x",
        "https://a/?utm_id=x", "https://a/?gclid=x", "https://a/?gbraid=x", "https://a/?wbraid=x",
        "https://a/?msclkid=x", "https://a/?fbclid=x", "https://a/?awc=1_2_3", "https://a/#awc=1",
        "https://a/?b=1&GCLID=x"}) {
    EXPECT_TRUE(announces(text)) << text;
  }
  for (const std::string_view text : {"https://a/", "https://a/?utm_term=x", "https://a/?utm_content=x",
                                      "https://a/?gclid=", "https://a/?utm_source=", "https://a/?xawc=1"}) {
    EXPECT_FALSE(announces(text)) << text;
  }
}

}  // namespace
}  // namespace etappe::campaign
