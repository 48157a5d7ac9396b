#include "server/deliver/shelf.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace etappe::deliver {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxFileBytes = 8u << 20;

/// FNV-1a over the bytes and their number: it tells versions of our own files apart, nothing more.
std::string etag_of(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  std::array<char, 48> text{};
  const int length = std::snprintf(text.data(), text.size(), "\"%016llx-%zx\"",
                                   static_cast<unsigned long long>(hash), bytes.size());
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<Form> read_form(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  std::string etag = etag_of(bytes);
  return Form{std::move(bytes), std::move(etag)};
}

bool is_compressed_form(std::string_view name) { return name.ends_with(".br") || name.ends_with(".gz"); }

}  // namespace

std::vector<Shelf::Entry> Shelf::list() const {
  std::vector<Entry> entries;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder_, problem)) {
    std::error_code unreadable;
    if (!entry.is_regular_file(unreadable) || entry.file_size(unreadable) > kMaxFileBytes) continue;
    entries.push_back(
        {entry.path().filename().string(), entry.file_size(unreadable), entry.last_write_time(unreadable)});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

void Shelf::refresh() {
  const std::lock_guard refreshing(refreshing_);
  std::vector<Entry> entries = list();
  if (entries == seen_) return;
  auto files = std::make_shared<Files>();
  for (const Entry& entry : entries) {
    if (is_compressed_form(entry.name)) continue;
    auto identity = read_form(folder_ / entry.name);
    if (!identity) continue;
    auto file = std::make_shared<File>();
    file->identity = std::move(*identity);
    file->br = read_form(folder_ / (entry.name + ".br"));
    file->gzip = read_form(folder_ / (entry.name + ".gz"));
    files->emplace(entry.name, std::move(file));
  }
  seen_ = std::move(entries);
  const std::lock_guard lock(mutex_);
  files_ = std::move(files);
}

std::shared_ptr<const File> Shelf::find(std::string_view name) const {
  std::shared_ptr<const Files> files;
  {
    const std::lock_guard lock(mutex_);
    files = files_;
  }
  const auto found = files->find(std::string(name));
  return found == files->end() ? nullptr : found->second;
}

}  // namespace etappe::deliver
