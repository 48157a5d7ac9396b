#pragma once
// What a data protection officer files, written from the settings that are in force: record of processing
// (Art. 30 GDPR), cookies and storage (§ 25 TDDDG), recipients and third countries, technical and
// organisational measures (Art. 32), annex to a processing agreement (Art. 28), and a draft of an impact
// assessment (Art. 35). German or English, as Markdown. What only the site's operator knows stands in square
// brackets. A description, not legal advice.

#include <chrono>
#include <string>
#include <vector>

#include "core/consent/consent.hpp"
#include "core/consent/region.hpp"

namespace etappe::papers {

enum class Language : std::uint8_t { german, english };

/// A conversion tag of the container.
struct TagFacts {
  std::string name;
  std::string template_name;
  std::vector<std::string> consent;  ///< purposes that it waits for
};

struct SiteFacts {
  std::string key;
  std::string name;
  std::vector<std::string> domains;
  consent::Policy policy = consent::Policy::block;
  std::vector<consent::RegionPolicy> regions = {};
  std::string policy_version = {};
  std::vector<std::string> adapters = {};  ///< of banners
  bool has_banner = false;
  int remember_refusal_days = 180;  ///< of our own banner
  bool has_my_data = false;
  bool has_staff_link = false;
  bool erases_on_withdrawal = true;
  int retention_months = 25;
  std::size_t own_ranges = 0;
  bool has_server_cookie = true;  ///< the collector keeps the id in a cookie of its own
  bool has_retry_storage = true;
  std::vector<std::string> listeners = {};
  std::vector<std::string> linked_domains = {};
  std::size_t redaction_rules = 0;
  std::vector<TagFacts> tags = {};
};

struct Installation {
  std::string collector;      ///< its address as browsers see it
  std::string region_header;  ///< empty: no region is known
  bool has_admin_tls = false;
};

/// Pure. `today` stands at the head.
[[nodiscard]] std::string privacy_papers(const Installation& installation,
                                         const std::vector<SiteFacts>& sites, Language language,
                                         std::chrono::sys_days today);

}  // namespace etappe::papers
