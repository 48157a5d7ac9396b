#include "server/collect/duplicates.hpp"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <utility>

namespace etappe::collect {

static_assert(std::tuple_size_v<DuplicateWindow::Key> == crypto_shorthash_siphashx24_KEYBYTES);

DuplicateWindow::DuplicateWindow(const Key& key, std::size_t capacity) : key_(key), capacity_(capacity) {
  young_.places.resize(std::bit_ceil(capacity * 2));
  old_.places.resize(young_.places.size());
}

DuplicateWindow::Hash DuplicateWindow::hash_of(std::string_view site, const event::Uuid& id) const {
  // The id has a fixed length and stands first, so that no two pairs give the same bytes.
  std::array<unsigned char, 16 + 64> input{};
  const std::size_t length = std::min<std::size_t>(site.size(), 64);
  std::memcpy(input.data(), id.bytes.data(), id.bytes.size());
  std::memcpy(input.data() + 16, site.data(), length);
  std::array<unsigned char, crypto_shorthash_siphashx24_BYTES> digest{};
  crypto_shorthash_siphashx24(digest.data(), input.data(), 16 + length, key_.data());
  Hash hash;
  std::memcpy(&hash.low, digest.data(), 8);
  std::memcpy(&hash.high, digest.data() + 8, 8);
  if (hash == Hash{}) hash.low = 1;
  return hash;
}

bool DuplicateWindow::Generation::has(const Hash& hash) const {
  const std::size_t mask = places.size() - 1;
  for (std::size_t at = hash.low & mask;; at = (at + 1) & mask) {
    if (places[at] == hash) return true;
    if (places[at] == Hash{}) return false;
  }
}

void DuplicateWindow::Generation::add(const Hash& hash) {
  const std::size_t mask = places.size() - 1;
  std::size_t at = hash.low & mask;
  while (places[at] != Hash{}) at = (at + 1) & mask;
  places[at] = hash;
  ++used;
}

std::vector<bool> DuplicateWindow::known(std::string_view site, const std::vector<event::Uuid>& ids) const {
  std::vector<Hash> hashes;
  hashes.reserve(ids.size());
  for (const event::Uuid& id : ids) hashes.push_back(hash_of(site, id));
  std::vector<bool> result(ids.size());
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < hashes.size(); ++i) result[i] = young_.has(hashes[i]) || old_.has(hashes[i]);
  }
  Generation batch;
  batch.places.resize(std::bit_ceil(std::max<std::size_t>(ids.size(), 1) * 2));
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (batch.has(hashes[i])) {
      result[i] = true;
    } else {
      batch.add(hashes[i]);
    }
  }
  return result;
}

void DuplicateWindow::remember(std::string_view site, const std::vector<event::Uuid>& ids) {
  const std::lock_guard lock(mutex_);
  for (const event::Uuid& id : ids) {
    const Hash hash = hash_of(site, id);
    if (young_.has(hash)) continue;
    if (young_.used == capacity_) {
      std::swap(young_, old_);
      std::ranges::fill(young_.places, Hash{});
      young_.used = 0;
    }
    young_.add(hash);
  }
}

}  // namespace etappe::collect
