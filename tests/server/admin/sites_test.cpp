#include "server/admin/sites.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/admin/site_file.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::admin {
namespace {

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

Site site_named(std::string name) {
  Site site;
  site.name = std::move(name);
  site.domains = {"nordwerk.example"};
  return site;
}

class SitesTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::unique_ptr<Database> database_ = *Database::open(folder_ / "etappe.db");
  Sites sites_{*database_};
};

TEST_F(SitesTest, ASiteComesBackWithEverythingItWasAddedWith) {
  Site site = site_named("Nordwerk");
  site.key = "nordwerk1";
  site.domains = {"Nordwerk.Example", "127.0.0.1", "::1", "localhost"};
  site.zone = "America/St_Johns";
  site.currency = "CAD";
  site.session_minutes = 45;
  site.require_origin = true;
  site.demo = true;
  site.funnels = R"([{"id":"inquiry"}])";
  site.tracker.routes = Routes::off;
  ASSERT_TRUE(sites_.add(site, kNow));
  const auto found = sites_.find("nordwerk1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "nordwerk1");
  EXPECT_THAT(found->domains, ::testing::ElementsAre("nordwerk.example", "127.0.0.1", "::1", "localhost"));
  EXPECT_EQ(found->zone, "America/St_Johns");
  EXPECT_EQ(found->currency, "CAD");
  EXPECT_EQ(found->session_minutes, 45);
  EXPECT_TRUE(found->require_origin);
  EXPECT_FALSE(found->allow_null_origin);
  EXPECT_TRUE(found->demo);
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_EQ(found->funnels, site.funnels);
  EXPECT_EQ(found->tracker, site.tracker);
}

TEST_F(SitesTest, ASiteWithoutAKeyGetsARandomOne) {
  const auto one = sites_.add(site_named("one"), kNow);
  const auto two = sites_.add(site_named("two"), kNow);
  ASSERT_TRUE(one && two);
  EXPECT_THAT(one->key, ::testing::MatchesRegex("[a-z2-7]{12}"));
  EXPECT_NE(one->key, two->key);
  EXPECT_EQ(sites_.list()->at(1).name, "two");
}

TEST_F(SitesTest, RefusesWhatASiteMustNotBe) {
  struct Case {
    const char* why;
    Error error;
    void (*spoil)(Site&);
  };
  const Case cases[] = {
      {"key too short", Error::bad_key, [](Site& s) { s.key = "abc"; }},
      {"key too long", Error::bad_key, [](Site& s) { s.key = std::string(33, 'a'); }},
      {"key with a slash", Error::bad_key, [](Site& s) { s.key = "../../etc"; }},
      {"key in upper case", Error::bad_key, [](Site& s) { s.key = "ABCD"; }},
      {"no name", Error::bad_name, [](Site& s) { s.name = ""; }},
      {"no domain", Error::bad_domain, [](Site& s) { s.domains.clear(); }},
      {"an address as domain", Error::bad_domain, [](Site& s) { s.domains = {"https://nordwerk.example"}; }},
      {"a port in the domain", Error::bad_domain, [](Site& s) { s.domains = {"nordwerk.example:8080"}; }},
      {"an empty label", Error::bad_domain, [](Site& s) { s.domains = {"a..example"}; }},
      {"an unknown zone", Error::bad_zone, [](Site& s) { s.zone = "Europe/Berlinn"; }},
      {"a zone outside its folder", Error::bad_zone, [](Site& s) { s.zone = "../../../etc/passwd"; }},
      {"a folder of zones", Error::bad_zone, [](Site& s) { s.zone = "Europe"; }},
      {"a currency in lower case", Error::bad_currency, [](Site& s) { s.currency = "eur"; }},
      {"funnels that are no list", Error::bad_funnels, [](Site& s) { s.funnels = "{}"; }},
      {"funnels that are no JSON", Error::bad_funnels, [](Site& s) { s.funnels = "[{]"; }},
  };
  for (const Case& c : cases) {
    Site site = site_named("Nordwerk");
    site.key = "good";
    c.spoil(site);
    const auto added = sites_.add(site, kNow);
    ASSERT_FALSE(added) << c.why;
    EXPECT_EQ(added.error(), c.error) << c.why;
  }
  EXPECT_TRUE(sites_.list()->empty());
}

TEST_F(SitesTest, AKeyIsGivenOnce) {
  Site site = site_named("one");
  site.key = "samekey";
  ASSERT_TRUE(sites_.add(site, kNow));
  EXPECT_EQ(sites_.add(site, kNow).error(), Error::exists);
}

TEST_F(SitesTest, ANewKeyReplacesTheOldOneAndKeepsTheIdOfTheRows) {
  const auto site = sites_.add(site_named("one"), kNow);
  ASSERT_TRUE(site);
  const auto rotated = sites_.rotate_key(site->key);
  ASSERT_TRUE(rotated);
  EXPECT_NE(rotated->key, site->key);
  EXPECT_EQ(rotated->id, site->id);
  EXPECT_EQ(sites_.find(site->key).error(), Error::not_found);
  EXPECT_EQ(sites_.rotate_key(site->key).error(), Error::not_found);
}

TEST_F(SitesTest, TheContainerThatWasPublishedLastIsTheSitesOwn) {
  const auto site = *sites_.add(site_named("one"), kNow);
  EXPECT_EQ(sites_.container(site.key)->version, 0u);
  ASSERT_TRUE(sites_.publish_container(site.key, {2, "{}", std::string("\0\1", 2)}, kNow));
  ASSERT_TRUE(sites_.publish_container(site.key, {5, "{ }", std::string("\2\0", 2)}, kNow));
  const auto container = sites_.container(site.key);
  ASSERT_TRUE(container);
  EXPECT_EQ(container->version, 5u);
  EXPECT_EQ(container->source, "{ }");
  EXPECT_EQ(container->compiled, std::string("\2\0", 2));
  EXPECT_EQ(sites_.publish_container("nosite", {1, "{}", "x"}, kNow).error(), Error::not_found);
}

TEST_F(SitesTest, WhatASiteSetsAboutItsTrackerIsKept) {
  const auto site = *sites_.add(site_named("one"), kNow);
  EXPECT_EQ(sites_.find(site.key)->tracker, TrackerOptions{});
  TrackerOptions options;
  options.enabled = false;
  options.redact = {"kundennr"};
  const auto changed = sites_.set_tracker(site.key, options, 45);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->tracker, options);
  EXPECT_EQ(sites_.find(site.key)->tracker, options);
  EXPECT_EQ(sites_.list()->front().session_minutes, 45);
  EXPECT_EQ(sites_.set_tracker("nosite", options, 45).error(), Error::not_found);
}

