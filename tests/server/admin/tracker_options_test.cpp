#include "server/admin/tracker_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etappe::admin {
namespace {

using ::testing::ElementsAre;
using Reason = FileProblem::Reason;

const KnownListeners kKnown{"links", "shares", "buttons", "impressions", "forms", "engagement", "commerce"};

constexpr const char* kEverything =
    R"({"enabled":false,"listeners":["forms","links"],"url":"canonical","routes":"hash","downloads":["pdf","dwg"],)"
    R"("impression":{"percent":60,"milliseconds":0},"link_domains":["shop.example"],)"
    R"("redact":["kundennr","/konto/*/rechnung"],"new_session_on_campaign":false,"retry_storage":false,)"
    R"("id_cookie":"script"})";

TEST(TrackerOptions, EveryOptionIsReadAndWrittenBackAsItWas) {
  const auto options = patched({}, kEverything, kKnown);
  ASSERT_TRUE(options) << message(options.error());
  EXPECT_FALSE(options->enabled);
  EXPECT_THAT(options->listeners, ElementsAre("forms", "links"));
  EXPECT_EQ(options->url, PageUrl::canonical);
  EXPECT_EQ(options->routes, Routes::hash);
  EXPECT_THAT(options->downloads, ElementsAre("pdf", "dwg"));
  EXPECT_EQ(options->impression_percent, 60);
  EXPECT_EQ(options->impression_milliseconds, 0);
  EXPECT_THAT(options->link_domains, ElementsAre("shop.example"));
  EXPECT_EQ(joined_rules(*options), "kundennr\n/konto/*/rechnung");
  EXPECT_FALSE(options->new_session_on_campaign);
  EXPECT_FALSE(options->retry_storage);
  EXPECT_EQ(options->id_cookie, IdCookie::script);
  EXPECT_EQ(all_options(*options), kEverything);
  EXPECT_EQ(changed_options(*options), kEverything);
  EXPECT_EQ(*patched({}, changed_options(*options), {}), *options);
}

TEST(TrackerOptions, WhatIsAtItsDefaultIsNotStored) {
  EXPECT_EQ(changed_options(TrackerOptions{}), "{}");
  EXPECT_EQ(changed_options(*patched({}, all_options(TrackerOptions{}), kKnown)), "{}");
  EXPECT_EQ(changed_options(*patched({}, R"({"routes": "off"})", kKnown)), R"({"routes":"off"})");
}

TEST(TrackerOptions, APatchChangesWhatItNamesAndNullGoesBackToTheDefault) {
  const auto former = *patched({}, kEverything, kKnown);
  const auto options = patched(
      former, R"({"enabled": true, "impression": {"percent": 70}, "redact": null, "url": null})", kKnown);
  ASSERT_TRUE(options) << message(options.error());
  EXPECT_TRUE(options->enabled);
  EXPECT_EQ(options->impression_percent, 70);
  EXPECT_EQ(options->impression_milliseconds, 0) << "the other half of the pair stays";
  EXPECT_TRUE(options->redact.empty());
  EXPECT_EQ(options->url, PageUrl::actual);
  EXPECT_EQ(options->routes, Routes::hash);
}

TEST(TrackerOptions, HostsAndExtensionsAreKeptInLowerCase) {
  const auto options =
      patched({}, R"({"link_domains": ["Shop.Example", "::1"], "downloads": ["PDF"]})", kKnown);
  ASSERT_TRUE(options) << message(options.error());
  EXPECT_THAT(options->link_domains, ElementsAre("shop.example", "::1"));
  EXPECT_THAT(options->downloads, ElementsAre("pdf"));
}

