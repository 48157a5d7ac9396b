#include "core/redact/redact.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace etappe::redact {
namespace {

constexpr std::string_view kJwt =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV";

std::string url(std::string_view text, std::string_view rules = {}) {
  std::array<char, 4096> room;
  return std::string(redact_url(text, {rules}, room));
}

TEST(RedactUrl, TakesOutAddressesAndSecretsAndNothingElse) {
  const struct {
    const char* what;
    std::string before;
    std::string after;
  } rows[] = {
      {"an e-mail in a value", "https://a.example/?u=max@b.de&x=1", "https://a.example/?u=[email]&x=1"},
      {"percent-encoded", "https://a.example/?u=max%40b.de", "https://a.example/?u=[email]"},
      {"encoded twice", "https://a.example/?u=max%2540b.de", "https://a.example/?u=[email]"},
      {"encoded three times", "https://a.example/?u=max%252540b.de", "https://a.example/?u=[email]"},
      {"with an encoded point", "https://a.example/?u=max%40b%2Ede", "https://a.example/?u=[email]"},
      {"with a plus and a subdomain", "https://a.example/?u=m.ax%2Btag@mail.b.co.uk",
       "https://a.example/?u=[email]"},
      {"of an umlaut domain", "https://a.example/?u=info@müller.de", "https://a.example/?u=[email]"},
      {"of an umlaut domain, encoded", "https://a.example/?u=info%40m%C3%BCller.de",
       "https://a.example/?u=[email]"},
      {"of an umlaut domain, encoded twice", "https://a.example/?u=info%2540m%25C3%25BCller.de",
       "https://a.example/?u=[email]"},
      {"inside other text, the value goes", "https://a.example/?q=hallo+max@b.de+du",
       "https://a.example/?q=[email]"},
      {"inside an encoded address", "https://a.example/?next=https%3A%2F%2Fb.example%2F%3Fm%3Dmax%2540b.de",
       "https://a.example/?next=[email]"},
      {"as a name", "https://a.example/?max@b.de=1", "https://a.example/?[email]=1"},
      {"without a name", "https://a.example/?max@b.de", "https://a.example/?[email]"},
      {"in the path", "https://a.example/u/max@b.de/profile", "https://a.example/u/[email]/profile"},
      {"in the path, encoded", "https://a.example/u/max%40b.de", "https://a.example/u/[email]"},
      {"in a parameter of the path", "https://a.example/u;m=max@b.de/p", "https://a.example/u;m=[email]/p"},
      {"in the fragment's path", "https://a.example/#/u/max@b.de", "https://a.example/#/u/[email]"},
      {"in the fragment's query", "https://a.example/#/u?m=max@b.de", "https://a.example/#/u?m=[email]"},
      {"a token in the fragment", "https://a.example/#access_token=abc&state=1",
       "https://a.example/#access_token=[redacted]&state=1"},
      {"a password", "https://a.example/?Password=x&a=1", "https://a.example/?Password=[redacted]&a=1"},
      {"a password with a semicolon", "https://a.example/?password=x;y&a=1",
       "https://a.example/?password=[redacted]&a=1"},
      {"a new password", "https://a.example/?newPassword=x", "https://a.example/?newPassword=[redacted]"},
      {"a password of a form's object", "https://a.example/?user[password]=x",
       "https://a.example/?user[password]=[redacted]"},
      {"a password of a form's object, as browsers send it", "https://a.example/?user%5Bpassword%5D=x",
       "https://a.example/?user%5Bpassword%5D=[redacted]"},
      {"a name with an escape", "https://a.example/?pass%77ord=x",
       "https://a.example/?pass%77ord=[redacted]"},
      {"a reset token", "https://a.example/reset?token=abcdef", "https://a.example/reset?token=[redacted]"},
      {"a session in the path", "https://a.example/shop;jsessionid=1A2B?a=1",
       "https://a.example/shop;jsessionid=[redacted]?a=1"},
      {"a session in the query", "https://a.example/?PHPSESSID=1a2b",
       "https://a.example/?PHPSESSID=[redacted]"},
      {"a bank account by its name", "https://a.example/?iban=DE02120300000000202051",
       "https://a.example/?iban=[redacted]"},
      {"a card by its name", "https://a.example/?cardnumber=4111111111111111",
       "https://a.example/?cardnumber=[redacted]"},
      {"a phone number by its name", "https://a.example/?tel=030301234", "https://a.example/?tel=[phone]"},
      {"a phone number by its look", "https://a.example/?q=%2B49%20%28170%29%201234-567",
       "https://a.example/?q=[phone]"},
      {"a phone number whose plus is not encoded", "https://a.example/?q=+49301234567",
       "https://a.example/?q=[phone]"},
      {"an e-mail parameter whatever it holds", "https://a.example/?customer_email=5d41402a",
       "https://a.example/?customer_email=[email]"},
      {"a JSON web token", "https://a.example/?x=" + std::string(kJwt), "https://a.example/?x=[redacted]"},
      {"a JSON web token in the path", "https://a.example/v/" + std::string(kJwt) + "/ok",
       "https://a.example/v/[redacted]/ok"},
      {"user and password", "https://max:secret@a.example:8443/p", "https://a.example:8443/p"},
      {"a user that is an e-mail address", "https://max@b.de@a.example/p", "https://a.example/p"},
      {"a host that a browser would not take", "https://max:pw@b\\@a.example/p", "https://a.example/p"},
      {"semicolons", "https://a.example/?a=1;email=x", "https://a.example/?a=1;email=[email]"},
      {"not a web address", "android-app://com.example/max@b.de", "android-app://com.example/[email]"},
      {"no scheme", "//max:pw@a.example/?token=1", "//a.example/?token=[redacted]"},
      {"no host", "/reset/max@b.de?token=1", "/reset/[email]?token=[redacted]"},
      {"a mail link", "mailto:max@b.de?subject=hi", "mailto:[email]?subject=hi"},
      {"what looks like a scheme", "max@b.de:80/x", "[email]/x"},
  };
  for (const auto& row : rows) EXPECT_EQ(url(row.before), row.after) << row.what;
}

TEST(RedactUrl, LeavesEverythingElseByteForByte) {
  for (const char* text :
       {"https://a.example",
        "https://a.example/",
        "https://a.example/?",
        "https://a.example/#",
        "https://a.example/p?&&a=&=b&c#x?y",
        "https://a.example/p;;a=;=b/;/?a;b",
        "HTTPS://A.Example:443/P%C3%A4th/%zz?q=%",
        "https://a.example/?utm_source=newsletter&utm_medium=email&utm_campaign=mail&utm_id=+1234567",
        "https://a.example/?gclid=EAIaIQobChMI_v2k-7Gd_wIV&awc=1234_1700000000_0123456789abcdef",
        "https://a.example/?ranSiteID=abc.DEF-123&siteID=x&sid=9&key=5&code=SOMMER25",
        "https://a.example/?link_token=a1b2&recipient_token=c3d4&campaign_key=5",
        "https://a.example/?order=4111111111111111&nr=RE20260501123456&ts=1777629600000",
        "https://a.example/?msclkid=0123456789abcdef0123456789abcdef&fbclid=IwAR0%2B1",
        "https://a.example/?token=&email=&tel=",
        "https://a.example/?hotel=x&titel=y&compass=z&artikel=1&author=2&microphone=3",
        "https://a.example/?lat=%2B48.13743210&price=+12,50&zone=%2B0200",
        "https://a.example/?share=tel%3A%2B49301234567",
        "https://www.tiktok.example/@user.name",
        "https://maps.example/@52.5,13.4,15z",
        "https://a.example/?v=1@2",
        "https://a.example/?a=b@localhost",
        "https://a.example/?a=x%40y",
        "https://a.example/?next=https%3A%2F%2Fb.example%2F%40user%2Fpage.html",
        "https://a.example/100%25de@home",
        "https://[2001:db8::1]:8080/p?a=1",
        "/relative/path?a=1",
        "tel:+49301234567",
        "",
        "about:blank",
        "https://a.example/?eyJ=eyJhbGciOi.short.x",
        "https://a.example/u/[email]?token=[redacted]&tel=[phone]&[email]=1"}) {
    std::array<char, 4096> room;
    const std::string_view before = text;
    const std::string_view after = redact_url(before, {}, room);
    EXPECT_EQ(after, before);
    EXPECT_EQ(after.data(), before.data()) << "an unchanged text is not copied: " << text;
  }
}

TEST(RedactUrl, FollowsTheRulesOfTheSite) {
  const struct {
    const char* what;
    const char* rules;
    const char* before;
    const char* after;
  } rows[] = {
      {"a parameter", "kundennr", "https://a.example/?kundennr=5&a=1",
       "https://a.example/?kundennr=[redacted]&a=1"},
      {"in another case", "kundenNr", "https://a.example/?KUNDENNR=5",
       "https://a.example/?KUNDENNR=[redacted]"},
      {"encoded in the address", "kündigung nr", "https://a.example/?k%C3%BCndigung+nr=5",
       "https://a.example/?k%C3%BCndigung+nr=[redacted]"},
      {"encoded in the rule", "k%C3%BCndigung", "https://a.example/?kündigung=5",
       "https://a.example/?kündigung=[redacted]"},
      {"in the fragment", "nr", "https://a.example/#nr=5", "https://a.example/#nr=[redacted]"},
      {"in the path", "nr", "https://a.example/a;nr=5/b", "https://a.example/a;nr=[redacted]/b"},
      {"a name whole", "nr", "https://a.example/?nrx=5&xnr=6", "https://a.example/?nrx=5&xnr=6"},
      {"an ending", "*nr", "https://a.example/?nrx=5&xnr=6", "https://a.example/?nrx=5&xnr=[redacted]"},
      {"several, one of them last", "a\nb", "https://a.example/?a=1&b=2&c=3",
       "https://a.example/?a=[redacted]&b=[redacted]&c=3"},
      {"before what the look would say", "u", "https://a.example/?u=max@b.de",
       "https://a.example/?u=[redacted]"},
      {"a segment", "/konto/*", "https://a.example/konto/4711", "https://a.example/konto/[redacted]"},
      {"what follows stays", "/konto/*", "https://a.example/konto/4711/x?a=1",
       "https://a.example/konto/[redacted]/x?a=1"},
      {"a segment between two", "/konto/*/rechnung", "https://a.example/konto/4711/rechnung/9",
       "https://a.example/konto/[redacted]/rechnung/9"},
      {"two segments", "/a/*/*/b", "https://a.example/a/1/2/b",
       "https://a.example/a/[redacted]/[redacted]/b"},
      {"the first segment", "/*", "https://a.example/x/y", "https://a.example/[redacted]/y"},
      {"two rules on one path", "/a/*\n/*/*/*", "https://a.example/a/b/c",
       "https://a.example/[redacted]/[redacted]/[redacted]"},
      {"a slash at the end of the rule", "/konto/*/", "https://a.example/konto/4711",
       "https://a.example/konto/[redacted]"},
      {"encoded and in another case", "/kündigung/*", "https://a.example/K%C3%BCndigung/4711",
       "https://a.example/K%C3%BCndigung/[redacted]"},
      {"a plus in the path", "/a+b/*", "https://a.example/a+b/4711", "https://a.example/a+b/[redacted]"},
      {"a segment with parameters", "/konto/*", "https://a.example/konto;v=1/4711;x=2",
       "https://a.example/konto;v=1/[redacted]"},
      {"a path in the fragment", "/konto/*", "https://a.example/#/konto/4711?a=1",
       "https://a.example/#/konto/[redacted]?a=1"},
      {"a star is all of a segment", "/ko*/x", "https://a.example/konto/x", "https://a.example/konto/x"},
      {"an empty segment has nothing to hide", "/konto/*", "https://a.example/konto/",
       "https://a.example/konto/"},
      {"a shorter path", "/konto/*/rechnung", "https://a.example/konto/4711", "https://a.example/konto/4711"},
      {"another path", "/konto/*/rechnung", "https://a.example/konto/4711/x",
       "https://a.example/konto/4711/x"},
      {"only from the beginning", "/konto/*", "https://a.example/x/konto/4711",
       "https://a.example/x/konto/4711"},
      {"no segment is a part of another", "/kont/*", "https://a.example/konto/4711",
       "https://a.example/konto/4711"},
      {"empty lines and stars alone", "\n\n*\n/\n\n", "https://a.example/a/b?=1&c=2",
       "https://a.example/a/b?=1&c=2"},
      {"empty lines do not change what a rule means", "\n\nnr\n", "https://a.example/?nr=2",
       "https://a.example/?nr=[redacted]"},
      {"click ids as little as ever", "nr\n/a/*", "https://a.example/?gclid=EAIa_-x",
       "https://a.example/?gclid=EAIa_-x"},
  };
  for (const auto& row : rows) EXPECT_EQ(url(row.before, row.rules), row.after) << row.what;
}

TEST(RedactUrl, ARuleOfManySegmentsHidesTooMuchRatherThanTooLittle) {
  std::string rule, path, expected;
  for (int segment = 0; segment < 40; ++segment) {
    rule += segment == 35 ? "/*" : "/a";
    path += segment == 35 ? "/4711" : "/a";
    expected += segment >= 30 ? "/[redacted]" : "/a";
  }
  EXPECT_EQ(url("https://a.example" + path, rule), "https://a.example" + expected);
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
      {"+49 30 1234567", "+49 30 1234567"},
      {"x eyJhbGciOiJ9.eyJzdWIiOiIx.SflKxwRJSM y", "x [redacted] y"},
      {"", ""},
  };
  for (const auto& row : rows) {
    std::array<char, 256> room;
    EXPECT_EQ(redact_text(row.before, room), row.after);
  }
}

