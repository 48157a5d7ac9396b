#include "server/admin/publish.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "server/admin/compress.hpp"
#include "server/admin/replace_file.hpp"
#include "server/admin/secrets.hpp"
#include "server/artefact/sites.hpp"

namespace etappe::admin {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kPlace = "__ETAPPE_CONFIG__";

std::optional<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return bytes;
}

/// Held while a process publishes: two of them must not write tables of different ages over each other.
class PublishLock {
 public:
  explicit PublishLock(const fs::path& published)
      : descriptor_(::open((published / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    held_ = descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) == 0;
  }
  ~PublishLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  PublishLock(const PublishLock&) = delete;
  PublishLock& operator=(const PublishLock&) = delete;
  [[nodiscard]] bool held() const { return held_; }

 private:
  int descriptor_;
  bool held_ = false;
};

std::string base64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();
  return text;
}

/// The configuration as a JavaScript expression: JSON in ASCII, without '<', so that it is inert wherever the
/// file may be pasted.
std::string config_literal(const TrackerAssets& assets, const Site& site, const Container& container) {
  const json config{{"site", site.key},
                    {"policy", "block"},
                    {"session_minutes", site.session_minutes},
                    {"container", base64(container.compiled)},
                    {"engine", assets.engine_path},
                    {"version", container.version}};
  std::string literal;
  for (const char c : config.dump(-1, ' ', true, json::error_handler_t::replace)) {
    if (c == '<')
      literal += "\\u003c";
    else
      literal += c;
  }
  return literal;
}

Result<void, PublishError> write_tracker(const fs::path& file, const std::string& script) {
  const fs::path br = file.string() + ".br";
  const fs::path gz = file.string() + ".gz";
  std::error_code ignored;
  // Compression at its highest setting is slow; what has not changed is left alone.
  if (read_file(file) == script && fs::exists(br, ignored) && fs::exists(gz, ignored)) return {};
  const auto packed_br = brotli(script);
  const auto packed_gz = gzip(script);
  if (!packed_br || !packed_gz) return fail(PublishError::compression);
  // The plain file is last: it is what the check above looks at, so an interrupted run is repeated.
  if (!replace_file(br, *packed_br, 0644) || !replace_file(gz, *packed_gz, 0644) ||
      !replace_file(file, script, 0644))
    return fail(PublishError::disk);
  return {};
}

Result<void, PublishError> write_table(const fs::path& published, const std::vector<artefact::Site>& sites,
                                       std::string_view secret_key) {
  const std::string text = artefact::to_text(sites);
  const std::string signature = sign(text, secret_key);
  if (signature.empty()) return fail(PublishError::missing_key);
  if (read_file(published / artefact::kTableFile) == text &&
      read_file(published / artefact::kSignatureFile) == signature)
    return {};
  if (!replace_file(published / artefact::kTableFile, text, 0644) ||
      !replace_file(published / artefact::kSignatureFile, signature, 0644))
    return fail(PublishError::disk);
  return {};
}

std::vector<artefact::Site> table_of(const std::vector<Site>& sites, const std::vector<Token>& tokens) {
  std::vector<artefact::Site> table;
  for (const Site& site : sites) {
    artefact::Site entry{.key = site.key,
                         .name = site.name,
                         .domains = site.domains,
                         .policy = site.policy,
                         .require_origin = site.require_origin,
                         .allow_null_origin = site.allow_null_origin,
                         .ingest_token_hashes = {},
                         .id = site.id};
    for (const Token& token : tokens)
      if (token.scope != Scope::read && (token.site.empty() || token.site == site.id))
        entry.ingest_token_hashes.push_back(token.hash);
    table.push_back(std::move(entry));
  }
  return table;
}

void delete_others(const fs::path& folder, const std::set<std::string>& wanted) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (!wanted.contains(entry.path().filename().string())) fs::remove(entry.path(), ignored);
}

}  // namespace