TEST_F(SitesTest, AVersionOfAContainerIsNeverChanged) {
  const auto site = *sites_.add(site_named("one"), kNow);
  ASSERT_TRUE(sites_.publish_container(site.key, {1, "{}", "first"}, kNow));
  ASSERT_TRUE(sites_.publish_container(site.key, {2, "{}", "second"}, kNow));
  EXPECT_EQ(sites_.publish_container(site.key, {1, "{}", "other"}, kNow).error(), Error::exists);
  EXPECT_EQ(sites_.container(site.key)->version, 2u);
  EXPECT_TRUE(sites_.publish_container(site.key, {1, "{}", "first"}, kNow))
      << "an earlier version may be published again";
  EXPECT_EQ(sites_.container(site.key)->version, 1u);
}

TEST_F(SitesTest, RemovingASiteRemovesWhatBelongsToIt) {
  const auto site = *sites_.add(site_named("one"), kNow);
  ASSERT_TRUE(sites_.publish_container(site.key, {1, "{}", "x"}, kNow));
  ASSERT_TRUE(sites_.remove(site.key));
  EXPECT_EQ(sites_.find(site.key).error(), Error::not_found);
  EXPECT_EQ(sites_.remove(site.key).error(), Error::not_found);
}

const KnownListeners kKnown{"links", "forms"};

