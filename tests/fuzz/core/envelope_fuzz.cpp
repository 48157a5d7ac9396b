// Any bytes as an envelope: what is accepted survives being written again.
#include <vector>

#include "core/codec/envelope.hpp"
#include "tests/fuzz/core/touch.hpp"

using namespace etappe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static codec::Lists lists, again_lists;
  const auto envelope = codec::read_envelope(std::as_bytes(std::span(data, size)), lists);
  if (!envelope) return 0;
  fuzz::touch(envelope->site);
  fuzz::touch(envelope->user_agent);
  fuzz::touch(envelope->event);

  // Never longer than what it was read from by more than the shortest numbers: room for both.
  std::vector<std::byte> space(size + 1024);
  const auto written = codec::write_envelope(*envelope, space);
  fuzz::require(written.has_value());
  const auto again = codec::read_envelope(std::span(space).first(*written), again_lists);
  fuzz::require(again.has_value());
  fuzz::require(again->received_at == envelope->received_at && again->client_time == envelope->client_time &&
                again->site == envelope->site && again->link == envelope->link &&
                again->user_agent == envelope->user_agent && fuzz::same(again->event, envelope->event));
  return 0;
}
