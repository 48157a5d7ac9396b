#include "server/papers/papers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etappe::papers {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SiteFacts shop() {
  SiteFacts site;
  site.key = "s1";
  site.name = "Nordwerk";
  site.domains = {"nordwerk.example"};
  site.listeners = {"links", "engagement"};
  return site;
}

std::string papers_of(const SiteFacts& site, Language language = Language::german) {
  using namespace std::chrono;
  return privacy_papers({"https://track.nordwerk.example", "", false}, {site}, language,
                        sys_days{2026y / 11 / 27});
}

TEST(Papers, SayInBothLanguagesThatTheyAreNoLegalAdvice) {
  EXPECT_THAT(papers_of(shop()), HasSubstr("**Keine Rechtsberatung.**"));
  EXPECT_THAT(papers_of(shop(), Language::english), HasSubstr("**Not legal advice.**"));
}

TEST(Papers, HaveAllSixPartsInBothLanguages) {
  for (const char* part : {"## 1 Verzeichnis", "## 2 Cookies", "## 3 Empfänger", "## 4 Technische",
                           "## 5 Anhang", "## 6 Datenschutz-Folgen"})
    EXPECT_THAT(papers_of(shop()), HasSubstr(part));
  for (const char* part : {"## 1 Record", "## 2 Cookies", "## 3 Recipients", "## 4 Technical", "## 5 Annex",
                           "## 6 Data protection impact"})
    EXPECT_THAT(papers_of(shop(), Language::english), HasSubstr(part));
}

TEST(Papers, FollowTheSettings) {
  SiteFacts site = shop();
  site.retention_months = 14;
  site.erases_on_withdrawal = false;
  site.has_retry_storage = false;
  site.has_server_cookie = false;
  const std::string text = papers_of(site, Language::english);
  EXPECT_THAT(text, HasSubstr("rows: 14 months"));
  EXPECT_THAT(text, HasSubstr("erasure follows on request"));
  EXPECT_THAT(text, Not(HasSubstr("undelivered events")));
  EXPECT_THAT(text, Not(HasSubstr("etappe_id_s1")));
  EXPECT_THAT(text, Not(HasSubstr("etappe_banner_s1")));
  EXPECT_THAT(text, Not(HasSubstr("cart and orders")));
  site.listeners.emplace_back("commerce");
  site.has_banner = true;
  site.has_staff_link = true;
  site.adapters = {"tcf"};
  const std::string more = papers_of(site, Language::english);
  EXPECT_THAT(more, HasSubstr("cart and orders"));
  EXPECT_THAT(more, HasSubstr("`etappe_banner_s1` | localStorage"));
  EXPECT_THAT(more, HasSubstr("refusal 180 days"));
  EXPECT_THAT(more, HasSubstr("etappe_staff_s1"));
  EXPECT_THAT(more, HasSubstr("the own banner, tcf"));
}

TEST(Papers, WhereAPolicyDoesNotWaitTheNoticeStandsBesideIt) {
  EXPECT_THAT(papers_of(shop()), Not(HasSubstr("kann trotzdem eine Einwilligung verlangen")));
  SiteFacts site = shop();
  site.regions = {{{"US"}, consent::Policy::cookieless}};
  const std::string text = papers_of(site);
  EXPECT_THAT(text, HasSubstr("Vor der Entscheidung in US"));
  EXPECT_THAT(text, HasSubstr("§ 25 TDDDG kann trotzdem eine Einwilligung verlangen"));
  EXPECT_THAT(text, HasSubstr("es gilt die strengste der Regeln"));
  EXPECT_THAT(text, Not(HasSubstr("einwilligungsfrei")));
}

TEST(Papers, NameEveryTagAndWhoHearsOfIt) {
  SiteFacts site = shop();
  site.tags = {{"Order", "etappe-conversion", {"analytics"}}, {"Ad | <b>", "other", {"marketing"}}};
  const std::string text = papers_of(site, Language::english);
  EXPECT_THAT(text, HasSubstr("| Order | etappe-conversion | analytics | nobody: the own collector |"));
  EXPECT_THAT(text, HasSubstr("| Ad    b> | other | marketing | [fill in] |"));
}

}  // namespace
}  // namespace etappe::papers
