#include "server/admin/publish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "server/admin/person_secret.hpp"
#include "server/admin/pinned.hpp"
#include "server/admin/replace_file.hpp"
#include "server/admin/tracker_file.hpp"
#include "server/artefact/sites.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::admin {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

class PublishTest : public ::testing::Test {
 protected:
  void SetUp() override {
    assets_.write("tracker.js", "(function(c){run(c)})(\"__ETAPPE_CONFIG__\");");
    assets_.write("assets.json", R"({"engine": "engine.abc123.js"})");
    assets_.write("a/engine.abc123.js", "engine");
    ASSERT_TRUE(ensure_signing_keys(data_.path()));
    Site site;
    site.key = "nordwerk";
    site.name = "Nordwerk";
    site.domains = {"nordwerk.example"};
    ASSERT_TRUE(sites_.add(site, kNow));
  }
  [[nodiscard]] auto publish_now(Time now = kNow) {
    return publish(sites_, tokens_, data_.path(), assets_.path(), now);
  }
  /// A build with listeners; their order is that of assets.json, not of the alphabet.
  void give_listeners() const {
    assets_.write("tracker.js", "run(\"__ETAPPE_CONFIG__\",[\"__ETAPPE_LISTENERS__\"]);");
    assets_.write(
        "assets.json",
        R"({"engine": "engine.abc123.js", "listeners": ["linker", "links", "impressions", "forms", "engagement"]})");
    for (const char* name : {"linker", "links", "impressions", "forms", "engagement"})
      assets_.write("listeners/" + std::string(name) + ".js", "function(){" + std::string(name) + "}\n");
  }
  void set_tracker(std::string_view patch) {
    ASSERT_TRUE(sites_.set_tracker("nordwerk", *patched({}, patch, {}), 30));
  }
  [[nodiscard]] std::string script() const { return data_.read("published/t/nordwerk.js"); }

  TemporaryFolder data_;
  TemporaryFolder assets_;
  std::unique_ptr<Database> database_ = *Database::open(data_ / "etappe.db");
  Sites sites_{*database_};
  Tokens tokens_{*database_};
};

TEST_F(PublishTest, TheTrackerFileHoldsTheSitesConfigurationInPlaceOfTheQuotedName) {
  ASSERT_TRUE(sites_.publish_container("nordwerk", {1, "{}", std::string("8\xFF\x14\0", 4)}, kNow));
  ASSERT_TRUE(publish_now());
  const std::string text = script();
  const std::string_view before = "(function(c){run(c)})(";
  ASSERT_TRUE(text.starts_with(before)) << text;
  ASSERT_TRUE(text.ends_with(");")) << text;
  const auto config =
      nlohmann::json::parse(text.substr(before.size(), text.size() - before.size() - 2), nullptr, false);
  ASSERT_TRUE(config.is_object()) << text;
  EXPECT_EQ(config, nlohmann::json::parse(
                        R"({"site":"nordwerk","id":"nordwerk","domains":["nordwerk.example"],
                            "container":"\u0100\u00ff\u013c(","engine":"/a/engine.abc123.js","version":1})"));
}

