#include "server/feed/ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

namespace etappe::feed {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string text_of(const Manifest& manifest) {
  using namespace std::chrono;
  return Json{{"segment", manifest.segment},
              {"first", manifest.first},
              {"last", manifest.last},
              {"enrich_version", manifest.enrich_version},
              {"table", manifest.table},
              {"written_at", duration_cast<milliseconds>(manifest.written_at.time_since_epoch()).count()}}
      .dump();
}

std::optional<Manifest> read_manifest(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Json json = Json::parse(text, nullptr, false);
  const auto number = [&](const char* key) { return json.contains(key) && json[key].is_number_integer(); };
  if (!json.is_object() || !number("first") || !number("last") || !number("enrich_version") ||
      !number("written_at") || !json.contains("segment") || !json["segment"].is_string() ||
      !json.contains("table") || !json["table"].is_string())
    return std::nullopt;
  Manifest manifest;
  manifest.segment = json["segment"];
  manifest.first = json["first"];
  manifest.last = json["last"];
  manifest.enrich_version = json["enrich_version"];
  manifest.table = json["table"];
  manifest.written_at = std::chrono::system_clock::time_point(
      std::chrono::milliseconds(json["written_at"].get<std::int64_t>()));
  if (manifest.first > manifest.last) return std::nullopt;
  return manifest;
}

bool sync_path(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = fsync(descriptor) == 0;
  return close(descriptor) == 0 && synced;
}

/// Whole or not at all: another name first, synced, then renamed, then the folder synced.
bool write_durably(const fs::path& file, const std::string& text) {
  const fs::path temporary = file.string() + ".new";
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) return false;
  }
  if (!sync_path(temporary, O_WRONLY)) return false;
  std::error_code error;
  fs::rename(temporary, file, error);
  return !error && sync_path(file.parent_path(), O_RDONLY | O_DIRECTORY);
}

}  // namespace

std::string Manifest::token() const {
  return table + ':' + segment + ':' + std::to_string(first) + '-' + std::to_string(last) + ":v" +
         std::to_string(enrich_version);
}

fs::path Ledger::file_of(const Manifest& manifest, std::string_view state) const {
  return folder_ / (manifest.segment + '.' + std::to_string(manifest.first) + '.' + std::string(state));
}

Result<Ledger, LedgerError> Ledger::open(fs::path folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(LedgerError::cannot_write);
  Ledger ledger(std::move(folder));
  std::vector<fs::path> outdated;
  fs::directory_iterator files(ledger.folder_, error);
  if (error) return fail(LedgerError::cannot_read);
  for (const fs::directory_entry& entry : files) {
    const fs::path& file = entry.path();
    if (file.extension() == ".new") outdated.push_back(file);  // a manifest that never was
    if (file.extension() != ".open" && file.extension() != ".done") continue;
    const auto manifest = read_manifest(file);
    if (!manifest) return fail(LedgerError::bad_manifest);
    const auto known = ledger.newest_.find(manifest->segment);
    if (known != ledger.newest_.end() && known->second.first > manifest->first) {
      outdated.push_back(file);
      continue;
    }
    if (known != ledger.newest_.end()) {
      outdated.push_back(ledger.file_of(known->second, "open"));
      outdated.push_back(ledger.file_of(known->second, "done"));
    }
    ledger.done_[manifest->segment] = file.extension() == ".done";
    ledger.newest_[manifest->segment] = *manifest;
  }
  for (const fs::path& file : outdated) fs::remove(file, error);
  return ledger;
}

std::optional<Manifest> Ledger::unfinished() const {
  for (const auto& [segment, manifest] : newest_)
    if (!done_.at(segment)) return manifest;
  return std::nullopt;
}

std::uint32_t Ledger::settled(const std::string& segment) const {
  const auto found = newest_.find(segment);
  if (found == newest_.end()) return 0;
  return done_.at(segment) ? found->second.last + 1 : found->second.first;
}

Result<void, LedgerError> Ledger::begin(const Manifest& manifest) {
  assert(manifest.first == settled(manifest.segment) && manifest.first <= manifest.last);
  if (!write_durably(file_of(manifest, "open"), text_of(manifest))) return fail(LedgerError::cannot_write);
  std::error_code ignored;
  if (const auto before = newest_.find(manifest.segment); before != newest_.end())
    fs::remove(file_of(before->second, "done"), ignored);
  newest_[manifest.segment] = manifest;
  done_[manifest.segment] = false;
  return {};
}

void Ledger::finish(const std::string& segment) {
  const Manifest& manifest = newest_.at(segment);
  std::error_code ignored;
  fs::rename(file_of(manifest, "open"), file_of(manifest, "done"), ignored);
  done_[segment] = true;
}

void Ledger::forget(const std::string& segment) {
  const auto found = newest_.find(segment);
  if (found == newest_.end()) return;
  std::error_code ignored;
  fs::remove(file_of(found->second, "open"), ignored);
  fs::remove(file_of(found->second, "done"), ignored);
  newest_.erase(found);
  done_.erase(segment);
}

}  // namespace etappe::feed
