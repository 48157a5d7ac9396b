#include "server/cli/snippet.hpp"

#include <sodium.h>

#include <array>

namespace etappe::cli {
namespace {

constexpr std::string_view kStub =
    "window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}";

std::string tracker_element(std::string_view public_url, std::string_view site_key) {
  return "<script async src=\"" + std::string(public_url) + "/t/" + std::string(site_key) + ".js\"></script>";
}

std::string stub_hash() {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(kStub.data()), kStub.size());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)>
      text{};
  sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(), sodium_base64_VARIANT_ORIGINAL);
  return std::string("sha256-") + text.data();
}

}  // namespace

std::string snippet(std::string_view public_url, std::string_view site_key) {
  return "<script>" + std::string(kStub) + "</script>\n" + tracker_element(public_url, site_key) + "\n";
}

std::string csp_advice(std::string_view public_url, std::string_view site_key) {
  const std::string origin(public_url);
  return "Add to the page's Content-Security-Policy:\n"
         "  script-src " +
         origin + " '" + stub_hash() +
         "' 'wasm-unsafe-eval'\n"
         "  connect-src " +
         origin +
         "\n"
         "Without 'wasm-unsafe-eval' the tracker runs as plain JavaScript.\n"
         "\n"
         "Without inline code, and so without the hash: put this line into a script file of your own, loaded "
         "first,\n"
         "  " +
         std::string(kStub) +
         "\n"
         "and into the page only\n"
         "  " +
         tracker_element(public_url, site_key) + "\n";
}

}  // namespace etappe::cli
