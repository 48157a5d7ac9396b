// Whatever stands in a segment file, scanning it stays within its bytes, and what it finds can be read again.

#include <cstdlib>

#include "server/spool/segment.hpp"

using namespace etappe::spool;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  static constexpr std::array<std::uint8_t, 10> kRandom{};
  const SegmentId id = read_header(bytes).value_or(make_id(0, kRandom));
  const Scan found = scan(bytes, id);
  if (found.records > 0 && found.end > bytes.size()) std::abort();
  std::size_t offset = kHeaderBytes;
  for (std::uint32_t index = 0; index < found.records; ++index) {
    if (index % kMarkEvery == 0 && found.marks[index / kMarkEvery] != offset) std::abort();
    const auto record = read_record(bytes, offset, id, index);
    if (!record) std::abort();
    offset += kRecordHeadBytes + record->size();
  }
  if (offset != found.end) std::abort();

  // The other way round: the input cut into records gives the same records back.
  std::vector<std::byte> segment;
  append_header(segment, id);
  std::uint32_t count = 0;
  for (std::size_t at = 0; at < bytes.size(); ++count) {
    const std::size_t length =
        std::min<std::size_t>(1 + std::to_integer<std::size_t>(bytes[at]), bytes.size() - at);
    append_record(segment, id, count, bytes.subspan(at, length));
    at += length;
  }
  const Scan again = scan(segment, id);
  if (again.records != count || again.end != segment.size()) std::abort();
  return 0;
}
