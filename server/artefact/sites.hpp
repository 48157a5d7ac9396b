#pragma once
// What the collecting side knows about sites: a signed file that the admin side publishes and replaces
// atomically. The collecting side never opens the database.
//
//   DATA/published/sites.json       {"version":1,"sites":[…]}
//   DATA/published/sites.json.sig   64 bytes, Ed25519 over the file
//   DATA/published/t/<key>.js[.br|.gz]   the site's tracker file, likewise written whole and renamed;
//                                        <key>~<policy>.js where its policy is another by region

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/consent/consent.hpp"
#include "core/consent/region.hpp"
#include "core/result.hpp"
#include "server/address/range.hpp"

namespace etappe::artefact {

/// Who keeps the visitor's id where page and collector share a site.
enum class IdCookie : std::uint8_t { script, server };

/// What follows when a visitor takes consent back: nothing more is recorded, or what was is erased as well.
enum class Withdrawal : std::uint8_t { stops, erases };

struct Site {
  std::string key;  ///< what pages carry
  std::string name;
  std::vector<std::string> domains;  ///< matched with their subdomains, any port
  consent::Policy policy = consent::Policy::block;
  bool require_origin = false;                   ///< refuse beacons without Origin
  bool allow_null_origin = false;                ///< accept `Origin: null`
  std::vector<std::string> ingest_token_hashes;  ///< hex SHA-256; their bearers may send events of any age
  std::string id = {};  ///< what envelopes and rows carry: it stays when the key is rotated. Empty: the key
  std::string redact = {};  ///< the site's redaction rules, one a line (core/redact)
  IdCookie id_cookie = IdCookie::server;
  Withdrawal withdrawal = Withdrawal::erases;       ///< `erase_on_withdrawal`
  std::vector<consent::RegionPolicy> regions = {};  ///< where another policy holds (core/consent/region.hpp)
  std::vector<std::string> own_addresses = {};  ///< CIDR: the site's own people, whose events are not kept
  address::Ranges own = {};                     ///< the same, read; SiteTable does it
  int retention_months = 25;                    ///< of rows
  std::string consent_version = {};             ///< of the banner or policy that is in force
};

enum class Error : std::uint8_t {
  missing,        ///< one of the two files is not there
  unreadable,     ///< the disk refused
  bad_key,        ///< the public key is not 64 hex digits
  bad_signature,  ///< not signed by that key, or changed since; also for an instant while both files are
                  ///< replaced
  bad_format,     ///< signed, but not a site table of this version
};
[[nodiscard]] std::string_view name_of(Error error);

inline constexpr std::string_view kTableFile = "sites.json";
inline constexpr std::string_view kSignatureFile = "sites.json.sig";

/// "<key>~cookieless.js": the name of a site's file for regions with that policy. `<key>.js` has the
/// strictest one.
[[nodiscard]] std::string variant_file(std::string_view key, consent::Policy policy);

/// The table as the text that is signed and published. Sites are written in the given order.
[[nodiscard]] std::string to_text(const std::vector<Site>& sites);

/// An immutable snapshot. Share it as shared_ptr<const SiteTable>; safe on any thread.
class SiteTable {
 public:
  /// Reads `published`/sites.json and checks its signature (Ed25519, RFC 8032) before it parses a byte of it.
  /// A caller that reloads keeps its former table when this fails, and tries again later.
  [[nodiscard]] static Result<std::shared_ptr<const SiteTable>, Error> load(
      const std::filesystem::path& published, std::string_view public_key_hex);
  [[nodiscard]] static std::shared_ptr<const SiteTable> of(std::vector<Site> sites);  ///< for tests too
  /// nullptr when no site has that key. The pointer lives as long as the table.
  [[nodiscard]] const Site* find(std::string_view key) const;
  /// The same by the id that envelopes carry.
  [[nodiscard]] const Site* find_id(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return sites_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class Value>
  using ByText = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  using Sites = ByText<Site>;

 public:
  /// Every site by its key, in no order.
  [[nodiscard]] const Sites& all() const { return sites_; }

 private:
  Sites sites_;
  ByText<const Site*> by_id_;  ///< into sites_, whose elements stay where they are
};

}  // namespace etappe::artefact
