#include "server/admin/publish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "server/admin/person_secret.hpp"
#include "server/admin/replace_file.hpp"
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
  [[nodiscard]] auto publish_now() { return publish(sites_, tokens_, data_.path(), assets_.path()); }
  [[nodiscard]] std::string script() const { return data_.read("published/t/nordwerk.js"); }

  TemporaryFolder data_;
  TemporaryFolder assets_;
  std::unique_ptr<Database> database_ = *Database::open(data_ / "etappe.db");
  Sites sites_{*database_};
  Tokens tokens_{*database_};
};

TEST_F(PublishTest, TheTrackerFileHoldsTheSitesConfigurationInPlaceOfTheQuotedName) {
  ASSERT_TRUE(sites_.publish_container("nordwerk", {1, "{}", std::string("\0\xFF\x10", 3)}, kNow));
  ASSERT_TRUE(publish_now());
  const std::string text = script();
  const std::string_view before = "(function(c){run(c)})(";
  ASSERT_TRUE(text.starts_with(before)) << text;
  ASSERT_TRUE(text.ends_with(");")) << text;
  const auto config =
      nlohmann::json::parse(text.substr(before.size(), text.size() - before.size() - 2), nullptr, false);
  ASSERT_TRUE(config.is_object()) << text;
  EXPECT_EQ(config, nlohmann::json::parse(
                        R"({"site":"nordwerk","policy":"block","session_minutes":30,"container":"AP8Q",
                            "engine":"/a/engine.abc123.js","version":1})"));
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
  ASSERT_TRUE(publish_now());
  const auto table = artefact::SiteTable::load(data_ / "published", *public_key(data_.path()));
  ASSERT_TRUE(table) << name_of(table.error());
  const artefact::Site* site = (*table)->find("nordwerk");
  ASSERT_NE(site, nullptr);
  EXPECT_THAT(site->domains, ::testing::ElementsAre("nordwerk.example"));
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
