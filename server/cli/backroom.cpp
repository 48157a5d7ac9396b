#include "server/cli/backroom.hpp"

#include "server/cli/admin_door.hpp"
#include "server/cli/complain.hpp"
#include "server/enrich/resolver.hpp"

namespace etappe::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kFlush = 60s;

}  // namespace

Result<std::unique_ptr<Backroom>, int> Backroom::open(Office& office, const admin::Site& site) {
  std::unique_ptr<Backroom> room(new Backroom);
  const DataFolder data = office.folder();
  const bool is_served = DataLock::holder(data.lock()).has_value();
  auto door = StoreDoor::open(office.settings());
  if (!door) return fail(door.error());
  room->door_ = *std::move(door);
  if (!is_served) {
    if (const int code = room->open_spool(office); code != kFine) return fail(code);
    return room;
  }
  const auto flushed = ask_serve(office, site, "/flush", "{}");
  if (!flushed) return fail(flushed.error());
  if (flushed->status != 204)
    return fail(complain("not_stored",
                         "`etappe serve` has rows on disk that the store does not take yet; its "
                         "log says why"));
  return room;
}

int Backroom::open_spool(Office& office) {
  const DataFolder data = office.folder();
  spool::Options options;
  options.folder = data.spool();
  options.max_bytes = office.settings().spool_max;
  auto spool = spool::Spool::open(options);
  if (!spool)
    return complain("spool_" + std::string(spool::name_of(spool.error())),
                    data.spool().string() + ": cannot be used; check the disk, owner and rights");
  spool_ = *std::move(spool);
  const auto resolver = enrich::Resolver::make();
  if (!resolver) return complain("bad_table", resolver.error().file + ": " + resolver.error().detail);
  const auto sites = office.sites().list();
  if (!sites) return complain(sites.error(), data.database().string());
  rows_ = std::make_unique<store::EventRows>(client());
  feed::FeederOptions feeding;
  feeding.folder = data.feed();
  auto hosts = [all = *sites](std::string_view id) {
    for (const admin::Site& one : all)
      if (one.id == id) return one.domains;
    return std::vector<std::string>();
  };
  auto feeder = feed::Feeder::start(feeding, *spool_, *rows_, *resolver, std::move(hosts), counters_);
  if (!feeder)
    return complain("feed_unusable",
                    data.feed().string() + ": cannot be used; check the disk, owner and rights");
  feeder_ = *std::move(feeder);
  if (feeder_->flush(kFlush) != feed::Flushed::done)
    return complain("not_stored",
                    "there are rows on disk that the store does not take; the lines above say why");
  return kFine;
}

Backroom::~Backroom() {
  if (feeder_) feeder_->stop();
  if (spool_) spool_->close();
}

}  // namespace etappe::cli
