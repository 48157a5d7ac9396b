#include "server/cli/csp.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "server/cli/snippet.hpp"

namespace etappe::cli {
namespace {

/// A source with a path stands for that one file unless it ends with a slash (CSP 3, 6.7.2.11).
std::string source_of(std::string_view public_url) {
  const std::size_t host = public_url.find("://") + 3;
  const bool has_path = public_url.find('/', host) != std::string_view::npos;
  return std::string(public_url) + (has_path ? "/" : "");
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

/// Each line of a text, two spaces further in.
std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out.append("  ").append(line).append("\n");
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

constexpr std::string_view kWithoutWasm =
    "'wasm-unsafe-eval' may be left out: the browser then reports one violation, and the tracker runs as "
    "plain JavaScript, which is loaded as a second file.";

}  // namespace

std::string stub_hash() {
  const std::string_view stub = stub_code();
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(stub.data()), stub.size());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)>
      text{};
  sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(), sodium_base64_VARIANT_ORIGINAL);
  return std::string("sha256-") + text.data();
}

std::vector<CspWay> csp_ways(std::string_view public_url, std::string_view site_key,
                             const std::vector<std::string>& image_hosts) {
  const std::string source = source_of(public_url);
  const std::string hash = "'" + stub_hash() + "'";
  const std::string wasm = "'wasm-unsafe-eval'";
  std::vector<CspWay> ways{
      {.name = "hash",
       .when = "the page allows scripts by address; the stub is allowed by its hash and must stay as it is",
       .directives = {{"script-src", {source, hash, wasm}}, {"connect-src", {source}}},
       .snippet = snippet(public_url, site_key)},
      {.name = "nonce",
       .when = "the page allows scripts by a nonce; write the one of each answer in place of NONCE. The "
               "tracker passes it on to what it loads",
       .directives = {{"script-src", {"'nonce-NONCE'", "'strict-dynamic'", wasm}}, {"connect-src", {source}}},
       .snippet = snippet(public_url, site_key, " nonce=\"NONCE\"")},
      {.name = "no-inline",
       .when = "the page has no inline code; the stub is the first line of a script file of its own: " +
               std::string(stub_code()),
       .directives = {{"script-src", {"'self'", source, wasm}}, {"connect-src", {source}}},
       .snippet = tracker_element(public_url, site_key) + "\n"},
      {.name = "same-origin",
       .when = "the site hands a path of its own on to the collector; write that path in place of PATH",
       .directives = {{"script-src", {"'self'", hash, wasm}}, {"connect-src", {"'self'"}}},
       .snippet = snippet("/PATH", site_key)},
      {.name = "trusted-types",
       .when = "the page demands trusted types, besides one of the ways above; the tracker has one policy",
       .directives = {{"require-trusted-types-for", {"'script'"}}, {"trusted-types", {"etappe"}}},
       .snippet = ""},
  };
  Directive images{"img-src", {}};
  for (const std::string& host : image_hosts) images.sources.push_back("https://" + host);
  for (CspWay& way : ways)
    if (!images.sources.empty() && way.name != "trusted-types") way.directives.push_back(images);
  return ways;
}

std::string csp_text(const std::vector<CspWay>& ways) {
  std::string text = "Add one of these to the page's Content-Security-Policy. ";
  text.append(kWithoutWasm).append("\n");
  for (const CspWay& way : ways) {
    text += "\n" + way.name + ": " + way.when + "\n";
    for (const Directive& directive : way.directives)
      text += "  " + directive.name + " " + joined(directive.sources) + "\n";
    text += indented(way.snippet);
  }
  return text;
}

std::string csp_json(const std::vector<CspWay>& ways) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CspWay& way : ways) {
    nlohmann::ordered_json directives = nlohmann::ordered_json::object();
    for (const Directive& directive : way.directives) directives[directive.name] = directive.sources;
    list.push_back(
        {{"name", way.name}, {"when", way.when}, {"directives", directives}, {"snippet", way.snippet}});
  }
  const nlohmann::ordered_json answer{
      {"stub_hash", stub_hash()}, {"optional", {"'wasm-unsafe-eval'"}}, {"ways", std::move(list)}};
  return answer.dump() + "\n";
}

}  // namespace etappe::cli
