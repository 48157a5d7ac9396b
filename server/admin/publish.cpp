#include "server/admin/publish.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "server/admin/compress.hpp"
#include "server/admin/pinned.hpp"
#include "server/admin/read_file.hpp"
#include "server/admin/replace_file.hpp"
#include "server/admin/secrets.hpp"
#include "server/admin/tracker_file.hpp"
#include "server/artefact/sites.hpp"

namespace etappe::admin {
namespace {

namespace fs = std::filesystem;

constexpr std::array kForms{"", ".br", ".gz"};

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

/// The forms of one file as they are served.
struct Forms {
  std::string plain;
  std::string br;
  std::string gz;
};

bool are_there(const fs::path& file) {
  std::error_code ignored;
  return std::ranges::all_of(kForms,
                             [&](const char* form) { return fs::exists(file.string() + form, ignored); });
}

/// The plain file is last: it is what says that the others are there, so an interrupted run is repeated.
bool write_forms(const fs::path& file, const Forms& forms) {
  return replace_file(file.string() + ".br", forms.br, 0644) &&
         replace_file(file.string() + ".gz", forms.gz, 0644) && replace_file(file, forms.plain, 0644);
}

/// A stub is never pinned: a page that pins it could not be switched on again.
enum class Pin : std::uint8_t { none, keep };

enum class Written : std::uint8_t { nothing, something };

/// Writes t/<key>.js and its pinned version, and notes since when the former one is replaced.
Result<Written, PublishError> write_tracker(const fs::path& folder, const std::string& key,
                                            std::string script, Pin pin, Time now) {
  const fs::path file = folder / (key + ".js");
  const fs::path pinned = folder / pinned_name(key, script);
  const auto former = read_file(file);
  // Compression at its highest setting is slow; what has not changed is left alone.
  if (former == script && are_there(file) && (pin == Pin::none || are_there(pinned))) return Written::nothing;
  auto br = brotli(script);
  auto gz = gzip(script);
  if (!br || !gz) return fail(PublishError::compression);
  const Forms forms{std::move(script), *std::move(br), *std::move(gz)};
  if (former && former != forms.plain && !mark_replaced(folder / pinned_name(key, *former), now))
    return fail(PublishError::disk);
  if (pin == Pin::keep && !are_there(pinned) && !write_forms(pinned, forms)) return fail(PublishError::disk);
  if (!write_forms(file, forms)) return fail(PublishError::disk);
  return Written::something;
}

/// Writes the site's file for regions where another policy holds. It is never pinned.
Result<Written, PublishError> write_variant(const fs::path& file, std::string script) {
  if (read_file(file) == script && are_there(file)) return Written::nothing;
  auto br = brotli(script);
  auto gz = gzip(script);
  if (!br || !gz) return fail(PublishError::compression);
  if (!write_forms(file, {std::move(script), *std::move(br), *std::move(gz)}))
    return fail(PublishError::disk);
  return Written::something;
}

/// The signature is written last, and whenever a tracker file was: it is what a running collector watches.
Result<void, PublishError> write_table(const fs::path& published, const std::vector<artefact::Site>& sites,
                                       std::string_view secret_key, Written trackers) {
  const std::string text = artefact::to_text(sites);
  const std::string signature = sign(text, secret_key);
  if (signature.empty()) return fail(PublishError::missing_key);
  if (trackers == Written::nothing && read_file(published / artefact::kTableFile) == text &&
      read_file(published / artefact::kSignatureFile) == signature)
    return {};
  if (!replace_file(published / artefact::kTableFile, text, 0644) ||
      !replace_file(published / artefact::kSignatureFile, signature, 0644))
    return fail(PublishError::disk);
  return {};
}

/// Every policy that holds somewhere, the strictest first.
std::set<consent::Policy> policies_of(const PrivacyOptions& privacy) {
  std::set<consent::Policy> all{privacy.policy};
  for (const consent::RegionPolicy& one : privacy.regions) all.insert(one.policy);
  return all;
}

std::vector<artefact::Site> table_of(const std::vector<Site>& sites, const std::vector<Token>& tokens) {
  std::vector<artefact::Site> table;
  for (const Site& site : sites) {
    artefact::Site entry{.key = site.key,
                         .name = site.name,
                         .domains = site.domains,
                         .policy = site.privacy.policy,
                         .require_origin = site.require_origin,
                         .allow_null_origin = site.allow_null_origin,
                         .ingest_token_hashes = {},
                         .id = site.id,
                         .redact = joined_rules(site.tracker),
                         .id_cookie = site.tracker.id_cookie == IdCookie::server ? artefact::IdCookie::server
                                                                                 : artefact::IdCookie::script,
                         .withdrawal = site.privacy.erase_on_withdrawal ? artefact::Withdrawal::erases
                                                                        : artefact::Withdrawal::stops,
                         .regions = site.privacy.regions,
                         .own_addresses = site.privacy.own_addresses,
                         .retention_months = site.privacy.retention_months,
                         .consent_version = site.privacy.version};
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

Result<void, PublishError> publish(Sites& sites, Tokens& tokens, const fs::path& data, const fs::path& assets,
                                   Time now) {
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
  Written trackers = Written::nothing;
  for (const Site& listed : *all) {
    const auto container = sites.container(listed.key);
    if (!container) return fail(PublishError::database);
    // The file that anybody gets, pinned ones too, has the strictest policy that holds somewhere.
    Site site = listed;
    const auto policies = policies_of(listed.privacy);
    site.privacy.policy = *policies.begin();
    auto script = tracker_file(*tracker, site, *container);
    if (!script) return fail(script.error());
    const std::string pinned = pinned_name(site.key, *script);
    const Pin pin = site.tracker.enabled ? Pin::keep : Pin::none;
    const auto written = write_tracker(published / "t", site.key, *std::move(script), pin, now);
    if (!written) return fail(written.error());
    if (*written == Written::something) trackers = Written::something;
    std::set<std::string> names = kept_versions(published / "t", site.key, pinned, now);
    names.insert({site.key + ".js", pinned});
    for (const consent::Policy policy : policies) {
      if (policy == *policies.begin() || !site.tracker.enabled) continue;
      Site there = listed;
      there.privacy.policy = policy;
      auto variant = tracker_file(*tracker, there, *container);
      if (!variant) return fail(variant.error());
      const std::string name = artefact::variant_file(site.key, policy);
      const auto done = write_variant(published / "t" / name, *std::move(variant));
      if (!done) return fail(done.error());
      if (*done == Written::something) trackers = Written::something;
      names.insert(name);
    }
    for (const std::string& name : names)
      for (const char* form : kForms) wanted.insert(name + form);
  }
  if (const auto written = write_table(published, table_of(*all, *all_tokens), *secret_key, trackers);
      !written)
    return written;
  delete_others(published / "t", wanted);
  return {};
}

}  // namespace etappe::admin
