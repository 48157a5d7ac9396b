// Any bytes as a batch: nothing beyond them is read, and what is accepted survives being written again.
#include <vector>

#include "core/codec/batch.hpp"
#include "tests/fuzz/core/touch.hpp"

using namespace etappe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto reader = codec::BatchReader::open(std::as_bytes(std::span(data, size)));
  if (!reader) return 0;
  fuzz::touch(reader->header().site);

  static std::vector<std::byte> space(codec::kMaxBatchBytes);
  codec::BatchWriter writer(space);
  writer.begin(reader->header());
  static codec::Lists lists, again_lists;
  while (reader->more()) {
    const auto event = reader->next(lists);
    if (!event) continue;
    fuzz::touch(*event);
    fuzz::require(event::check(*event).has_value());
    if (!writer.add(*event, 0)) {
      writer.begin(reader->header());
      continue;  // full, or too large once its texts stand in place
    }
    auto again = codec::BatchReader::open(writer.finish(reader->header().sent));
    fuzz::require(again.has_value());
    fuzz::require(again->header().site == reader->header().site &&
                  again->header().sent == reader->header().sent);
    Result<event::EventView, codec::Refusal> last = fail(codec::Refusal{});
    while (again->more()) last = again->next(again_lists);
    // Events before it may have used up the batch's budget of text; they were read under the same one.
    fuzz::require(last.has_value() && fuzz::same(*last, *event));
    if (writer.event_count() == 16) writer.begin(reader->header());
  }
  return 0;
}
