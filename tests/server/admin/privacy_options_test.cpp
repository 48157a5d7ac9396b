#include "server/admin/privacy_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etappe::admin {
namespace {

using ::testing::ElementsAre;
using Reason = FileProblem::Reason;

constexpr const char* kEverything =
    R"({"policy":"cookieless","regions":[{"in":["DE","US-CA"],"policy":"block"}],"version":"2026-11","adapters":["tcf","klaro"],"tcf_vendor":77,)"
    R"("generic":[{"preset":"onetrust"}],"banner":{"privacy_url":"/datenschutz","title":"Hallo"},)"
    R"("erase_on_withdrawal":false,"retention_months":13,"my_data":true,"staff_link":true,"own_addresses":["203.0.113.0/24"]})";

TEST(PrivacyOptions, EveryOptionIsReadAndWrittenBackAsItWas) {
  const auto options = patched(PrivacyOptions{}, kEverything);
  ASSERT_TRUE(options) << message(options.error());
  EXPECT_EQ(options->policy, consent::Policy::cookieless);
  EXPECT_EQ(options->version, "2026-11");
  EXPECT_THAT(options->adapters, ElementsAre("tcf", "klaro"));
  EXPECT_EQ(options->tcf_vendor, 77);
  EXPECT_FALSE(options->erase_on_withdrawal);
  EXPECT_EQ(options->retention_months, 13);
  EXPECT_EQ(all_options(*options), kEverything);
  EXPECT_EQ(changed_options(*options), kEverything);
  EXPECT_EQ(*patched(PrivacyOptions{}, changed_options(*options)), *options);
}

TEST(PrivacyOptions, ANewSiteBlocksAndErasesOnWithdrawal) {
  const PrivacyOptions options;
  EXPECT_EQ(options.policy, consent::Policy::block);
  EXPECT_TRUE(options.erase_on_withdrawal);
  EXPECT_EQ(changed_options(options), "{}");
}

TEST(PrivacyOptions, APatchChangesWhatItNamesAndNullGoesBackToTheDefault) {
  const auto former = *patched(PrivacyOptions{}, kEverything);
  const auto options =
      patched(former, R"({"policy": null, "banner": null, "tcf_vendor": null, "version": "2"})");
  ASSERT_TRUE(options) << message(options.error());
  EXPECT_EQ(options->policy, consent::Policy::block);
  EXPECT_EQ(options->banner, "null");
  EXPECT_FALSE(options->tcf_vendor);
  EXPECT_EQ(options->version, "2");
  EXPECT_THAT(options->adapters, ElementsAre("tcf", "klaro"));
}

struct Mistake {
  std::string patch;
  Reason reason;
  const char* where;
};

TEST(PrivacyOptions, AMistakeIsRefusedWithItsPlace) {
  const Mistake mistakes[] = {
      {"{", Reason::not_json, "privacy"},
      {"[]", Reason::wrong_type, "privacy"},
      {R"({"polici": "block"})", Reason::unknown_key, "privacy.polici"},
      {R"({"policy": "allow"})", Reason::bad_value, "privacy.policy"},
      {R"({"policy": true})", Reason::wrong_type, "privacy.policy"},
      {R"({"version": ")" + std::string(33, 'v') + R"("})", Reason::out_of_range, "privacy.version"},
      {R"({"adapters": ["tcf", "usercentrics"]})", Reason::bad_value, "privacy.adapters[1]"},
      {R"({"adapters": ["tcf", "tcf"]})", Reason::bad_value, "privacy.adapters[1]"},
      {R"({"tcf_vendor": 0})", Reason::out_of_range, "privacy.tcf_vendor"},
      {R"({"tcf_vendor": "77"})", Reason::wrong_type, "privacy.tcf_vendor"},
      {R"({"generic": {}})", Reason::wrong_type, "privacy.generic"},
      {R"({"generic": ["onetrust"]})", Reason::wrong_type, "privacy.generic[0]"},
      {R"({"generic": [{"cookie": []}]})", Reason::wrong_type, "privacy.generic[0].cookie"},
      {R"({"banner": "yes"})", Reason::wrong_type, "privacy.banner"},
      {R"({"banner": {"privacy_url": "javascript:void 0"}})", Reason::bad_value,
       "privacy.banner.privacy_url"},
      {R"({"banner": {"imprint_url": "//elsewhere.example"}})", Reason::bad_value,
       "privacy.banner.imprint_url"},
      {R"({"banner": {"title": ")" + std::string(1001, 't') + R"("}})", Reason::out_of_range,
       "privacy.banner.title"},
      {R"({"erase_on_withdrawal": 1})", Reason::wrong_type, "privacy.erase_on_withdrawal"},
      {R"({"retention_months": 26})", Reason::out_of_range, "privacy.retention_months"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto options = patched(PrivacyOptions{}, mistake.patch);
    ASSERT_FALSE(options) << mistake.patch;
    EXPECT_EQ(options.error().reason, mistake.reason) << mistake.patch;
    EXPECT_EQ(options.error().where, mistake.where);
  }
}

}  // namespace
}  // namespace etappe::admin
