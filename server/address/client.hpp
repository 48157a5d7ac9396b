#pragma once
// Who a request comes from when proxies stand in front: the visitor's address, and the region that such a
// proxy names. Only what a trusted proxy says counts; anybody can send a header. Pure.

#include <string>
#include <string_view>

#include "server/address/range.hpp"

namespace etappe::address {

/// The visitor's address: the peer, or, as long as that is a trusted proxy, the one before it in
/// X-Forwarded-For, read from its end; where all are trusted, the first of all. Empty when a trusted proxy
/// names something that is no address. `forwarded` is the header's value, of several headers joined with
/// commas.
[[nodiscard]] std::string_view client_of(std::string_view peer, std::string_view forwarded,
                                         const Ranges& trusted);

/// The proxies in front of a listener.
struct Front {
  Ranges trusted = {};
  std::string region_header = {};  ///< by which they name the visitor's region, lower case; empty: by none
};

/// The region that such a proxy has named in the header of that value; empty when the peer is none.
[[nodiscard]] std::string region_of(std::string_view peer, std::string_view header, const Front& front);

/// A region as ISO 3166-1 or -2 in upper case, "DE", "US-CA"; empty for anything else, and for "XX" and "T1",
/// by which proxies say that they do not know.
[[nodiscard]] std::string region_from(std::string_view header);

}  // namespace etappe::address
