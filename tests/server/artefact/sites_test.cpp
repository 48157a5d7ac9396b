#include "server/artefact/sites.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <optional>

#include "tests/server/temporary_folder.hpp"

namespace etappe::artefact {
namespace {

namespace fs = std::filesystem;

/// A published folder of its own, signed with a key of its own.
class Published : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    crypto_sign_keypair(public_key_.data(), secret_key_.data());
  }

  template <std::size_t N>
  static std::string hex(const std::array<unsigned char, N>& bytes) {
    std::string text(2 * N + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), N);
    text.pop_back();
    return text;
  }
  void publish(std::string_view text) const {
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         secret_key_.data());
    folder_.write(kTableFile, text);
    folder_.write(kSignatureFile, signature);
  }
  [[nodiscard]] auto load() const { return SiteTable::load(folder_.path(), hex(public_key_)); }

  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key_{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key_{};
  TemporaryFolder folder_;
};

Site example() {
  return {.key = "K1",
          .name = "Nordwerk \"Antriebe\" <ü>",
          .domains = {"nordwerk.example", "localhost"},
          .policy = consent::Policy::block,
          .require_origin = true,
          .allow_null_origin = false,
          .ingest_token_hashes = {"aa", "bb"},
          .id = "I1",
          .redact = "kundennr\n/konto/*/rechnung",
          .id_cookie = IdCookie::script,
          .withdrawal = Withdrawal::stops};
}

TEST_F(Published, GivesBackEveryFieldThatWasPublished) {
  publish(to_text({example(), {.key = "K2", .name = "", .domains = {}, .ingest_token_hashes = {}}}));
  const auto table = load();
  ASSERT_TRUE(table) << name_of(table.error());
  EXPECT_EQ((*table)->size(), 2u);
  const Site* site = (*table)->find("K1");
  ASSERT_NE(site, nullptr);
  EXPECT_EQ(site->name, "Nordwerk \"Antriebe\" <ü>");
  EXPECT_THAT(site->domains, ::testing::ElementsAre("nordwerk.example", "localhost"));
  EXPECT_TRUE(site->require_origin);
  EXPECT_FALSE(site->allow_null_origin);
  EXPECT_THAT(site->ingest_token_hashes, ::testing::ElementsAre("aa", "bb"));
  EXPECT_EQ(site->id, "I1");
  EXPECT_EQ(site->redact, "kundennr\n/konto/*/rechnung");
  EXPECT_EQ(site->id_cookie, IdCookie::script);
  EXPECT_EQ(site->withdrawal, Withdrawal::stops);
  ASSERT_NE((*table)->find("K2"), nullptr);
  EXPECT_EQ((*table)->find("K2")->id_cookie, IdCookie::server);
  EXPECT_EQ((*table)->find("K2")->id, "K2") << "a site that never changed its key";
  EXPECT_EQ((*table)->find("K2")->redact, "");
  EXPECT_EQ((*table)->find("k1"), nullptr);
  EXPECT_EQ((*table)->find(""), nullptr);
}

TEST_F(Published, ATableWithoutRulesIsOneOfSitesThatHaveNone) {
  publish(
      R"({"version":1,"sites":[{"key":"K","id":"K","name":"","domains":[],"policy":"block","require_origin":false,"allow_null_origin":false,"ingest_token_hashes":[]}]})");
  const auto table = load();
  ASSERT_TRUE(table) << name_of(table.error());
  EXPECT_EQ((*table)->find("K")->redact, "");
  EXPECT_EQ((*table)->find("K")->withdrawal, Withdrawal::erases);
}

TEST_F(Published, RefusesRulesThatAreNoText) {
  publish(
      R"({"version":1,"sites":[{"key":"K","id":"K","name":"","domains":[],"policy":"block","require_origin":false,"allow_null_origin":false,"ingest_token_hashes":[],"redact":["a"]}]})");
  const auto table = load();
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error(), Error::bad_format);
}

