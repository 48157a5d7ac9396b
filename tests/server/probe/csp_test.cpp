#include "server/probe/csp.hpp"

#include <gtest/gtest.h>

namespace etappe::probe {
namespace {

constexpr const char* kScript = "https://track.shop.example/t/k1ey.js";
constexpr const char* kEvents = "https://track.shop.example/v1/events";
constexpr const char* kPage = "https://www.shop.example/danke";

TEST(Csp, SaysWhatItAllows) {
  const struct {
    const char* policy;
    const char* nonce;
    bool script, connection, wasm;
  } rows[] = {
      {"", "", true, true, true},
      {"img-src 'none'", "", true, true, true},
      {"default-src 'none'", "", false, false, false},
      {"default-src *", "", true, true, false},
      {"default-src 'self'", "", false, false, false},
      {"default-src https:", "", true, true, false},
      {"default-src http:", "", true, true, false},
      {"default-src wss:", "", false, false, false},
      {"script-src https://track.shop.example", "", true, true, false},
      {"script-src track.shop.example; connect-src track.shop.example", "", true, true, false},
      {"script-src TRACK.SHOP.EXAMPLE 'WASM-unsafe-eval'; connect-src 'none'", "", true, false, true},
      {"script-src *.shop.example; connect-src *.example", "", true, true, false},
      {"script-src *.track.shop.example", "", false, true, false},
      {"script-src shop.example", "", false, true, false},
      {"script-src http://track.shop.example", "", true, true, false},
      {"script-src https://track.shop.example:443", "", true, true, false},
      {"script-src https://track.shop.example:80", "", true, true, false},
      {"script-src https://track.shop.example:8443", "", false, true, false},
      {"script-src https://track.shop.example:*", "", true, true, false},
      {"script-src https://track.shop.example/t/", "", true, true, false},
      {"script-src https://track.shop.example/t/k1ey.js", "", true, true, false},
      {"script-src https://track.shop.example/t/other.js", "", false, true, false},
      {"script-src https://track.shop.example/t", "", false, true, false},
      {"connect-src https://track.shop.example/v1/events", "", true, true, true},
      {"connect-src https://track.shop.example/v1/", "", true, true, true},
      {"connect-src 'self'", "", true, false, true},
      {"script-src 'self'; script-src-elem *", "", true, true, false},
      {"script-src *; script-src-elem 'self'", "", false, true, false},
      {"script-src 'self'; script-src *", "", false, true, false},
      {"script-src 'nonce-abc'", "", false, true, false},
      {"script-src 'nonce-abc'", "abc", true, true, false},
      {"script-src 'nonce-abc'", "abd", false, true, false},
      {"script-src 'nonce-abc' 'strict-dynamic' https:", "abc", true, true, false},
      {"script-src 'nonce-abc' 'strict-dynamic' https:", "", false, true, false},
      {"script-src 'strict-dynamic' 'sha256-x' https: 'unsafe-eval'", "", false, true, true},
      {"script-src 'unsafe-inline' 'unsafe-eval'", "", false, true, true},
      {"\t SCRIPT-SRC\t* \n;; ; connect-src * ;", "", true, true, false},
      {"script-src", "", false, true, false},
  };
  for (const auto& row : rows) {
    const Allowed allowed = allowed_by(policies_in(row.policy), kScript, row.nonce, kEvents, kPage);
    EXPECT_EQ(allowed.script, row.script) << row.policy;
    EXPECT_EQ(allowed.connection, row.connection) << row.policy;
    EXPECT_EQ(allowed.wasm, row.wasm) << row.policy;
  }
}

TEST(Csp, EveryPolicyOfAPageHasToAllowIt) {
  const auto policies = policies_in("script-src *, , connect-src 'self'");
  ASSERT_EQ(policies.size(), 2u);
  const Allowed allowed = allowed_by(policies, kScript, "", kEvents, kPage);
  EXPECT_TRUE(allowed.script);
  EXPECT_FALSE(allowed.connection);
  EXPECT_FALSE(allowed.wasm);
}

TEST(Csp, SelfIsThePagesOwnOrigin) {
  const struct {
    const char* page;
    const char* url;
    bool expected;
  } rows[] = {
      {"https://a.example/x", "https://a.example/t/k.js", true},
      {"https://a.example/x", "https://A.EXAMPLE:443/t/k.js", true},
      {"https://a.example/x", "https://a.example:8443/t/k.js", false},
      {"https://a.example/x", "http://a.example/t/k.js", false},
      {"http://a.example/x", "https://a.example/t/k.js", true},
      {"http://127.0.0.1:8090/", "http://127.0.0.1:8090/t/k.js", true},
      {"http://127.0.0.1:8090/", "http://127.0.0.1:8080/t/k.js", false},
      {"https://a.example/x", "https://b.a.example/t/k.js", false},
      {"", "https://a.example/t/k.js", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(Policy("script-src 'self'").allows_script(row.url, "", row.page), row.expected)
        << row.page << " " << row.url;
}

}  // namespace
}  // namespace etappe::probe
