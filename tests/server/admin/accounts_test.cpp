#include "server/admin/accounts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "server/admin/audit.hpp"
#include "server/admin/secrets.hpp"
#include "server/admin/sites.hpp"
#include "server/admin/tokens.hpp"
#include "tests/server/temporary_folder.hpp"

namespace etappe::admin {
namespace {

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

class AccountsTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::unique_ptr<Database> database_ = *Database::open(folder_ / "etappe.db");
  Accounts accounts_{*database_};
  Tokens tokens_{*database_};
};

TEST_F(AccountsTest, APersonSignsInWithTheirPasswordAndStaysSignedInForTheLengthOfASession) {
  ASSERT_TRUE(accounts_.add("admin", "Katrin Albers", Role::admin, "correct horse", kNow));
  const auto session = accounts_.sign_in("admin", "correct horse", kNow);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->user.name, "Katrin Albers");
  EXPECT_EQ(session->user.role, Role::admin);
  EXPECT_TRUE(accounts_.signed_in(session->token, kNow + kSessionLength - std::chrono::seconds{1}));
  const auto late = accounts_.signed_in(session->token, kNow + kSessionLength);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), Error::not_found);
}

TEST_F(AccountsTest, ALoginIsTheSameInUpperAndLowerCase) {
  ASSERT_TRUE(accounts_.add("Katrin", "Katrin", Role::viewer, "correct horse", kNow));
  EXPECT_TRUE(accounts_.sign_in("katrin", "correct horse", kNow));
  const auto twice = accounts_.add("KATRIN", "Katrin", Role::viewer, "correct horse", kNow);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error(), Error::exists);
}

TEST_F(AccountsTest, AnUnknownLoginAndAWrongPasswordGetTheSameAnswer) {
  ASSERT_TRUE(accounts_.add("admin", "A", Role::admin, "correct horse", kNow));
  for (const auto& [login, password] : {std::pair{"admin", "correct hors"},
                                        {"admin", "Correct horse"},
                                        {"admin", ""},
                                        {"nobody", "correct horse"},
                                        {"", ""}}) {
    const auto session = accounts_.sign_in(login, password, kNow);
    ASSERT_FALSE(session) << login << "/" << password;
    EXPECT_EQ(session.error(), Error::not_found) << login << "/" << password;
  }
}

TEST_F(AccountsTest, SigningOutEndsThatSessionOnly) {
  ASSERT_TRUE(accounts_.add("admin", "A", Role::admin, "correct horse", kNow));
  const auto one = *accounts_.sign_in("admin", "correct horse", kNow);
  const auto other = *accounts_.sign_in("admin", "correct horse", kNow);
  ASSERT_NE(one.token, other.token);
  ASSERT_TRUE(accounts_.sign_out(one.token));
  EXPECT_FALSE(accounts_.signed_in(one.token, kNow));
  EXPECT_TRUE(accounts_.signed_in(other.token, kNow));
}

TEST_F(AccountsTest, ANewPasswordEndsTheSessionsOfTheOldOne) {
  ASSERT_TRUE(accounts_.add("admin", "A", Role::admin, "correct horse", kNow));
  const auto session = *accounts_.sign_in("admin", "correct horse", kNow);
  ASSERT_TRUE(accounts_.set_password("admin", "battery staple"));
  EXPECT_FALSE(accounts_.signed_in(session.token, kNow));
  EXPECT_FALSE(accounts_.sign_in("admin", "correct horse", kNow));
  EXPECT_TRUE(accounts_.sign_in("admin", "battery staple", kNow));
  EXPECT_EQ(accounts_.set_password("nobody", "battery staple").error(), Error::not_found);
}

TEST_F(AccountsTest, TheLastAdministratorCannotBeRemoved) {
  ASSERT_TRUE(accounts_.add("admin", "A", Role::admin, "correct horse", kNow));
  ASSERT_TRUE(accounts_.add("viewer", "V", Role::viewer, "correct horse", kNow));
  EXPECT_EQ(accounts_.remove("admin").error(), Error::last_admin);
  EXPECT_EQ(accounts_.list()->size(), 2u);
  EXPECT_TRUE(accounts_.remove("viewer"));
  EXPECT_EQ(accounts_.remove("viewer").error(), Error::not_found);
}

TEST_F(AccountsTest, RefusesLoginsAndPasswordsThatAreNone) {
  EXPECT_EQ(accounts_.add("", "A", Role::admin, "correct horse", kNow).error(), Error::bad_login);
  EXPECT_EQ(accounts_.add("a b", "A", Role::admin, "correct horse", kNow).error(), Error::bad_login);
  EXPECT_EQ(accounts_.add(std::string(129, 'a'), "A", Role::admin, "correct horse", kNow).error(),
            Error::bad_login);
  EXPECT_EQ(accounts_.add("admin", "", Role::admin, "correct horse", kNow).error(), Error::bad_name);
  EXPECT_EQ(accounts_.add("admin", "A", Role::admin, "elevenchars", kNow).error(), Error::short_password);
  EXPECT_TRUE(accounts_.add("admin", "A", Role::admin, "twelve chars", kNow));
}

