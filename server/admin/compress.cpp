#include "server/admin/compress.hpp"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>

#include <cstdint>

namespace etappe::admin {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with a gzip header

bool unbrotlis_to(const std::string& packed, std::string_view bytes) {
  std::string back(bytes.size() + 1, '\0');
  std::size_t size = back.size();
  return BrotliDecoderDecompress(packed.size(), reinterpret_cast<const std::uint8_t*>(packed.data()), &size,
                                 reinterpret_cast<std::uint8_t*>(back.data())) ==
             BROTLI_DECODER_RESULT_SUCCESS &&
         std::string_view(back).substr(0, size) == bytes;
}

bool gunzips_to(std::string packed, std::string_view bytes) {
  std::string back(bytes.size() + 1, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return false;
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(back.data());
  stream.avail_out = static_cast<uInt>(back.size());
  const int code = inflate(&stream, Z_FINISH);
  const std::size_t size = stream.total_out;
  inflateEnd(&stream);
  return code == Z_STREAM_END && std::string_view(back).substr(0, size) == bytes;
}

}  // namespace

std::optional<std::string> brotli(std::string_view bytes) {
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  std::string packed(size, '\0');
  if (BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_TEXT, bytes.size(),
                            reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                            reinterpret_cast<std::uint8_t*>(packed.data())) != BROTLI_TRUE)
    return std::nullopt;
  packed.resize(size);
  if (!unbrotlis_to(packed, bytes)) return std::nullopt;
  return packed;
}

std::optional<std::string> gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    return std::nullopt;
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  std::string input(bytes);  // zlib's interface takes a pointer to non-const
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int code = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END || !gunzips_to(packed, bytes)) return std::nullopt;
  return packed;
}

}  // namespace etappe::admin
