#pragma once
// What a site can set about consent and about how long it keeps what (docs/consent.md, "Settings of a site").
// Read from what a person wrote, checked, and written back; tracker_file.hpp puts the page's part into the
// file of a site.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/consent/consent.hpp"
#include "core/consent/region.hpp"
#include "core/result.hpp"
#include "server/admin/file_problem.hpp"

namespace etappe::admin {

/// Said wherever somebody chooses a policy that does not wait for a grant.
inline constexpr std::string_view kPolicyNotice =
    "This policy does not wait for a grant. § 25 TDDDG may still require consent: ask your data protection "
    "officer.";

struct PrivacyOptions {
  consent::Policy policy = consent::Policy::block;
  std::vector<consent::RegionPolicy> regions = {};  ///< where another policy holds
  std::string version = {};  ///< of the banner or policy; what a decision carries that names none itself
  std::vector<std::string> adapters =
      {};  ///< by which the page hears of decisions, beside etappe('consent', …)
  std::optional<int> tcf_vendor = {};  ///< in the IAB's Global Vendor List; none: purposes alone decide
  std::string generic = "[]";          ///< JSON array: the mappings of the adapter `generic`
  std::string banner = "null";         ///< JSON object: our own banner; null: the site has another or none
  bool erase_on_withdrawal = true;
  int retention_months = 25;  ///< of rows
  bool my_data = false;       ///< the control "My data" is shown where a page has a place for it
  bool staff_link = false;    ///< the site's own people can leave themselves out by a link
  std::vector<std::string> own_addresses = {};  ///< CIDR: of the site's own people, whose events are not kept
  friend bool operator==(const PrivacyOptions&, const PrivacyOptions&) = default;
};

/// `options` with the changes of a JSON merge patch (RFC 7396); a list is replaced as a whole. Every place in
/// a problem begins with "privacy". Pure.
[[nodiscard]] Result<PrivacyOptions, FileProblem> patched(const PrivacyOptions& options,
                                                          std::string_view patch);

/// Every option as a JSON object, in the order of the struct.
[[nodiscard]] std::string all_options(const PrivacyOptions& options);
/// Only what differs from the defaults; "{}" when nothing does.
[[nodiscard]] std::string changed_options(const PrivacyOptions& options);
[[nodiscard]] std::string_view name_of(consent::Policy policy);

}  // namespace etappe::admin
