#include "server/probe/reach.hpp"

#include <algorithm>
#include <array>

namespace etappe::probe {

namespace {

using Bytes = std::span<const std::uint8_t>;

struct Block {
  std::array<std::uint8_t, 4> bytes;
  unsigned bits;
};

// RFC 6890, section 2.2.2, and what IANA's registry has added since.
constexpr Block kReservedV4[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4},
};

bool within(Bytes address, Bytes block, unsigned bits) {
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((address[bit / 8] & mask) != (block[bit / 8] & mask)) return false;
  }
  return true;
}

bool is_public_v4(Bytes address) {
  return std::ranges::none_of(kReservedV4,
                              [&](const Block& block) { return within(address, block.bytes, block.bits); });
}

bool is_public_v6(Bytes address) {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  static constexpr std::array<std::uint8_t, 12> kNat64 = {0, 0x64, 0xFF, 0x9B};
  static constexpr std::array<std::uint8_t, 2> k6to4 = {0x20, 0x02};
  static constexpr std::array<std::uint8_t, 4> kTeredo = {0x20, 0x01, 0, 0};
  static constexpr std::array<std::uint8_t, 4> kDocumentation = {0x20, 0x01, 0x0D, 0xB8};
  static constexpr std::array<std::uint8_t, 1> kGlobal = {0x20};
  if (within(address, kMapped, 96) || within(address, kNat64, 96))
    return is_public_v4(address.subspan(12, 4));
  if (within(address, k6to4, 16)) return is_public_v4(address.subspan(2, 4));
  // Only 2000::/3 is in use as global unicast; everything else is local, multicast or reserved.
  return within(address, kGlobal, 3) && !within(address, kTeredo, 32) && !within(address, kDocumentation, 32);
}

}  // namespace

bool is_public(Bytes address) {
  if (address.size() == 4) return is_public_v4(address);
  return address.size() == 16 && is_public_v6(address);
}

}  // namespace etappe::probe
