#pragma once
// A binary batch as lines a person, or a script, can read: what `etappe decode` prints.
//
// One JSON object a line and event, with the names of a JSON batch's events and the batch's own site,
// batch_id and sent_at in every line, so that lines can be filtered and sorted. Pure; it decides nothing
// about policy: what stands in the batch is printed, also what a collector would not keep.

#include <cstddef>
#include <span>
#include <string>

#include "core/codec/batch.hpp"
#include "core/result.hpp"

namespace etappe::decode {

/// The lines, each ended by '\n', in the batch's order. An event that is refused alone becomes
/// {"site":…,"index":N,"refused":"bad_field"}, counted from 0. Error: the whole batch is unreadable.
[[nodiscard]] Result<std::string, codec::Error> to_ndjson(std::span<const std::byte> batch);

}  // namespace etappe::decode