std::string_view name_of(PublishError error) {
  switch (error) {
    case PublishError::database: return "publish_database";
    case PublishError::missing_assets: return "publish_missing_assets";
    case PublishError::bad_assets: return "publish_bad_assets";
    case PublishError::missing_key: return "publish_missing_key";
    case PublishError::compression: return "publish_compression";
    case PublishError::disk: return "publish_disk";
  }
  return "publish_disk";
}

Result<TrackerAssets, PublishError> read_assets(const fs::path& assets) {
  auto script = read_file(assets / "tracker.js");
  const auto list = read_file(assets / "assets.json");
  if (!script || !list) return fail(PublishError::missing_assets);
  const json names = json::parse(*list, nullptr, false);
  if (!names.is_object() || !names.contains("engine") || !names["engine"].is_string())
    return fail(PublishError::bad_assets);
  const std::string engine = names["engine"].get<std::string>();
  if (engine.find('/') != std::string::npos) return fail(PublishError::bad_assets);
  std::error_code ignored;
  if (!fs::is_regular_file(assets / "a" / engine, ignored)) return fail(PublishError::missing_assets);
  return TrackerAssets{*std::move(script), "/a/" + engine};
}

Result<std::string, PublishError> tracker_file(const TrackerAssets& assets, const Site& site,
                                               const Container& container) {
  const std::string& script = assets.script;
  const std::size_t place = script.find(kPlace);
  if (place == std::string::npos || place == 0 || place + kPlace.size() >= script.size())
    return fail(PublishError::bad_assets);
  const char quote = script[place - 1];
  const bool quoted =
      (quote == '"' || quote == '\'' || quote == '`') && script[place + kPlace.size()] == quote;
  if (!quoted || script.find(kPlace, place + 1) != std::string::npos) return fail(PublishError::bad_assets);
  return script.substr(0, place - 1) + config_literal(assets, site, container) +
         script.substr(place + kPlace.size() + 1);
}

Result<void, PublishError> ensure_signing_keys(const fs::path& data) {
  std::error_code error;
  const fs::path folder = data / "keys";
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return fail(PublishError::disk);
  if (fs::exists(folder / "publish.secret", error) && fs::exists(folder / "publish.public", error)) return {};
  const SigningKeys keys = random_signing_keys();
  if (!replace_file(folder / "publish.secret", keys.secret_hex, 0600) ||
      !replace_file(folder / "publish.public", keys.public_hex, 0644))
    return fail(PublishError::disk);
  return {};
}

Result<std::string, PublishError> public_key(const fs::path& data) {
  auto key = read_file(data / "keys" / "publish.public");
  if (!key) return fail(PublishError::missing_key);
  return *std::move(key);
}

Result<void, PublishError> publish(Sites& sites, Tokens& tokens, const fs::path& data,
                                   const fs::path& assets) {
  const auto tracker = read_assets(assets);
  if (!tracker) return fail(tracker.error());
  const auto secret_key = read_file(data / "keys" / "publish.secret");
  if (!secret_key) return fail(PublishError::missing_key);
  const fs::path published = data / "published";
  std::error_code error;
  fs::create_directories(published / "t", error);
  if (error) return fail(PublishError::disk);
  const PublishLock lock(published);
  if (!lock.held()) return fail(PublishError::disk);

  const auto all = sites.list();
  const auto all_tokens = tokens.list();
  if (!all || !all_tokens) return fail(PublishError::database);
  std::set<std::string> wanted;
  for (const Site& site : *all) {
    const auto container = sites.container(site.key);
    if (!container) return fail(PublishError::database);
    const auto script = tracker_file(*tracker, site, *container);
    if (!script) return fail(script.error());
    const std::string name = site.key + ".js";
    if (const auto written = write_tracker(published / "t" / name, *script); !written) return written;
    for (const char* ending : {"", ".br", ".gz"}) wanted.insert(name + ending);
  }
  if (const auto written = write_table(published, table_of(*all, *all_tokens), *secret_key); !written)
    return written;
  delete_others(published / "t", wanted);
  return {};
}

}  // namespace etappe::admin
