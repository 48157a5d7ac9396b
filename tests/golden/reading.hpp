#pragma once
// What a golden file says, as text: the same lines from the native codec, from WebAssembly and from wasm2js,
// and the lines that encode.mjs expects. Needs no memory but the caller's, so that it runs where core runs.

#include <cstddef>
#include <span>

namespace etappe::golden {

/// Writes the lines for a batch, an envelope, a compiled container or a redaction case, told apart by their
/// first bytes, and returns how many characters they have. What does not fit is left out; `out` of 256 KiB is
/// enough for every golden file.
[[nodiscard]] std::size_t write_reading(std::span<const std::byte> bytes, std::span<char> out);

}  // namespace etappe::golden