TEST_F(Published, LetsTheServerKeepTheIdUnlessATableSaysOtherwise) {
  const std::string written = to_text({example()});
  const std::string_view member = R"(   "id_cookie": "script",)";
  const std::size_t at = written.find(member);
  ASSERT_NE(at, std::string::npos) << written;
  const struct {
    const char* what;
    const char* instead;
    std::optional<IdCookie> id_cookie;
  } rows[] = {{"absent", "", IdCookie::server},
              {"server", R"("id_cookie": "server",)", IdCookie::server},
              {"script", R"("id_cookie": "script",)", IdCookie::script},
              {"a word of a later version", R"("id_cookie": "both",)", std::nullopt},
              {"not a word", R"("id_cookie": true,)", std::nullopt}};
  for (const auto& row : rows) {
    std::string text = written;
    publish(text.replace(at, member.size(), row.instead));
    const auto table = load();
    ASSERT_EQ(table.has_value(), row.id_cookie.has_value()) << row.what;
    if (table) {
      EXPECT_EQ((*table)->find("K1")->id_cookie, row.id_cookie) << row.what;
    } else {
      EXPECT_EQ(table.error(), Error::bad_format) << row.what;
    }
  }
}

TEST_F(Published, RefusesATableOfWhichAnyBitWasChanged) {
  const std::string text = to_text({example()});
  publish(text);
  ASSERT_TRUE(load());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    folder_.write(kTableFile, changed);
    const auto table = load();
    ASSERT_FALSE(table) << "byte " << i;
    ASSERT_EQ(table.error(), Error::bad_signature) << "byte " << i;
  }
}

TEST_F(Published, RefusesATableThatWasCutShort) {
  const std::string text = to_text({example()});
  publish(text);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, text.size() / 2, text.size() - 1}) {
    folder_.write(kTableFile, std::string_view(text).substr(0, size));
    const auto table = load();
    ASSERT_FALSE(table) << size;
    EXPECT_EQ(table.error(), Error::bad_signature) << size;
  }
}

TEST_F(Published, RefusesATableSignedByAnotherKey) {
  publish(to_text({example()}));
  crypto_sign_keypair(public_key_.data(), secret_key_.data());
  ASSERT_FALSE(load());
  EXPECT_EQ(load().error(), Error::bad_signature);
}

TEST_F(Published, RefusesASignatureOfTheWrongLength) {
  publish(to_text({example()}));
  for (const std::size_t size : {0, 63, 65}) {
    folder_.write(kSignatureFile, std::string(size, 'x'));
    ASSERT_FALSE(load()) << size;
    EXPECT_EQ(load().error(), Error::bad_signature) << size;
  }
}

TEST_F(Published, NamesTheFileThatIsMissing) {
  ASSERT_FALSE(load());
  EXPECT_EQ(load().error(), Error::missing);
  publish(to_text({}));
  ASSERT_TRUE(load());
  EXPECT_EQ((*load())->size(), 0u);
  fs::remove(folder_ / kSignatureFile);
  EXPECT_EQ(load().error(), Error::missing);
}

TEST_F(Published, RefusesAPublicKeyThatIsNotOne) {
  publish(to_text({}));
  for (const std::string& key :
       {std::string(), std::string("00"), std::string(64, 'g'), std::string(66, 'a')}) {
    const auto table = SiteTable::load(folder_.path(), key);
    ASSERT_FALSE(table) << key;
    EXPECT_EQ(table.error(), Error::bad_key) << key;
  }
}

TEST_F(Published, RefusesWhatIsSignedButNotATableOfThisVersion) {
  for (
      const char* text :
      {"", "[]", "{}", R"({"version":2,"sites":[]})", R"({"version":1})",
       R"({"version":1,"sites":[{"key":1,"id":"K"}]})",
       R"({"version":1,"sites":[{"key":"K","id":"K","name":"","domains":[],"policy":"always","require_origin":false,"allow_null_origin":false,"ingest_token_hashes":[]}]})"}) {
    publish(text);
    const auto table = load();
    ASSERT_FALSE(table) << text;
    EXPECT_EQ(table.error(), Error::bad_format) << text;
  }
}

TEST(SiteTable, OfFindsTheSitesItWasGiven) {
  const auto table = SiteTable::of({example()});
  ASSERT_NE(table->find("K1"), nullptr);
  EXPECT_EQ(table->find("K1")->key, "K1");
  EXPECT_EQ(table->find("K3"), nullptr);
  EXPECT_EQ(table->find_id("I1"), table->find("K1"));
  EXPECT_EQ(table->find_id("K1"), nullptr);
}

}  // namespace
}  // namespace etappe::artefact
