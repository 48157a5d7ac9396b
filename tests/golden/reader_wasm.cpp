// The reader as a module: put a file at input(), call read(size), find as many characters at output().
#include <array>

#include "core/codec/batch.hpp"
#include "tests/golden/reading.hpp"

namespace {
std::array<std::byte, etappe::codec::kMaxBatchBytes + 1> input_bytes;
std::array<char, std::size_t{256} * 1024> output_text;
}  // namespace

extern "C" {
[[gnu::used, gnu::visibility("default")]] std::byte* input() { return input_bytes.data(); }
[[gnu::used, gnu::visibility("default")]] char* output() { return output_text.data(); }
[[gnu::used, gnu::visibility("default")]] std::size_t read(std::size_t size) {
  return etappe::golden::write_reading(std::span(input_bytes).first(size), output_text);
}
}
