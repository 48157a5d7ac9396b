#pragma once
// What kind of place a referrer or a source is: a search engine, a social network, an assistant, …
// The table is referrers.tsv; its head says where the facts come from and what a key looks like.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "server/enrich/networks.hpp"

namespace etappe::enrich {

enum class PlaceKind : std::uint8_t { other, search, social, video, shopping, ai, email, payment };

struct Place {
  PlaceKind kind = PlaceKind::other;
  std::string_view name;  ///< what reports call it; into the table
};

class ReferrerTable {
 public:
  [[nodiscard]] static Result<ReferrerTable, TableError> make(const NamedText& file);

  /// A lower-case host without `www.`, or an app's address. Thread-safe.
  [[nodiscard]] Place of_host(std::string_view host) const;
  /// A source as campaigns name it, in any case: `google`, `facebook.com`.
  [[nodiscard]] Place of_source(std::string_view source) const;

 private:
  [[nodiscard]] const Place* find(const std::string& key) const;
  std::vector<char> text_;  ///< not a string: its move leaves the bytes where they are
  std::unordered_map<std::string, Place> places_;
};

/// The host of a referrer: lower-case, without `www.`, port and a trailing dot; of an app (`android-app://…`)
/// the address up to the first slash. Empty when there is none.
[[nodiscard]] std::string referrer_host(std::string_view referrer);

}  // namespace etappe::enrich
