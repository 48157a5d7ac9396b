#pragma once
// What the collecting side knows about sites: a signed file that the admin side publishes and replaces
// atomically. The collecting side never opens the database.
//
//   DATA/published/sites.json       {"version":1,"sites":[…]}
//   DATA/published/sites.json.sig   64 bytes, Ed25519 over the file
//   DATA/published/t/<key>.js[.br|.gz]   the site's tracker file, likewise written whole and renamed

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/consent/consent.hpp"
#include "core/result.hpp"

namespace etappe::artefact {

struct Site {
  std::string key;
  std::string name;
  std::vector<std::string> domains;  ///< matched with their subdomains, any port
  consent::Policy policy = consent::Policy::block;
  bool require_origin = false;     ///< refuse beacons without Origin
  bool allow_null_origin = false;  ///< accept `Origin: null`
  std::vector<std::string> ingest_token_hashes;  ///< hex SHA-256; their bearers may send events of any age
};

enum class Error : std::uint8_t { missing, unreadable, bad_signature, bad_format };
[[nodiscard]] std::string_view name_of(Error error);

/// An immutable snapshot. Share it as shared_ptr<const SiteTable>; safe on any thread.
class SiteTable {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const SiteTable>, Error> load(
      const std::filesystem::path& published, std::string_view public_key_hex);
  [[nodiscard]] static std::shared_ptr<const SiteTable> of(std::vector<Site> sites);  ///< for tests and tools
  [[nodiscard]] const Site* find(std::string_view key) const;

 private:
  std::unordered_map<std::string, Site> sites_;
};

}  // namespace etappe::artefact
