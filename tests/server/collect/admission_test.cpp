#include "server/collect/admission.hpp"

#include <gtest/gtest.h>

namespace etappe::collect {
namespace {

artefact::Site site(std::string key, std::vector<std::string> domains) {
  artefact::Site site;
  site.key = std::move(key);
  site.domains = std::move(domains);
  return site;
}

TEST(Origin, MatchesADomainAndItsSubdomainsOnAnyPort) {
  const artefact::Site shop = site("s", {"shop.example", "localhost", "127.0.0.1"});
  for (const char* allowed : {"https://shop.example", "http://shop.example", "https://shop.example:8443",
                              "https://www.shop.example", "https://a.b.shop.example", "https://SHOP.example",
                              "http://localhost:8090", "http://127.0.0.1:8090"}) {
    EXPECT_TRUE(origin_allowed(shop, allowed)) << allowed;
  }
  for (const char* refused :
       {"https://evil.example", "https://notshop.example", "https://shop.example.evil.example",
        "shop.example", "", "https://", "https://shop.example@evil.example",
        "https://evil.example@shop.example", "https://evil.example/shop.example", "https://shop.example/",
        "https://evil.example?shop.example", "https://evil.example#shop.example", "null",
        "file://shop.example", "chrome-extension://shop.example",
        "https://shop.example, https://evil.example", "https://evil.example https://shop.example",
        "https://evil.example\\.shop.example"}) {
    EXPECT_FALSE(origin_allowed(shop, refused)) << refused;
  }
}

TEST(Origin, NullIsRefusedUnlessTheSiteAllowsIt) {
  artefact::Site shop = site("s", {"shop.example"});
  EXPECT_FALSE(origin_allowed(shop, "null"));
  shop.allow_null_origin = true;
  EXPECT_TRUE(origin_allowed(shop, "null"));
}

TEST(Origin, IsKnownToAPreflightWhenAnySiteHasIt) {
  const auto table = artefact::SiteTable::of({site("a", {"a.example"}), site("b", {"b.example"})});
  EXPECT_TRUE(origin_known(*table, "https://b.example"));
  EXPECT_FALSE(origin_known(*table, "https://c.example"));
}

TEST(Admission, KnowsSitesOriginsAndTokens) {
  artefact::Site open = site("open", {"shop.example"});
  open.ingest_token_hashes = {
      "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"};  // "secret"
  artefact::Site strict = open;
  strict.key = "strict";
  strict.require_origin = true;
  const auto table = artefact::SiteTable::of({open, strict});
  const struct {
    const char* what;
    const char* site;
    const char* origin;
    const char* authorization;
    std::optional<Refusal> refusal;
    Sender sender;
  } rows[] = {
      {"a page of the site", "open", "https://shop.example", "", std::nullopt, Sender::anyone},
      {"a page of another site", "open", "https://evil.example", "", Refusal::origin_refused, {}},
      {"a server", "open", "", "", std::nullopt, Sender::anyone},
      {"a server where pages are demanded", "strict", "", "", Refusal::origin_refused, {}},
      {"a server with the site's token", "strict", "", "Bearer secret", std::nullopt, Sender::bearer},
      {"the scheme in any case", "open", "", "bEARER secret", std::nullopt, Sender::bearer},
      {"a wrong token", "open", "", "Bearer Secret", Refusal::bad_token, {}},
      {"no token", "open", "", "Bearer ", Refusal::bad_token, {}},
      {"another scheme", "open", "", "Basic c2VjcmV0", Refusal::bad_token, {}},
      {"a token does not open another origin",
       "open",
       "https://evil.example",
       "Bearer secret",
       Refusal::origin_refused,
       {}},
      {"an unknown site", "nowhere", "https://shop.example", "", Refusal::unknown_site, {}},
      {"keys are compared exactly", "OPEN", "", "", Refusal::unknown_site, {}},
  };
  for (const auto& row : rows) {
    const auto admitted = admit(*table, row.site, row.origin, row.authorization);
    if (row.refusal) {
      ASSERT_FALSE(admitted.has_value()) << row.what;
      EXPECT_EQ(admitted.error(), *row.refusal) << row.what;
    } else {
      ASSERT_TRUE(admitted.has_value()) << row.what;
      EXPECT_EQ(admitted->sender, row.sender) << row.what;
      EXPECT_EQ(admitted->site->key, row.site) << row.what;
    }
  }
}

}  // namespace
}  // namespace etappe::collect
