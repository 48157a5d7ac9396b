#include "server/cli/snippet.hpp"

namespace etappe::cli {
namespace {

constexpr std::string_view kStub =
    "window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}";

std::string script_element(std::string_view public_url, std::string_view file, std::string_view attributes) {
  return "<script async src=\"" + std::string(public_url) + "/t/" + std::string(file) + "\"" +
         std::string(attributes) + "></script>";
}

std::string stub_element(std::string_view attributes) {
  return "<script" + std::string(attributes) + ">" + std::string(kStub) + "</script>\n";
}

}  // namespace

std::string_view stub_code() { return kStub; }

std::string tracker_element(std::string_view public_url, std::string_view site_key,
                            std::string_view attributes) {
  return script_element(public_url, std::string(site_key) + ".js", attributes);
}

std::string snippet(std::string_view public_url, std::string_view site_key, std::string_view attributes) {
  return stub_element(attributes) + tracker_element(public_url, site_key, attributes) + "\n";
}

std::string pinned_snippet(std::string_view public_url, std::string_view file, std::string_view integrity) {
  const std::string attributes = " integrity=\"" + std::string(integrity) + "\" crossorigin=\"anonymous\"";
  return stub_element("") + script_element(public_url, file, attributes) + "\n";
}

}  // namespace etappe::cli
