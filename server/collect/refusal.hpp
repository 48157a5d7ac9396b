#pragma once
// Why a batch was refused as a whole, and the one place that says with which status. docs/collector.md and
// docs/wire-format.md have the tables.

#include <cstdint>
#include <string_view>

#include "core/codec/batch.hpp"

namespace etappe::collect {

enum class Refusal : std::uint8_t {
  bad_json,         ///< not a JSON batch, or text that is not Unicode
  bad_frame,        ///< a binary batch that cannot be walked
  bad_version,      ///< a binary batch of a version this collector does not know
  no_valid_event,   ///< nothing in it could be kept
  batch_too_large,  ///< bytes
  too_many_events,
  bad_token,       ///< a bearer token that is not one of the site's
  origin_refused,  ///< sent from a page of another host
  unknown_site,
  unsupported_type,      ///< Content-Type
  unsupported_encoding,  ///< Content-Encoding
  too_many_orders,       ///< of erasure, within a minute
  busy,                  ///< too much is waiting for the disk
  storage_failed,        ///< the disk refused
};

/// The `reason` of the answer and of the counters.
[[nodiscard]] std::string_view name_of(Refusal refusal);
[[nodiscard]] unsigned status_of(Refusal refusal);
/// What an error of the binary frame is to the outside.
[[nodiscard]] Refusal refusal_of(codec::Error error);

}  // namespace etappe::collect
