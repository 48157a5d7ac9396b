#include "server/collect/admission.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/url/url.hpp"

namespace etappe::collect {

namespace {

constexpr std::string_view kBearer = "bearer ";

std::string hex_sha256(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string hex(2 * digest.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();
  return hex;
}

/// The token after the scheme, or nothing when another scheme is used.
std::string_view bearer_token(std::string_view authorization) {
  if (authorization.size() < kBearer.size()) return {};
  const bool is_bearer = url::equal_ignoring_case(authorization.substr(0, kBearer.size()), kBearer);
  return is_bearer ? authorization.substr(kBearer.size()) : std::string_view();
}

}  // namespace

bool origin_allowed(const artefact::Site& site, std::string_view origin) {
  if (origin == "null") return site.allow_null_origin;
  const auto parts = url::split(origin);
  // An Origin is scheme, host and port (RFC 6454); anything more was not written by a browser.
  if (!parts || !parts->path.empty() || !parts->query.empty() || !parts->fragment.empty()) return false;
  if (origin.find('@') != std::string_view::npos) return false;
  return std::ranges::any_of(
      site.domains, [&](const std::string& domain) { return url::host_matches(parts->host, domain); });
}

bool origin_known(const artefact::SiteTable& table, std::string_view origin) {
  return std::ranges::any_of(table.all(),
                             [&](const auto& entry) { return origin_allowed(entry.second, origin); });
}

Result<Admitted, Refusal> admit(const artefact::SiteTable& table, std::string_view site_key,
                                std::string_view origin, std::string_view authorization) {
  const artefact::Site* const site = table.find(site_key);
  if (site == nullptr) return fail(Refusal::unknown_site);
  Admitted admitted{site, Sender::anyone};
  if (!authorization.empty()) {
    const std::string hash = hex_sha256(bearer_token(authorization));
    if (std::ranges::find(site->ingest_token_hashes, hash) == site->ingest_token_hashes.end()) {
      return fail(Refusal::bad_token);
    }
    admitted.sender = Sender::bearer;
  }
  if (origin.empty()) {
    if (site->require_origin && admitted.sender == Sender::anyone) return fail(Refusal::origin_refused);
  } else if (!origin_allowed(*site, origin)) {
    return fail(Refusal::origin_refused);
  }
  return admitted;
}

}  // namespace etappe::collect
