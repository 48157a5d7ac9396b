#pragma once
// URL and referrer → where the visit came from. Puts the steps of this room together; every step is a file.
//
//   1. networks     parameters that name an affiliate network or an ad platform; affiliates first, because
//   partners buy
//                   ads and a gclid then stands beside their own id
//   2. campaign     utm_* values, byte for byte
//   3. referrer     another site: a search engine, a social network, any other; own pages and payment
//   providers are none
//   4. channel      GA4's rules over source, medium and campaign
// Whether a visit without all of this is direct, reports decide: a single hit does not know whether it is the
// first.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/enrich/networks.hpp"
#include "server/enrich/referrer.hpp"
#include "server/enrich/resolution.hpp"

namespace etappe::enrich {

/// Immutable after make(); safe on any thread.
class Resolver {
 public:
  /// With the tables that the build embeds.
  [[nodiscard]] static Result<std::shared_ptr<const Resolver>, TableError> make();
  [[nodiscard]] static Result<std::shared_ptr<const Resolver>, TableError> make(
      std::span<const NamedText> networks, const NamedText& referrers);

  /// `site_hosts` are the site's own domains, subdomains included; the host of `url` is always its own.
  [[nodiscard]] Resolution resolve(std::string_view url, std::string_view referrer,
                                   std::span<const std::string> site_hosts) const;

  [[nodiscard]] const NetworkTable& networks() const { return *networks_; }

 private:
  Resolver() = default;
  std::unique_ptr<const NetworkTable> networks_;
  std::unique_ptr<const ReferrerTable> referrers_;
};

}  // namespace etappe::enrich
