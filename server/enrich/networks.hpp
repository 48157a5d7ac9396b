#pragma once
// The table of affiliate networks, ad platforms and mailing tools, and which of them a landing URL names.
//
// The table is data: one JSON file per network under networks/, embedded by the build. A file has
//   id, network, category (affiliate | ad_platform | email | campaign_tool), precedence (unique, smaller
//   first), params [{name, role, note?, exact_case?, generic?}], identified_by, medium, channel, status,
//   sources, notes?
// `identified_by` is alternatives of conditions: `awc | awaid & gclid | source=aw`. Parameter names ignore
// case unless exact_case says otherwise (`siteID` is Rakuten's, `siteid` is Webgains'). A generic name
// (`ref`, `source`, …) never identifies a network without a value or a second condition. Networks of status
// `unverified` are not detected.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "core/url/url.hpp"

namespace etappe::enrich {

enum class Role : std::uint8_t { click_id, publisher, campaign_id, sub_id, recipient, marker };

struct NetworkParam {
  std::string name;
  Role role = Role::marker;
  bool exact_case = false;
  bool generic = false;
};

struct Condition {
  std::size_t param = 0;  ///< index into Network::params
  std::string value;      ///< compared ignoring case; empty: any value
};

struct Network {
  std::string id;
  std::string category;
  unsigned precedence = 0;
  std::vector<NetworkParam> params;
  std::vector<std::vector<Condition>> rule;  ///< any of: all of
  std::vector<std::string> rule_texts;       ///< the same alternatives as written
  std::string medium;                        ///< where the URL has no utm_medium
  std::string channel;                       ///< where the URL has no campaign of its own
};

struct NetworkMatch {
  const Network* network = nullptr;
  std::size_t alternative = 0;               ///< of the rule, the first that holds
  std::vector<const url::ParamView*> found;  ///< by param of the network; null where absent
};

struct TableError {
  std::string file;
  std::string detail;
};

struct NamedText {
  std::string_view name;
  std::string_view text;
};

class NetworkTable {
 public:
  [[nodiscard]] static Result<NetworkTable, TableError> make(std::span<const NamedText> files);

  /// The networks that the parameters name, by precedence. Thread-safe.
  [[nodiscard]] std::vector<NetworkMatch> match(std::span<const url::ParamView> params) const;
  /// Whether a parameter of that name is a click id or a person's id of some network: never part of a clean
  /// URL.
  [[nodiscard]] bool is_personal(std::string_view name) const;
  [[nodiscard]] const std::vector<Network>& networks() const { return networks_; }

 private:
  struct Place {
    std::size_t network, param;
  };
  std::vector<Network> networks_;                                ///< by precedence
  std::unordered_map<std::string, std::vector<Place>> by_name_;  ///< lower-case name
};

}  // namespace etappe::enrich
