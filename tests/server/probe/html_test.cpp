#include "server/probe/html.hpp"

#include <gtest/gtest.h>

namespace etappe::probe {
namespace {

TEST(Elements, FindsTheSourceOfAScriptHoweverItIsWritten) {
  const struct {
    const char* html;
    const char* src;
  } rows[] = {
      {R"(<script async src="https://t.example/t/k.js"></script>)", "https://t.example/t/k.js"},
      {R"(<script src='https://t.example/t/k.js' async></script>)", "https://t.example/t/k.js"},
      {R"(<script src=https://t.example/t/k.js></script>)", "https://t.example/t/k.js"},
      {R"(<script src=https://t.example/t/k.js async>)", "https://t.example/t/k.js"},
      {"<SCRIPT\n  ASYNC\n  SRC = \"https://t.example/t/k.js\"\n></SCRIPT>", "https://t.example/t/k.js"},
      {R"(<script/src="/t/k.js"/></script>)", "/t/k.js"},
      {R"(<script data-a='>' src="/t/k.js"></script>)", "/t/k.js"},
      {R"(<script src="/a" src="/b"></script>)", "/a"},
      {R"(<script src=" /t/k.js?a=1&amp;b=2 "></script>)", "/t/k.js?a=1&b=2"},
      {R"(<script src="&#x2F;t&#47;k.js"></script>)", "/t/k.js"},
      {R"(<script src="/t/k.js?a&b&#x80;&unknown;"></script>)", "/t/k.js?a&b&#x80;&unknown;"},
      {R"(<p>1 < 2 <b>x</b><script src="/t/k.js">)", "/t/k.js"},
      {R"(<title><script src="/no.js"></title><script src="/t/k.js">)", "/t/k.js"},
      {R"(<!-- <script src="/no.js"></script> --><script src="/t/k.js">)", "/t/k.js"},
      {R"(<!--><script src="/t/k.js"></script>)", "/t/k.js"},
      {R"(<!---><script src="/t/k.js"></script>)", "/t/k.js"},
      {R"(<!doctype html><html><head><script src="/t/k.js">)", "/t/k.js"},
      {R"(<noscript><script src="/no.js"></script></noscript><script src="/t/k.js">)", "/t/k.js"},
      {R"(<?xml version="1.0"?></p><script src="/t/k.js">)", "/t/k.js"},
      {R"(<script src="/t/k.js)", "/t/k.js"},
      {"<script src=/t/k.js", "/t/k.js"},
  };
  for (const auto& row : rows) {
    const Elements found = elements_of(row.html);
    ASSERT_EQ(found.scripts.size(), 1u) << row.html;
    EXPECT_EQ(found.scripts[0].src, row.src) << row.html;
  }
}

TEST(Elements, FindsNoScriptWhereABrowserSeesNone) {
  for (const char* html :
       {"", "<", "<script", "script src=x", "<!-- <script src=x></script>", "< script src=x>",
        "<scripts src=x>", "<textarea><script src=x></textarea>", "</script src=x>",
        "<style><script src=x></style>", "<p title='<script src=x>'>"}) {
    const Elements found = elements_of(html);
    for (const ScriptElement& script : found.scripts) EXPECT_EQ(script.src, "") << html;
  }
}

TEST(Elements, KeepsTheTextOfInlineScriptsAndGoesOnBehindThem) {
  const Elements found = elements_of(
      R"(<script nonce=abc>if (a</b/) { x="</scripty>"; s.src="/t/k.js" }</script ><script src=/t/k.js nonce="n&quot;1">)");
  ASSERT_EQ(found.scripts.size(), 2u);
  EXPECT_EQ(found.scripts[0].text, R"(if (a</b/) { x="</scripty>"; s.src="/t/k.js" })");
  EXPECT_EQ(found.scripts[0].nonce, "abc");
  EXPECT_EQ(found.scripts[1].src, "/t/k.js");
  EXPECT_EQ(found.scripts[1].nonce, "n\"1");
}

TEST(Elements, FindsPoliciesAndTheBase) {
  const Elements found = elements_of(
      R"(<base href=" https://cdn.example/ "><base href="/second">
         <meta content="script-src &#39;self&#39;" HTTP-EQUIV=content-security-policy>
         <meta http-equiv="Content-Security-Policy-Report-Only" content="default-src 'none'">
         <meta name=description content=x>)");
  EXPECT_EQ(found.base, "https://cdn.example/");
  ASSERT_EQ(found.policies.size(), 1u);
  EXPECT_EQ(found.policies[0], "script-src 'self'");
}

TEST(Elements, ReturnsABoundedNumber) {
  std::string html;
  for (int i = 0; i < 1000; ++i)
    html += "<script src=/a.js></script><meta http-equiv=content-security-policy content=x>";
  const Elements found = elements_of(html);
  EXPECT_EQ(found.scripts.size(), kMaxScripts);
  EXPECT_LE(found.policies.size(), 16u);
  EXPECT_LE(elements_of("<script>" + std::string(100'000, 'x')).scripts[0].text.size(), kMaxInlineBytes);
}

}  // namespace
}  // namespace etappe::probe