TEST(TrackerOptions, NamesTheRuleAndThePlaceOfEveryMistake) {
  struct Case {
    std::string patch;
    Reason reason;
    const char* where;
  };
  const std::string long_rule(129, 'a');
  const Case cases[] = {
      {"{", Reason::not_json, "tracker"},
      {"[]", Reason::wrong_type, "tracker"},
      {R"({"colour": 1})", Reason::unknown_key, "tracker.colour"},
      {R"({"colour": null})", Reason::unknown_key, "tracker.colour"},
      {R"({"impression": {"seconds": null}})", Reason::unknown_key, "tracker.impression.seconds"},
      {R"({"enabled": 1})", Reason::wrong_type, "tracker.enabled"},
      {R"({"listeners": "links"})", Reason::wrong_type, "tracker.listeners"},
      {R"({"listeners": ["links", 1]})", Reason::wrong_type, "tracker.listeners[1]"},
      {R"({"listeners": ["links", "link"]})", Reason::unknown_listener, "tracker.listeners[1]"},
      {R"({"listeners": ["links", "links"]})", Reason::bad_value, "tracker.listeners[1]"},
      {R"({"url": "canonic"})", Reason::bad_value, "tracker.url"},
      {R"({"routes": true})", Reason::wrong_type, "tracker.routes"},
      {R"({"routes": "on"})", Reason::bad_value, "tracker.routes"},
      {R"({"downloads": [".pdf"]})", Reason::bad_value, "tracker.downloads[0]"},
      {R"({"downloads": ["tar.gz"]})", Reason::bad_value, "tracker.downloads[0]"},
      {R"({"impression": 50})", Reason::wrong_type, "tracker.impression"},
      {R"({"impression": {"percent": 0}})", Reason::out_of_range, "tracker.impression.percent"},
      {R"({"impression": {"percent": 101}})", Reason::out_of_range, "tracker.impression.percent"},
      {R"({"impression": {"percent": 50.5}})", Reason::wrong_type, "tracker.impression.percent"},
      {R"({"impression": {"milliseconds": -1}})", Reason::out_of_range, "tracker.impression.milliseconds"},
      {R"({"impression": {"milliseconds": 60001}})", Reason::out_of_range, "tracker.impression.milliseconds"},
      {R"({"link_domains": ["https://shop.example"]})", Reason::bad_host, "tracker.link_domains[0]"},
      {R"({"link_domains": ["a.example", "b.example:8080"]})", Reason::bad_host, "tracker.link_domains[1]"},
      {R"({"link_domains": [""]})", Reason::bad_host, "tracker.link_domains[0]"},
      {R"({"redact": [""]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": [" a"]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": ["ok", "a\nb"]})", Reason::bad_rule, "tracker.redact[1]"},
      {R"({"redact": ["?email"]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": ["konto/*"]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": ["/konto"]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": ["/konto/a*"]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": ["/konto/*?x"]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": ["/konto /*"]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"redact": [")" + long_rule + R"("]})", Reason::bad_rule, "tracker.redact[0]"},
      {R"({"id_cookie": "both"})", Reason::bad_value, "tracker.id_cookie"},
  };
  for (const Case& c : cases) {
    const auto options = patched({}, c.patch, kKnown);
    ASSERT_FALSE(options) << c.patch;
    EXPECT_EQ(options.error().reason, c.reason) << c.patch << " at " << options.error().where;
    EXPECT_EQ(options.error().where, c.where) << c.patch;
  }
}

TEST(TrackerOptions, AListHasAnEnd) {
  std::string rules;
  for (int i = 0; i < 64; ++i) rules += (i == 0 ? "\"r" : ",\"r") + std::to_string(i) + "\"";
  EXPECT_TRUE(patched({}, "{\"redact\": [" + rules + "]}", kKnown));
  const auto more = patched({}, "{\"redact\": [" + rules + ",\"r64\"]}", kKnown);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().reason, Reason::out_of_range);
  EXPECT_EQ(message(more.error()), "tracker.redact: at most 64 entries");
}

TEST(TrackerOptions, AllRulesTogetherFitWhatTheTrackerTakes) {
  std::string rules;  // 31 of 128 bytes and 31 line ends: 97 bytes are left
  for (int i = 0; i < 31; ++i) rules += "\"" + std::to_string(i + 10) + std::string(126, 'a') + "\",";
  EXPECT_TRUE(patched({}, "{\"redact\": [" + rules + "\"" + std::string(97, 'b') + "\"]}", kKnown));
  const auto more = patched({}, "{\"redact\": [" + rules + "\"" + std::string(98, 'b') + "\"]}", kKnown);
  ASSERT_FALSE(more);
  EXPECT_EQ(message(more.error()), "tracker.redact: at most 4096 bytes in all");
}

TEST(TrackerOptions, TakesEveryRuleThatNamesAParameterOrReplacesSegments) {
  for (const char* rule : {"kundennr", "user[email]", "straße", "Kunden Nr", "utm_x.y-z", "/konto/*/rechnung",
                           "/*", "/konto/*/", "/a/*/*"})
    EXPECT_TRUE(patched({}, "{\"redact\": [\"" + std::string(rule) + "\"]}", kKnown)) << rule;
}

TEST(TrackerOptions, SaysWhatWouldBeRight) {
  EXPECT_EQ(message(patched({}, R"({"listeners": ["link"]})", {"links", "forms"}).error()),
            "tracker.listeners[0]: this tracker has links, forms");
  EXPECT_EQ(message(patched({}, R"({"routes": "on"})", kKnown).error()),
            "tracker.routes: write \"history\" or \"hash\" or \"off\"");
}

TEST(TrackerOptions, WhereTheTrackerTellsNoListenersOnlyTheirSpellingIsChecked) {
  EXPECT_TRUE(patched({}, R"({"listeners": ["anything"]})", {}));
  EXPECT_EQ(patched({}, R"({"listeners": ["../tracker"]})", {}).error().reason, Reason::unknown_listener);
}

}  // namespace
}  // namespace etappe::admin
