#include "server/collect/redact.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace etappe::collect {
namespace {

constexpr std::string_view kJwt =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV";

TEST(RedactUrl, TakesOutAddressesAndSecretsAndNothingElse) {
  const struct {
    const char* what;
    std::string before;
    std::string after;
  } rows[] = {
      {"an e-mail in a value", "https://a.example/?u=max@b.de&x=1", "https://a.example/?u=[email]&x=1"},
      {"percent-encoded", "https://a.example/?u=max%40b.de", "https://a.example/?u=[email]"},
      {"encoded twice", "https://a.example/?u=max%2540b.de", "https://a.example/?u=[email]"},
      {"with a plus and a subdomain", "https://a.example/?u=m.ax%2Btag@mail.b.co.uk",
       "https://a.example/?u=[email]"},
      {"inside other text, the value goes", "https://a.example/?q=hallo+max@b.de+du",
       "https://a.example/?q=[email]"},
      {"as a name", "https://a.example/?max@b.de=1", "https://a.example/?[email]=1"},
      {"without a name", "https://a.example/?max@b.de", "https://a.example/?[email]"},
      {"in the path", "https://a.example/u/max@b.de/profile", "https://a.example/u/[email]/profile"},
      {"in the fragment's path", "https://a.example/#/u/max@b.de", "https://a.example/#/u/[email]"},
      {"in the fragment's query", "https://a.example/#/u?m=max@b.de", "https://a.example/#/u?m=[email]"},
      {"a token in the fragment", "https://a.example/#access_token=abc&state=1",
       "https://a.example/#access_token=[redacted]&state=1"},
      {"a password", "https://a.example/?Password=x&a=1", "https://a.example/?Password=[redacted]&a=1"},
      {"a name with an escape", "https://a.example/?pass%77ord=x",
       "https://a.example/?pass%77ord=[redacted]"},
      {"a reset token", "https://a.example/reset?token=abcdef", "https://a.example/reset?token=[redacted]"},
      {"a phone number by its name", "https://a.example/?tel=%2B49301234", "https://a.example/?tel=[phone]"},
      {"an e-mail parameter whatever it holds", "https://a.example/?email=5d41402a",
       "https://a.example/?email=[email]"},
      {"a JSON web token", "https://a.example/?x=" + std::string(kJwt), "https://a.example/?x=[redacted]"},
      {"a JSON web token in the path", "https://a.example/v/" + std::string(kJwt) + "/ok",
       "https://a.example/v/[redacted]/ok"},
      {"user and password", "https://max:secret@a.example:8443/p", "https://a.example:8443/p"},
      {"semicolons", "https://a.example/?a=1;email=x", "https://a.example/?a=1;email=[email]"},
      {"not a web address", "android-app://com.example/max@b.de", "android-app://com.example/[email]"},
  };
  for (const auto& row : rows) {
    Scratch scratch;
    EXPECT_EQ(redact_url(row.before, scratch), row.after) << row.what;
  }
}

TEST(RedactUrl, LeavesEverythingElseByteForByte) {
  for (const char* url :
       {"https://a.example",
        "https://a.example/",
        "https://a.example/?",
        "https://a.example/#",
        "https://a.example/p?&&a=&=b&c#x?y",
        "HTTPS://A.Example:443/P%C3%A4th/%zz?q=%",
        "https://a.example/?utm_source=newsletter&utm_medium=email&utm_campaign=mail",
        "https://a.example/?gclid=EAIaIQobChMI_v2k-7Gd_wIV&awc=1234_1700000000_0123456789abcdef",
        "https://a.example/?ranSiteID=abc.DEF-123&siteID=x&sid=9&key=5&code=SOMMER25",
        "https://a.example/?token=&email=",
        "https://www.tiktok.example/@user.name",
        "https://maps.example/@52.5,13.4,15z",
        "https://a.example/?v=1@2",
        "https://a.example/?a=b@localhost",
        "https://a.example/?a=x%40y",
        "https://[2001:db8::1]:8080/p?a=1",
        "/relative/path?a=1",
        "",
        "about:blank",
        "https://a.example/?eyJ=eyJhbGciOi.short.x"}) {
    Scratch scratch;
    const std::string_view text = url;
    const std::string_view after = redact_url(text, scratch);
    EXPECT_EQ(after, text);
    EXPECT_EQ(after.data(), text.data()) << "an unchanged text is not copied: " << url;
  }
}

TEST(RedactText, ReplacesOnlyTheAddressItself) {
  const struct {
    const char* before;
    const char* after;
  } rows[] = {
      {"Willkommen max.muster@b.de!", "Willkommen [email]!"},
      {"a@b.de, c@d.com", "[email], [email]"},
      {"<a@b.de>", "<[email]>"},
      {"müller@bücher.de", "[email]"},
      {"Ende: a@b.de.", "Ende: [email]."},
      {"Angebot @ 5.99", "Angebot @ 5.99"},
      {"@handle", "@handle"},
      {"a@b", "a@b"},
      {"100% @home", "100% @home"},
      {"", ""},
  };
  for (const auto& row : rows) {
    Scratch scratch;
    EXPECT_EQ(redact_text(row.before, scratch), row.after);
  }
}

TEST(RedactText, TakesTimeInProportionToTheText) {
  // Every place looks like the beginning of an address or token; a quadratic search would not come back.
  for (const char* piece : {"a@", "@", "%40", "a@b.", "eyJ", "eyJaaaaaaaa."}) {
    std::string text;
    while (text.size() < 4000) text += piece;
    Scratch scratch;
    EXPECT_LE(redact_text(text, scratch).size(), 2 * text.size() + 16);
  }
}

TEST(RedactEvent, CleansEveryTextThatASiteMayPutAnAddressInto) {
  const auto lists = std::make_unique<codec::Lists>();
  lists->props[0] = {"email", "x", event::PropKind::text};
  lists->props[1] = {"note", "ask max@b.de", event::PropKind::text};
  lists->props[2] = {"size", "5", event::PropKind::number};
  lists->items[0] = {"i", "gift for max@b.de", "1", 1};
  event::EventView event;
  event.url = "https://a.example/?m=max@b.de";
  event.referrer = "https://b.example/?token=abc";
  event.title = "Hi max@b.de";
  event.name = "sent to max@b.de";
  event.session = std::string_view("s\0s", 3);
  event.props = std::span(lists->props).first(3);
  event.items = std::span(lists->items).first(1);
  Scratch scratch;
  redact_event(event, *lists, scratch);
  EXPECT_EQ(event.url, "https://a.example/?m=[email]");
  EXPECT_EQ(event.referrer, "https://b.example/?token=[redacted]");
  EXPECT_EQ(event.title, "Hi [email]");
  EXPECT_EQ(event.name, "sent to [email]");
  EXPECT_EQ(event.session, "s\xEF\xBF\xBDs");
  EXPECT_EQ(event.props[0].value, "[email]");
  EXPECT_EQ(event.props[1].value, "ask [email]");
  EXPECT_EQ(event.props[2].value, "5");
  EXPECT_EQ(event.items[0].name, "gift for [email]");
}

}  // namespace
}  // namespace etappe::collect
