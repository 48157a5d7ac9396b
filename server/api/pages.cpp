#include "server/api/pages.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

namespace etappe::api {
namespace {

constexpr std::string_view kStart = "index.html";

std::string_view type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes{
      {{".html", "text/html; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".svg", "image/svg+xml"},
       {".woff2", "font/woff2"},
       {".txt", "text/plain; charset=utf-8"}}};
  for (const auto& [ending, type] : kTypes)
    if (name.ends_with(ending)) return type;
  return "application/octet-stream";
}

/// FNV-1a: tells one build's file from another's; nobody else chooses the bytes.
std::string etag_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::string tag = "\"";
  for (int shift = 60; shift >= 0; shift -= 4) tag.push_back("0123456789abcdef"[(hash >> shift) & 15U]);
  return tag + "\"";
}

}  // namespace

Pages::Pages(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!entry.is_regular_file(error)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const std::string name = entry.path().filename().string();
    std::string etag = etag_of(bytes);
    files_.emplace(name, File{std::move(bytes), std::string(type_of(name)), std::move(etag)});
  }
}

std::optional<http::Reply> Pages::serve(std::string_view path, std::string_view if_none_match) const {
  if (!path.starts_with('/')) return std::nullopt;
  const std::string_view name = path == "/" ? kStart : path.substr(1);
  const auto found = files_.find(name);
  if (found == files_.end()) return std::nullopt;
  const File& file = found->second;
  http::Reply reply;
  reply.headers = {{"Content-Type", file.type},
                   {"ETag", file.etag},
                   {"Cache-Control", name == kStart ? "no-cache" : "public, max-age=31536000, immutable"}};
  if (if_none_match.find(file.etag) != std::string_view::npos) {
    reply.status = 304;
    return reply;
  }
  reply.body = file.bytes;
  return reply;
}

}  // namespace etappe::api
