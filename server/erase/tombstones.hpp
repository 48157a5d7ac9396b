#pragma once
// After a backup has been restored: whose rows must not be there, found by the hashes that erased orders
// left.

#include <vector>

#include "server/erase/journal.hpp"
#include "server/erase/ports.hpp"

namespace etappe::erase {

/// A wish, with Reason::restore, for every site of which the store holds ids that are marked as erased. Rows
/// that came after the erasure are not told from those of before: all of that id are meant. Blocks on the
/// store.
[[nodiscard]] Result<std::vector<Wish>, StoreError> restored(Store& store, const std::vector<Order>& orders,
                                                             const Secret& secret);

}  // namespace etappe::erase