constexpr const char* kFile =
    R"({"name": "Nordwerk", "domains": ["nordwerk.example"], "zone": "Europe/Vienna",
  "currency": "CHF", "demo": true, "key": "nordwerk", "container": "c.json", "session_minutes": 20,
  "require_origin": true, "allow_null_origin": true, "tracker": {"routes": "hash", "listeners": ["links"]},
  "funnels": [{"id": "f"}]})";

TEST(SiteFile, ReadsEveryKey) {
  const auto file = parse_site_file(kFile, kKnown);
  ASSERT_TRUE(file) << file.error().where;
  EXPECT_EQ(file->container, "c.json");
  EXPECT_EQ(file->site.key, "nordwerk");
  EXPECT_EQ(file->site.zone, "Europe/Vienna");
  EXPECT_EQ(file->site.currency, "CHF");
  EXPECT_EQ(file->site.session_minutes, 20);
  EXPECT_TRUE(file->site.demo && file->site.require_origin && file->site.allow_null_origin);
  EXPECT_EQ(file->site.tracker.routes, Routes::hash);
  EXPECT_THAT(file->site.tracker.listeners, ::testing::ElementsAre("links"));
  EXPECT_EQ(file->site.funnels, R"([{"id":"f"}])");
}

TEST(SiteFile, NeedsOnlyANameAndDomains) {
  const auto file = parse_site_file(R"({"name": "Nordwerk", "domains": ["nordwerk.example"]})", kKnown);
  ASSERT_TRUE(file) << file.error().where;
  EXPECT_EQ(file->container, "");
  EXPECT_EQ(file->site.key, "");
  EXPECT_EQ(file->site.funnels, "[]");
  EXPECT_FALSE(file->site.demo);
}

TEST(SiteFile, NamesThePlaceOfEveryMistake) {
  using Reason = FileProblem::Reason;
  struct Case {
    const char* from;
    const char* to;
    Reason reason;
    const char* where;
  };
  const Case cases[] = {
      {"{\"name\": \"Nordwerk\"", "\"name\": \"Nordwerk\"", Reason::not_json, "the file"},
      {"\"zone\"", "\"timezone\"", Reason::unknown_key, "timezone"},
      {"\"domains\"", "\"domain\"", Reason::missing_key, "domains"},
      {"[\"nordwerk.example\"]", "\"nordwerk.example\"", Reason::wrong_type, "domains"},
      {"[\"nordwerk.example\"]", "[1]", Reason::wrong_type, "domains[0]"},
      {"\"demo\": true", "\"demo\": 1", Reason::wrong_type, "demo"},
      {"\"session_minutes\": 20", "\"session_minutes\": 0", Reason::out_of_range, "session_minutes"},
      {"\"routes\": \"hash\"", "\"route\": \"hash\"", Reason::unknown_key, "tracker.route"},
      {"[\"links\"]", "[\"link\"]", Reason::unknown_listener, "tracker.listeners[0]"},
      {"\"session_minutes\": 20", "\"session_minutes\": 1.5", Reason::wrong_type, "session_minutes"},
      {"[{\"id\": \"f\"}]", "{}", Reason::wrong_type, "funnels"},
  };
  for (const Case& c : cases) {
    std::string text = kFile;
    const auto place = text.find(c.from);
    ASSERT_NE(place, std::string::npos) << c.from;
    text.replace(place, std::string_view(c.from).size(), c.to);
    const auto file = parse_site_file(text, kKnown);
    ASSERT_FALSE(file) << c.to;
    EXPECT_EQ(file.error().reason, c.reason) << c.to << " at " << file.error().where;
    EXPECT_EQ(file.error().where, c.where) << c.to;
  }
}

}  // namespace
}  // namespace etappe::admin
