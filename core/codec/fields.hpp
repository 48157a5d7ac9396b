#pragma once
// Varints and fields: the alphabet that the batch and the envelope are spelled with (docs/wire-format.md).
//
// It knows no event. FieldReader never looks beyond the bytes it was given; FieldWriter never writes beyond
// its room and remembers that it would have had to. Only this room includes it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/codec/batch.hpp"

namespace etappe::codec {

enum class Kind : std::uint8_t { varint = 0, bytes = 1, reference = 2, sixteen = 3 };

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
}

/// How many bytes a varint takes.
[[nodiscard]] std::size_t varint_size(std::size_t value);

[[nodiscard]] inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One field as it stands there. `value` belongs to varints and references, `bytes` to the other kinds.
struct FieldView {
  std::uint64_t number = 0;
  Kind kind = Kind::varint;
  std::uint64_t value = 0;
  std::span<const std::byte> bytes;
};

// What a known field is read as. Error::bad_field: a wrong kind, or a number beyond `most`.
[[nodiscard]] Result<std::uint64_t, Error> number_of(const FieldView& field, std::uint64_t most = UINT64_MAX);
[[nodiscard]] Result<std::uint32_t, Error> number32_of(const FieldView& field);
[[nodiscard]] Result<std::int64_t, Error> signed_of(const FieldView& field);
[[nodiscard]] Result<event::Uuid, Error> uuid_of(const FieldView& field);
[[nodiscard]] Result<std::span<const std::byte>, Error> bytes_of(const FieldView& field);

class FieldReader {
 public:
  explicit FieldReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  [[nodiscard]] bool more() const { return !rest_.empty(); }
  [[nodiscard]] std::span<const std::byte> rest() const { return rest_; }
  /// Error::truncated or Error::bad_varint.
  [[nodiscard]] Result<std::uint64_t, Error> varint();
  [[nodiscard]] Result<std::span<const std::byte>, Error> take(std::uint64_t size);
  /// A varint and that many bytes.
  [[nodiscard]] Result<std::span<const std::byte>, Error> sized();
  /// Key and payload, into memory of the caller: a field is many stores, and this is the innermost loop.
  /// Going on to the next field is all there is to skipping one.
  [[nodiscard]] Result<void, Error> field(FieldView& out);

 private:
  [[nodiscard]] Result<void, Error> varint_into(std::uint64_t& value);
  [[nodiscard]] Result<void, Error> take_into(std::uint64_t size, std::span<const std::byte>& bytes);

  std::span<const std::byte> rest_;
};

class FieldWriter {
 public:
  explicit FieldWriter(std::span<std::byte> room, std::size_t used = 0) : room_(room), used_(used) {}

  /// Whether something did not fit. What was written since is worthless.
  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] std::size_t used() const { return used_; }
  /// Goes on in other memory that already holds what was written.
  void move_to(std::span<std::byte> room) { room_ = room; }

  void byte(std::uint8_t value);
  void varint(std::uint64_t value);
  void raw(std::span<const std::byte> bytes);
  /// A varint and the bytes themselves.
  void sized(std::string_view text);

  void number(unsigned field, std::uint64_t value);
  void text(unsigned field, std::string_view text);
  void reference(unsigned field, std::uint64_t index);
  void uuid(unsigned field, const event::Uuid& uuid);

  /// Everything between the two becomes the sized bytes of one field, or a sized piece without a key.
  [[nodiscard]] std::size_t open(unsigned field);
  [[nodiscard]] std::size_t open();
  void close(std::size_t mark);

 private:
  void key(unsigned field, Kind kind);

  std::span<std::byte> room_;
  std::size_t used_;
  bool full_ = false;
};

}  // namespace etappe::codec