TEST_F(PublishTest, OptionsTravelInTheConfigurationWhereTheyDifferFromTheirDefaults) {
  set_tracker(R"({"url": "canonical", "routes": "history", "redact": ["kundennr", "/konto/*"],
                  "impression": {"percent": 60}, "retry_storage": false, "listeners": ["links"]})");
  ASSERT_TRUE(publish_now());
  const std::string text = script();
  EXPECT_THAT(text, HasSubstr(R"("id":"nordwerk","impression":{"milliseconds":1000,"percent":60},)"
                              R"("redact":"kundennr\n/konto/*","retry_storage":false,)"
                              R"("site":"nordwerk","url":"canonical","version":0})"));
  EXPECT_THAT(text, Not(HasSubstr("routes")));
  EXPECT_THAT(text, Not(HasSubstr("enabled")));
  EXPECT_THAT(text, Not(HasSubstr("listeners")));
}

TEST_F(PublishTest, TheChosenListenersStandInTheFileInTheOrderOfTheBuild) {
  give_listeners();
  ASSERT_TRUE(publish_now());
  EXPECT_THAT(script(),
              testing::EndsWith("},[function(){links},function(){impressions},function(){engagement}]);"));
  set_tracker(R"({"listeners": ["forms", "links"]})");
  ASSERT_TRUE(publish_now());
  EXPECT_THAT(script(), testing::EndsWith("},[function(){links},function(){forms}]);"));
  set_tracker(R"({"listeners": []})");
  ASSERT_TRUE(publish_now());
  EXPECT_THAT(script(), testing::EndsWith("},[]);"));
  EXPECT_THAT(script(), Not(HasSubstr("nordwerk.example")))
      << "only `links` asks which domains are the site's";
  set_tracker(R"({"listeners": ["links"], "link_domains": ["shop.example"]})");
  ASSERT_TRUE(publish_now());
  EXPECT_THAT(script(), testing::EndsWith("},[function(){linker},function(){links}]);"))
      << "the linker comes with what it links";
}

TEST_F(PublishTest, TheChosenAdaptersStandInAPlaceOfTheirOwnAndTheBannersModuleComesWithABanner) {
  assets_.write("tracker.js",
                "run(\"__ETAPPE_CONFIG__\",[\"__ETAPPE_LISTENERS__\"],[\"__ETAPPE_CONSENT__\"]);");
  assets_.write(
      "assets.json",
      R"({"engine": "engine.abc123.js", "listeners": ["links"], "consent": ["banner", "klaro", "staff", "tcf"]})");
  assets_.write("listeners/links.js", "function(){links}\n");
  for (const char* name : {"banner", "klaro", "staff", "tcf"})
    assets_.write("consent/" + std::string(name) + ".js", "function(){" + std::string(name) + "}\n");
  set_tracker(R"({"listeners": ["links"]})");
  ASSERT_TRUE(publish_now());
  EXPECT_THAT(script(), testing::EndsWith("},[function(){links}],[]);"));
  const auto set_privacy = [&](std::string_view patch) {
    ASSERT_TRUE(sites_.set_privacy("nordwerk", *patched(PrivacyOptions{}, patch)));
    ASSERT_TRUE(publish_now());
  };
  set_privacy(R"({"adapters": ["tcf", "klaro"], "policy": "queue", "version": "7", "tcf_vendor": 77})");
  EXPECT_THAT(script(), testing::EndsWith("},[function(){links}],[function(){klaro},function(){tcf}]);"));
  EXPECT_THAT(script(), HasSubstr(R"("policy":"queue")"));
  EXPECT_THAT(script(), HasSubstr(R"("consent_version":"7")"));
  EXPECT_THAT(script(), HasSubstr(R"("tcf_vendor":77)"));
  EXPECT_THAT(data_.read("published/sites.json"), HasSubstr(R"("policy": "queue")"));
  set_privacy(R"({"banner": {"title": "Hallo"}, "erase_on_withdrawal": false})");
  EXPECT_THAT(script(), testing::EndsWith("[function(){banner}]);"));
  EXPECT_THAT(data_.read("published/sites.json"), HasSubstr(R"("erase_on_withdrawal": false)"));
  set_privacy(R"({"my_data": true, "staff_link": true})");
  EXPECT_THAT(script(), testing::EndsWith("[function(){banner},function(){staff}]);"));
  ASSERT_TRUE(sites_.set_privacy("nordwerk", *patched(PrivacyOptions{}, R"({"adapters": ["generic"]})")));
  EXPECT_EQ(publish_now().error(), PublishError::unknown_listener);
}

TEST_F(PublishTest, RegionsWithAnotherPolicyHaveFilesOfTheirOwnAndEverybodyElseTheStrictest) {
  const auto privacy = patched(PrivacyOptions{}, R"({"policy": "cookieless", "regions": [
      {"in": ["DE", "AT"], "policy": "block"}, {"in": ["FR"], "policy": "queue"}]})");
  ASSERT_TRUE(privacy);
  ASSERT_TRUE(sites_.set_privacy("nordwerk", *privacy));
  ASSERT_TRUE(publish_now());
  EXPECT_THAT(script(), Not(HasSubstr("\"policy\"")));
  EXPECT_THAT(data_.read("published/t/nordwerk~queue.js"), HasSubstr(R"("policy":"queue")"));
  EXPECT_THAT(data_.read("published/t/nordwerk~cookieless.js"), HasSubstr(R"("policy":"cookieless")"));
  EXPECT_TRUE(fs::exists(data_ / "published/t/nordwerk~queue.js.br"));
  const auto table = artefact::SiteTable::load(data_ / "published", *public_key(data_.path()));
  ASSERT_TRUE(table);
  EXPECT_EQ((*table)->find("nordwerk")->regions, privacy->regions);

  ASSERT_TRUE(sites_.set_privacy("nordwerk", PrivacyOptions{}));
  ASSERT_TRUE(publish_now());
  EXPECT_FALSE(fs::exists(data_ / "published/t/nordwerk~queue.js"));
  EXPECT_FALSE(fs::exists(data_ / "published/t/nordwerk~queue.js.br"));
}

TEST_F(PublishTest, ASitesOwnWordsAreNeverTakenForAPlace) {
  give_listeners();
  set_tracker(R"({"redact": ["__ETAPPE_LISTENERS__", "__ETAPPE_CONFIG__"], "listeners": ["links"]})");
  ASSERT_TRUE(publish_now());
  EXPECT_THAT(script(), HasSubstr("__ETAPPE_LISTENERS__\\n__ETAPPE_CONFIG__"));
  EXPECT_THAT(script(), testing::EndsWith("},[function(){links}]);"));
}

TEST_F(PublishTest, AListenerThatTheBuildDoesNotHaveIsSaidToBeUnknown) {
  give_listeners();
  ASSERT_TRUE(publish_now());
  const std::string working = script();
  set_tracker(R"({"listeners": ["links", "telepathy"]})");
  EXPECT_EQ(publish_now().error(), PublishError::unknown_listener);
  EXPECT_EQ(script(), working);
}

TEST_F(PublishTest, ABuildWithBrokenListenersNeverReplacesAWorkingFile) {
  give_listeners();
  ASSERT_TRUE(publish_now());
  const std::string working = script();
  const struct {
    const char* file;
    const char* content;
    PublishError error;
  } cases[] = {
      {"tracker.js", "run(\"__ETAPPE_CONFIG__\")", PublishError::bad_assets},
      {"tracker.js", "run(\"__ETAPPE_CONFIG__\",[__ETAPPE_LISTENERS__])", PublishError::bad_assets},
      {"tracker.js", "run(\"__ETAPPE_CONFIG__\",\"__ETAPPE_LISTENERS__\",\"__ETAPPE_LISTENERS__\")",
       PublishError::bad_assets},
      {"assets.json", R"({"engine": "engine.abc123.js", "listeners": "links"})", PublishError::bad_assets},
      {"assets.json", R"({"engine": "engine.abc123.js", "listeners": ["../tracker"]})",
       PublishError::bad_assets},
      {"assets.json", R"({"engine": "engine.abc123.js", "listeners": ["links", "shares"]})",
       PublishError::missing_listener},
      {"listeners/links.js", "\n", PublishError::bad_assets},
      {"listeners/links.js", "function(){};\n", PublishError::bad_assets},
  };
  for (const auto& c : cases) {
    const std::string former = assets_.read(c.file);
    assets_.write(c.file, c.content);
    const auto published = publish_now();
    ASSERT_FALSE(published) << c.content;
    EXPECT_EQ(published.error(), c.error) << c.content;
    EXPECT_EQ(script(), working) << c.content;
    assets_.write(c.file, former);
  }
}

TEST_F(PublishTest, ASiteThatIsSwitchedOffGetsTheStubAndItsFileBackLater) {
  ASSERT_TRUE(publish_now());
  const std::string on = script();
  const std::string pinned = "published/t/" + pinned_name("nordwerk", on);
  set_tracker(R"({"enabled": false})");
  ASSERT_TRUE(publish_now());
  EXPECT_EQ(script(), stub_file());
  EXPECT_LT(data_.read("published/t/nordwerk.js.br").size(), 200u);
  EXPECT_FALSE(fs::exists(data_ / ("published/t/" + pinned_name("nordwerk", stub_file()))));
  EXPECT_EQ(data_.read(pinned), on) << "what pages have pinned stays";
  set_tracker("{}");
  ASSERT_TRUE(publish_now());
  EXPECT_EQ(script(), on);
}

TEST_F(PublishTest, EveryVersionHasAPinnedFileWithTheSameBytes) {
  ASSERT_TRUE(publish_now());
  const std::string first = script();
  const std::string pinned = "published/t/" + pinned_name("nordwerk", first);
  for (const char* form : {"", ".br", ".gz"})
    EXPECT_EQ(data_.read(pinned + form), data_.read(std::string("published/t/nordwerk.js") + form)) << form;
  set_tracker(R"({"routes": "off"})");
  ASSERT_TRUE(publish_now());
  ASSERT_NE(script(), first);
  EXPECT_EQ(data_.read(pinned), first);
  EXPECT_EQ(data_.read("published/t/" + pinned_name("nordwerk", script())), script());
}

TEST_F(PublishTest, TheAgeOfAPinnedVersionCountsFromItsReplacement) {
  ASSERT_TRUE(publish_now());
  const std::string first = "published/t/" + pinned_name("nordwerk", script());
  // It was the current one for a year, and is replaced more often than versions are kept, all in one day.
  Time now = kNow + std::chrono::days{365};
  const auto replace_by = [&](int percent) {
    set_tracker(R"({"impression": {"percent": )" + std::to_string(percent) + "}}");
    ASSERT_TRUE(publish_now(now));
  };
  for (int i = 1; i <= 21; ++i) {
    now += std::chrono::seconds{1};
    replace_by(i);
  }
  EXPECT_TRUE(fs::exists(data_ / first));
  now += kPinnedDays;
  replace_by(22);
  EXPECT_FALSE(fs::exists(data_ / first));
  EXPECT_FALSE(fs::exists(data_ / (first + ".br")));
}

TEST_F(PublishTest, PinnedVersionsGoWithTheirSiteAndItsKey) {
  ASSERT_TRUE(publish_now());
  const std::string pinned = pinned_name("nordwerk", script());
  const auto site = *sites_.rotate_key("nordwerk");
  ASSERT_TRUE(publish_now());
  EXPECT_FALSE(fs::exists(data_ / ("published/t/" + pinned)));
  ASSERT_TRUE(sites_.remove(site.key));
  ASSERT_TRUE(publish_now());
  EXPECT_EQ(fs::directory_iterator(data_ / "published/t"), fs::directory_iterator());
}

TEST_F(PublishTest, ARunningCollectorIsToldThatOnlyATrackerFileChanged) {
  ASSERT_TRUE(publish_now());
  const std::string table = data_.read("published/sites.json");
  struct stat before {};
  ASSERT_EQ(::stat((data_ / "published/sites.json.sig").c_str(), &before), 0);
  set_tracker(R"({"routes": "off"})");
  ASSERT_TRUE(publish_now());
  EXPECT_EQ(data_.read("published/sites.json"), table);
  struct stat after {};
  ASSERT_EQ(::stat((data_ / "published/sites.json.sig").c_str(), &after), 0);
  EXPECT_NE(after.st_ino, before.st_ino);
}

TEST_F(PublishTest, CompressedFormsStandBesideThePlainFile) {
  ASSERT_TRUE(publish_now());
  EXPECT_FALSE(data_.read("published/t/nordwerk.js.br").empty());
  EXPECT_TRUE(data_.read("published/t/nordwerk.js.gz").starts_with("\x1F\x8B"));
}

TEST_F(PublishTest, TheTableIsAcceptedWithThePublicKeyAndHoldsWhatTheCollectorNeeds) {
  const auto everywhere = *tokens_.add("all", Scope::ingest, "", kNow);
  const auto here = *tokens_.add("here", Scope::admin, "nordwerk", kNow);
  ASSERT_TRUE(tokens_.add("reader", Scope::read, "", kNow));
  set_tracker(R"({"redact": ["kundennr", "/konto/*"]})");
  ASSERT_TRUE(publish_now());
  const auto table = artefact::SiteTable::load(data_ / "published", *public_key(data_.path()));
  ASSERT_TRUE(table) << name_of(table.error());
  const artefact::Site* site = (*table)->find("nordwerk");
  ASSERT_NE(site, nullptr);
  EXPECT_THAT(site->domains, ::testing::ElementsAre("nordwerk.example"));
  EXPECT_EQ(site->redact, "kundennr\n/konto/*");
  EXPECT_THAT(site->ingest_token_hashes, ::testing::ElementsAre(everywhere.token.hash, here.token.hash));
}

TEST_F(PublishTest, ARotatedKeyMovesTheFileAndKeepsTheId) {
  ASSERT_TRUE(publish_now());
  const auto site = *sites_.rotate_key("nordwerk");
  ASSERT_TRUE(publish_now());
  EXPECT_FALSE(fs::exists(data_ / "published/t/nordwerk.js"));
  EXPECT_FALSE(fs::exists(data_ / "published/t/nordwerk.js.br"));
  EXPECT_TRUE(fs::exists(data_ / ("published/t/" + site.key + ".js")));
  const auto table = *artefact::SiteTable::load(data_ / "published", *public_key(data_.path()));
  EXPECT_EQ(table->find("nordwerk"), nullptr);
  ASSERT_NE(table->find(site.key), nullptr);
  EXPECT_EQ(table->find(site.key)->id, "nordwerk");
}

TEST_F(PublishTest, ABrokenBuildNeverReplacesAWorkingFile) {
  ASSERT_TRUE(publish_now());
  const std::string working = script();
  ASSERT_FALSE(working.empty());
  const struct {
    const char* file;
    const char* content;
    PublishError error;
  } cases[] = {
      {"tracker.js", "", PublishError::bad_assets},
      {"tracker.js", "no place for it", PublishError::bad_assets},
      {"tracker.js", "run(__ETAPPE_CONFIG__)", PublishError::bad_assets},
      {"tracker.js", "run(\"__ETAPPE_CONFIG__')", PublishError::bad_assets},
      {"tracker.js", "\"__ETAPPE_CONFIG__\";\"__ETAPPE_CONFIG__\"", PublishError::bad_assets},
      {"assets.json", "{", PublishError::bad_assets},
      {"assets.json", "{}", PublishError::bad_assets},
      {"assets.json", R"({"engine": "../tracker.js"})", PublishError::bad_assets},
      {"assets.json", R"({"engine": "engine.other.js"})", PublishError::missing_assets},
  };
  for (const auto& c : cases) {
    const std::string former = assets_.read(c.file);
    assets_.write(c.file, c.content);
    const auto published = publish_now();
    ASSERT_FALSE(published) << c.content;
    EXPECT_EQ(published.error(), c.error) << c.content;
    EXPECT_EQ(script(), working) << c.content;
    assets_.write(c.file, former);
  }
  fs::remove(assets_ / "tracker.js");
  EXPECT_EQ(publish_now().error(), PublishError::missing_assets);
  EXPECT_EQ(script(), working);
}

TEST_F(PublishTest, NothingInTheConfigurationCanEndTheScript) {
  const TrackerAssets assets{"f(\"__ETAPPE_CONFIG__\")", "/a/</script><!--\xE2\x80\xA8\".js"};
  Site site;
  site.key = "nordwerk";
  const auto file = tracker_file(assets, site, {});
  ASSERT_TRUE(file);
  EXPECT_THAT(*file, Not(HasSubstr("<")));
  EXPECT_THAT(*file, Not(HasSubstr("\xE2\x80\xA8")));
  EXPECT_THAT(*file, HasSubstr("/a/\\u003c/script>"));
}

TEST_F(PublishTest, PublishingAgainWritesNothing) {
  ASSERT_TRUE(publish_now());
  const auto time = fs::last_write_time(data_ / "published/t/nordwerk.js.br");
  struct stat before {};
  ASSERT_EQ(::stat((data_ / "published/sites.json").c_str(), &before), 0);
  ASSERT_TRUE(publish_now());
  EXPECT_EQ(fs::last_write_time(data_ / "published/t/nordwerk.js.br"), time);
  struct stat after {};
  ASSERT_EQ(::stat((data_ / "published/sites.json").c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
}

TEST_F(PublishTest, TheSecretKeyIsReadableByItsOwnerOnlyAndStaysTheSame) {
  struct stat status {};
  ASSERT_EQ(::stat((data_ / "keys/publish.secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((data_ / "keys").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  const std::string secret = data_.read("keys/publish.secret");
  ASSERT_EQ(secret.size(), 128u);
  ASSERT_TRUE(ensure_signing_keys(data_.path()));
  EXPECT_EQ(data_.read("keys/publish.secret"), secret);
}

TEST_F(PublishTest, SaysThatTheSigningKeyIsMissingOrNotOne) {
  data_.write("keys/publish.secret", "not a key");
  EXPECT_EQ(publish_now().error(), PublishError::missing_key);
  fs::remove(data_ / "keys/publish.secret");
  EXPECT_EQ(publish_now().error(), PublishError::missing_key);
}

TEST(PersonSecret, IsMadeOnceForItsOwnerOnly) {
  const TemporaryFolder data;
  const auto secret = ensure_person_secret(data.path());
  ASSERT_TRUE(secret);
  struct stat status {};
  ASSERT_EQ(::stat((data / "keys/person.secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((data / "keys").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_EQ(ensure_person_secret(data.path()), secret) << "the same ever after";
  const TemporaryFolder elsewhere;
  EXPECT_NE(ensure_person_secret(elsewhere.path()).value_or(*secret), *secret);
}

TEST(PersonSecret, IsNeverReplacedWhenItIsNotOne) {
  const TemporaryFolder data;
  ASSERT_TRUE(ensure_person_secret(data.path()));
  const std::string good = data.read("keys/person.secret");
  for (const std::string& bad : {std::string(), good.substr(1), good + "0", "g" + good.substr(1)}) {
    data.write("keys/person.secret", bad);
    const auto secret = ensure_person_secret(data.path());
    ASSERT_FALSE(secret) << bad;
    EXPECT_EQ(secret.error(), SecretError::bad_secret) << bad;
    EXPECT_EQ(data.read("keys/person.secret"), bad);
  }
}

TEST(ReplaceFile, LeavesTheFormerFileWhereTheNewOneCannotBeWritten) {
  const TemporaryFolder folder;
  folder.write("a", "former");
  ASSERT_TRUE(replace_file(folder / "a", "new", 0600));
  EXPECT_EQ(folder.read("a"), "new");
  EXPECT_FALSE(replace_file(folder / "no/such/folder/a", "new", 0600));
  fs::create_directory(folder / "d");
  folder.write("d/x", "");
  EXPECT_FALSE(replace_file(folder / "d", "a file cannot replace a folder", 0600));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 2)
      << "nothing half-written stays behind";
}

}  // namespace
}  // namespace etappe::admin
