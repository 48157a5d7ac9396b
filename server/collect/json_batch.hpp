#pragma once
// The JSON batch of docs/event.schema.json, read as the binary one is: open the frame, then event by event.
// simdjson parses the whole text first, so that broken Unicode or JSON anywhere refuses the batch; an event
// with a wrong field is refused alone.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/codec/batch.hpp"
#include "core/event/event.hpp"
#include "core/result.hpp"
#include "server/collect/refusal.hpp"

namespace etappe::collect {

/// Objects and lists inside each other, the batch itself included.
inline constexpr std::size_t kMaxJsonDepth = 8;

/// Whether a \uD800–\uDFFF escape stands without its partner. The text need not be valid JSON.
[[nodiscard]] bool has_lone_surrogate(std::string_view json);

/// Belongs to one thread; owns its copy of the text, so that events stay valid as long as it lives and next()
/// has not been called again with the same lists.
class JsonBatch {
 public:
  /// Refusal: bad_json, batch_too_large, too_many_events, no_valid_event (an empty list).
  [[nodiscard]] static Result<JsonBatch, Refusal> open(std::span<const std::byte> text);
  JsonBatch(JsonBatch&&) noexcept;
  JsonBatch& operator=(JsonBatch&&) noexcept;
  ~JsonBatch();

  [[nodiscard]] std::string_view site() const;
  [[nodiscard]] std::optional<event::TimeMs> sent_at() const;
  [[nodiscard]] bool more() const;
  /// The next event, checked by event::check. codec::Error::bad_field stands for a field of the wrong type.
  [[nodiscard]] Result<event::EventView, codec::Refusal> next(codec::Lists& lists);

 private:
  struct State;
  explicit JsonBatch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace etappe::collect