TEST(RedactValue, GoesByTheNameThenByTheLook) {
  const struct {
    const char* name;
    const char* value;
    const char* after;
  } rows[] = {
      {"email", "5d41402a", "[email]"},
      {"Telefon", "030 1234", "[phone]"},
      {"kundennr", "4711", "[redacted]"},
      {"KundenNr", "4711", "[redacted]"},
      {"note", "ask max@b.de now", "ask [email] now"},
      {"href", "https://b.example/konto/5?token=abc&m=max@b.de",
       "https://b.example/konto/[redacted]?token=[redacted]&m=[email]"},
      {"href", "tel:+49301234567", "tel:+49301234567"},
      {"number", "+49301234567", "+49301234567"},
      {"size", "5", "5"},
      {"email", "", ""},
      {"", "max@b.de", "[email]"},
  };
  for (const auto& row : rows) {
    std::array<char, 256> room;
    EXPECT_EQ(redact_value(row.name, row.value, {"kundennr\n/konto/*"}, room), row.after) << row.name;
  }
}

TEST(Redact, NeverReturnsWhatItTookOutWhenThereIsNoRoom) {
  const std::string_view before = "https://a.example/konto/4711/p?token=geheim&m=max@b.de&x=1#tel=030123";
  const std::string whole = url(before, "/konto/*");
  ASSERT_EQ(whole, "https://a.example/konto/[redacted]/p?token=[redacted]&m=[email]&x=1#tel=[phone]");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    std::string room(size, '?');
    const std::string_view after = redact_url(before, {"/konto/*"}, room);
    EXPECT_TRUE(whole.starts_with(after)) << after;
    EXPECT_EQ(after == whole, size == whole.size());
    EXPECT_TRUE(after.empty() || after.data() == room.data());
  }
  std::array<char, 3> small;
  EXPECT_EQ(redact_text("max@b.de", small), "");
  EXPECT_EQ(redact_value("pwd", "geheim", {}, small), "");
  const std::string_view unchanged = "longer than three";
  EXPECT_EQ(redact_text(unchanged, small).data(), unchanged.data());
}

TEST(Redact, TakesTimeInProportionToTheText) {
  // Every place looks like the beginning of an address, token, escape or rule; a quadratic search would not
  // come back.
  for (const char* piece :
       {"a@", "@", "%40", "a@b.", "eyJ", "eyJaaaaaaaa.", "%25", "25", "%", "/a", ";", "&a", "a"}) {
    std::string text;
    while (text.size() < 1'000'000) text += piece;
    std::string room(3 * text.size(), '\0');
    EXPECT_LE(redact_text(text, room).size(), room.size());
    EXPECT_LE(redact_url(text, {"/a/*\na\n*b"}, room).size(), room.size());
  }
}

}  // namespace
}  // namespace etappe::redact