TEST_F(AccountsTest, NoSecretIsInTheFile) {
  ASSERT_TRUE(accounts_.add("admin", "A", Role::admin, "correct horse battery", kNow));
  const auto session = *accounts_.sign_in("admin", "correct horse battery", kNow);
  const auto token = *tokens_.add("shop", Scope::ingest, "", kNow);
  database_.reset();
  const std::string file = folder_.read("etappe.db");
  ASSERT_THAT(file, ::testing::HasSubstr("$argon2id$")) << "the file was not read";
  EXPECT_THAT(file, ::testing::Not(::testing::HasSubstr("correct horse")));
  EXPECT_THAT(file, ::testing::Not(::testing::HasSubstr(session.token)));
  EXPECT_THAT(file, ::testing::Not(::testing::HasSubstr(token.secret)));
}

TEST_F(AccountsTest, ATokenIsFoundByItsSecretUntilItIsRevoked) {
  const auto added = tokens_.add("shop", Scope::ingest, "", kNow);
  ASSERT_TRUE(added);
  const auto found = tokens_.find(added->secret);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "shop");
  EXPECT_EQ(found->scope, Scope::ingest);
  EXPECT_EQ(found->hash, token_hash(added->secret));
  EXPECT_FALSE(tokens_.find(found->hash)) << "the stored form must not work as a token";
  EXPECT_FALSE(tokens_.find(""));
  ASSERT_TRUE(tokens_.revoke(added->token.id));
  EXPECT_FALSE(tokens_.find(added->secret));
  EXPECT_EQ(tokens_.revoke(added->token.id).error(), Error::not_found);
}

TEST_F(AccountsTest, ATokenOfASiteNeedsThatSite) {
  EXPECT_EQ(tokens_.add("shop", Scope::ingest, "nosite", kNow).error(), Error::not_found);
}

TEST_F(AccountsTest, TheAuditLogGivesTheNewestEntriesFirst) {
  Audit audit(*database_);
  for (const char* subject : {"one", "two", "three"})
    ASSERT_TRUE(audit.add({kNow, "command line", "site.add", subject}));
  const auto entries = audit.latest(2);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->at(0).subject, "three");
  EXPECT_EQ(entries->at(1).subject, "two");
  EXPECT_EQ(entries->at(1).at, kNow);
}

TEST(Database, IsReadableByItsOwnerOnly) {
  const TemporaryFolder folder;
  const auto database = Database::open(folder / "etappe.db");
  ASSERT_TRUE(database);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "etappe.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(Database, KeepsWhatIsInItWhenItIsOpenedAgain) {
  const TemporaryFolder folder;
  ASSERT_TRUE(Tokens(**Database::open(folder / "etappe.db")).add("one", Scope::read, "", kNow));
  const auto again = Database::open(folder / "etappe.db");
  ASSERT_TRUE(again);
  EXPECT_EQ(Tokens(**again).list()->size(), 1u);
}

TEST(Database, BringsAFileOfTheFirstSchemaUpToDateWithItsSites) {
  const TemporaryFolder folder;
  Site site;
  site.key = "nordwerk";
  site.name = "Nordwerk";
  site.domains = {"nordwerk.example"};
  ASSERT_TRUE(Sites(**Database::open(folder / "etappe.db")).add(site, kNow));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "etappe.db").c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw,
                         "ALTER TABLE sites DROP COLUMN tracker; ALTER TABLE sites DROP COLUMN privacy; "
                         "PRAGMA user_version = 1",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  const auto database = Database::open(folder / "etappe.db");
  ASSERT_TRUE(database);
  const auto found = Sites(**database).find("nordwerk");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tracker, TrackerOptions{});
  EXPECT_EQ(found->privacy, PrivacyOptions{});
}

TEST(Database, TwoProcessesMayChangeItSideBySide) {
  const TemporaryFolder folder;
  const auto one = Database::open(folder / "etappe.db");
  const auto other = Database::open(folder / "etappe.db");
  ASSERT_TRUE(one && other);
  ASSERT_TRUE(Tokens(**one).add("one", Scope::read, "", kNow));
  ASSERT_TRUE(Tokens(**other).add("two", Scope::read, "", kNow));
  EXPECT_EQ(Tokens(**one).list()->size(), 2u);
}

TEST(Database, RefusesAFileOfANewerVersionAndLeavesItAlone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(Database::open(folder / "etappe.db"));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "etappe.db").c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version = 99", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  const auto database = Database::open(folder / "etappe.db");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error(), Error::newer_schema);
}

TEST(Database, SaysWhyAFileCannotBeOpened) {
  const TemporaryFolder folder;
  EXPECT_EQ(Database::open(folder / "no/such/folder.db").error(), Error::cannot_open);
  folder.write("text.db", std::string(4096, 'x'));
  EXPECT_EQ(Database::open(folder / "text.db").error(), Error::cannot_open);
}

}  // namespace
}  // namespace etappe::admin
