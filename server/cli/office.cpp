#include "server/cli/office.hpp"

#include "server/admin/tracker_file.hpp"
#include "server/cli/complain.hpp"

namespace etappe::cli {

admin::Time now() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<Office, int> Office::open(const Place& place) {
  auto settings = place.settings();
  if (!settings) return fail(settings.error());
  const DataFolder folder{settings->data};
  std::error_code ignored;
  if (!std::filesystem::exists(folder.database(), ignored))
    return fail(
        complain("data_missing", folder.database().string() + " is not there; run `etappe init DIR`"));
  return open_or_make(*std::move(settings));
}

Result<Office, int> Office::open_or_make(config::Settings settings) {
  const DataFolder folder{settings.data};
  auto database = admin::Database::open(folder.database());
  if (!database) return fail(complain(database.error(), folder.database().string()));
  return Office(std::move(settings), *std::move(database));
}

admin::KnownListeners Office::known_listeners() const {
  const auto assets = admin::read_assets(assets_folder(settings_));
  return assets ? admin::known_listeners(*assets) : admin::KnownListeners{};
}

int Office::note(std::string_view action, std::string_view subject, std::string_view actor) {
  const auto added = audit().add({now(), std::string(actor), std::string(action), std::string(subject)});
  return added ? kFine : complain(added.error(), folder().database().string());
}

int Office::publish() {
  auto all_sites = sites();
  auto all_tokens = tokens();
  const auto assets = assets_folder(settings_);
  const auto published = admin::publish(all_sites, all_tokens, settings_.data, assets, now());
  return published ? kFine : complain(published.error(), assets.string());
}

}  // namespace etappe::cli
