#include "core/codec/fields.hpp"

#include <cstring>

namespace etappe::codec {

std::string_view name_of(Error error) {
  switch (error) {
    case Error::truncated: return "truncated";
    case Error::bad_magic: return "bad_magic";
    case Error::bad_version: return "bad_version";
    case Error::bad_varint: return "bad_varint";
    case Error::bad_field: return "bad_field";
    case Error::bad_reference: return "bad_reference";
    case Error::missing_site: return "missing_site";
    case Error::missing_base: return "missing_base";
    case Error::missing_events: return "missing_events";
    case Error::missing_field: return "missing_field";
    case Error::trailing_bytes: return "trailing_bytes";
    case Error::batch_too_large: return "batch_too_large";
    case Error::too_many_events: return "too_many_events";
    case Error::too_many_strings: return "too_many_strings";
    case Error::too_much_text: return "too_much_text";
    case Error::no_space: return "no_space";
  }
  return {};
}

Result<std::uint64_t, Error> number_of(const FieldView& field, std::uint64_t most) {
  if (field.kind != Kind::varint || field.value > most) return fail(Error::bad_field);
  return field.value;
}

Result<std::uint32_t, Error> number32_of(const FieldView& field) {
  if (field.kind != Kind::varint || field.value > UINT32_MAX) return fail(Error::bad_field);
  return static_cast<std::uint32_t>(field.value);
}

Result<std::int64_t, Error> signed_of(const FieldView& field) {
  if (field.kind != Kind::varint) return fail(Error::bad_field);
  return unzigzag(field.value);
}

Result<event::Uuid, Error> uuid_of(const FieldView& field) {
  if (field.kind != Kind::sixteen) return fail(Error::bad_field);
  event::Uuid uuid;
  std::memcpy(uuid.bytes.data(), field.bytes.data(), uuid.bytes.size());
  return uuid;
}

Result<std::span<const std::byte>, Error> bytes_of(const FieldView& field) {
  if (field.kind != Kind::bytes) return fail(Error::bad_field);
  return field.bytes;
}

Result<void, Error> FieldReader::varint_into(std::uint64_t& value) {
  constexpr std::size_t kMaxVarintBytes = 10;
  const std::size_t most = rest_.size() < kMaxVarintBytes ? rest_.size() : kMaxVarintBytes;
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < most; ++at) {
    const auto byte = static_cast<std::uint64_t>(rest_[at]);
    sum |= (byte & 0x7FU) << (7 * at);
    if (byte >= 0x80) continue;
    // Nine bytes hold 63 bits; of a tenth only one is left.
    if (at + 1 == kMaxVarintBytes && byte > 1) return fail(Error::bad_varint);
    rest_ = rest_.subspan(at + 1);
    value = sum;
    return {};
  }
  return fail(most < kMaxVarintBytes ? Error::truncated : Error::bad_varint);
}

Result<void, Error> FieldReader::take_into(std::uint64_t size, std::span<const std::byte>& bytes) {
  if (size > rest_.size()) return fail(Error::truncated);
  bytes = rest_.first(static_cast<std::size_t>(size));
  rest_ = rest_.subspan(bytes.size());
  return {};
}

Result<std::uint64_t, Error> FieldReader::varint() {
  std::uint64_t value = 0;
  if (const auto read = varint_into(value); !read) return fail(read.error());
  return value;
}

Result<std::span<const std::byte>, Error> FieldReader::take(std::uint64_t size) {
  std::span<const std::byte> bytes;
  if (const auto taken = take_into(size, bytes); !taken) return fail(taken.error());
  return bytes;
}

Result<std::span<const std::byte>, Error> FieldReader::sized() {
  std::uint64_t size = 0;
  if (const auto read = varint_into(size); !read) return fail(read.error());
  return take(size);
}

Result<void, Error> FieldReader::field(FieldView& out) {
  std::uint64_t key = 0;
  if (const auto read = varint_into(key); !read) return read;
  out.number = key >> 2U;
  out.kind = static_cast<Kind>(key & 3U);
  if (out.kind == Kind::sixteen) return take_into(sizeof(event::Uuid), out.bytes);
  if (const auto read = varint_into(out.value); !read) return read;
  // Of bytes, the varint was their size.
  return out.kind == Kind::bytes ? take_into(out.value, out.bytes) : Result<void, Error>{};
}

std::size_t varint_size(std::size_t value) {
  std::size_t size = 1;
  while ((value >>= 7U) != 0) ++size;
  return size;
}

void FieldWriter::byte(std::uint8_t value) {
  if (used_ >= room_.size()) {
    full_ = true;
    return;
  }
  room_[used_++] = static_cast<std::byte>(value);
}

void FieldWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    byte(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7U;
  }
  byte(static_cast<std::uint8_t>(value));
}

void FieldWriter::raw(std::span<const std::byte> bytes) {
  if (full_ || bytes.size() > room_.size() - used_) {
    full_ = true;
    return;
  }
  if (!bytes.empty()) std::memcpy(room_.data() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void FieldWriter::sized(std::string_view text) {
  varint(text.size());
  raw(std::as_bytes(std::span(text.data(), text.size())));
}

void FieldWriter::key(unsigned field, Kind kind) {
  varint((std::uint64_t{field} << 2U) | static_cast<std::uint64_t>(kind));
}

void FieldWriter::number(unsigned field, std::uint64_t value) {
  key(field, Kind::varint);
  varint(value);
}

void FieldWriter::text(unsigned field, std::string_view text) {
  key(field, Kind::bytes);
  sized(text);
}

void FieldWriter::reference(unsigned field, std::uint64_t index) {
  key(field, Kind::reference);
  varint(index);
}

void FieldWriter::uuid(unsigned field, const event::Uuid& uuid) {
  key(field, Kind::sixteen);
  raw(std::as_bytes(std::span(uuid.bytes)));
}

std::size_t FieldWriter::open(unsigned field) {
  key(field, Kind::bytes);
  return open();
}

std::size_t FieldWriter::open() {
  byte(0);  // the length, which mostly needs no more than this
  return used_;
}

void FieldWriter::close(std::size_t mark) {
  if (full_) return;
  const std::size_t size = used_ - mark;
  const std::size_t more = varint_size(size) - 1;
  if (more > room_.size() - used_) {
    full_ = true;
    return;
  }
  std::memmove(room_.data() + mark + more, room_.data() + mark, size);
  used_ = mark - 1;
  varint(size);
  used_ += size;
}

}  // namespace etappe::codec
