// etappe serve: the composition root of the server. Builds every part, wires them, runs, drains.

#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/admin/person_secret.hpp"
#include "server/admin/read_file.hpp"
#include "server/admin/replace_file.hpp"
#include "server/api/api.hpp"
#include "server/artefact/sites.hpp"
#include "server/cli/api_ports.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/data_lock.hpp"
#include "server/cli/data_subject.hpp"
#include "server/cli/engine_child.hpp"
#include "server/cli/erase_ports.hpp"
#include "server/cli/live_ports.hpp"
#include "server/cli/load_keeper.hpp"
#include "server/cli/office.hpp"
#include "server/cli/ready_store.hpp"
#include "server/cli/spool_sink.hpp"
#include "server/collect/day_visitor.hpp"
#include "server/collect/events.hpp"
#include "server/deliver/delivery.hpp"
#include "server/deliver/health.hpp"
#include "server/enrich/resolver.hpp"
#include "server/erase/eraser.hpp"
#include "server/feed/feeder.hpp"
#include "server/http/server.hpp"
#include "server/probe/curl_fetcher.hpp"
#include "server/store/erasure.hpp"
#include "server/store/event_rows.hpp"
#include "server/store/old_rows.hpp"
#include "server/store/report_source.hpp"

namespace etappe::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Options {
  Place place;
  std::string listen;
  std::string admin_listen;
};

constexpr auto kPatience = 10s;  ///< for requests in progress, and for the engine, when draining
constexpr auto kFlush = 20s;     ///< what POST /api/v1/flush waits for the store at most

/// Blocked before the first thread, so that every thread inherits it and main alone waits for them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a full disk, not the end of the process
  return signals;
}

/// A collector holds many connections; the soft limit of a login shell is 1,024.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

observe::Level level_of(const std::string& name) {
  if (name == "debug") return observe::Level::debug;
  if (name == "warning") return observe::Level::warning;
  if (name == "error") return observe::Level::error;
  return observe::Level::info;
}

Result<config::Settings, int> settings_of(const Options& options) {
  auto settings = options.place.settings();
  if (!settings) return settings;
  if (!options.listen.empty()) settings->listen = options.listen;
  if (!options.admin_listen.empty()) settings->admin_listen = options.admin_listen;
  if (const auto checked = config::check(*settings); !checked) return fail(complain(checked.error()));
  return settings;
}

int say_in_use(const DataFolder& data) {
  const auto holder = DataLock::holder(data.lock());
  if (!holder)
    return complain("data_unusable", data.lock().string() + ": cannot be locked; check owner and rights");
  return complain("data_in_use", data.path.string() + " is used by process " + std::to_string(*holder) +
                                     "; stop it, or choose another folder");
}

int say_cannot_listen(const http::StartError& error) {
  if (error.kind == http::StartError::Kind::in_use)
    return complain("port_in_use", error.address +
                                       ": something listens there already; stop it, or choose another "
                                       "port with --listen or --admin-listen");
  return complain("address_" + std::string(http::name_of(error.kind)),
                  error.address + ": cannot be listened on; choose another with --listen or --admin-listen");
}

collect::DuplicateWindow::Key random_key() {
  collect::DuplicateWindow::Key key{};
  randombytes_buf(key.data(), key.size());
  return key;
}

event::TimeMs wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

address::Front front_of(const config::Settings& settings) {
  address::Front front{{}, settings.region_header};
  for (const std::string& text : settings.trusted_proxies)
    if (const auto range = address::Range::from(text)) front.trusted.push_back(*range);
  return front;
}

/// The file of a site for the region that a proxy has named.
deliver::Delivery::Variant variant_by(const collect::SiteSnapshot& sites, const address::Front& front) {
  return [&sites, &front](std::string_view key, const http::Request& request) {
    const auto table = sites.get();
    const artefact::Site* site = table->find(key);
    if (site == nullptr || site->regions.empty()) return std::string();
    const std::string region = address::region_of(request.peer, request.header(front.region_header), front);
    return artefact::variant_file(key, consent::policy_in(region, site->policy, site->regions));
  };
}

/// Runs on the eraser's thread.
std::function<int(std::string_view)> months_by(const collect::SiteSnapshot& sites) {
  return [&sites](std::string_view id) {
    const auto table = sites.get();
    const artefact::Site* site = table->find_id(id);
    return site == nullptr ? erase::kMostMonths : site->retention_months;
  };
}

/// The hash of the day needs its key again after a restart; a day that is over leaves nothing behind.
int turn_day(collect::DayKeys& keys, const DataFolder& data) {
  if (keys.turn(wall_clock()) == collect::DayKeys::Turn::same_day) return kFine;
  if (!admin::replace_file(data.day_key(), collect::to_text(keys.get()), 0600))
    return complain("data_unusable", data.day_key().string() + ": cannot be written");
  return kFine;
}

collect::DatedKey kept_day_key(const DataFolder& data) {
  const auto text = admin::read_file(data.day_key());
  return text ? collect::day_key_from(*text) : collect::DatedKey{};
}

/// Notices that another process has published. The signature file is written last.
class PublishedWatch {
 public:
  explicit PublishedWatch(fs::path published) : file_(std::move(published) / artefact::kSignatureFile) {
    static_cast<void>(changed());
  }
  [[nodiscard]] bool changed() {
    struct stat now {};
    if (::stat(file_.c_str(), &now) != 0) return false;
    const bool is_new = now.st_ino != seen_.st_ino || now.st_mtim.tv_sec != seen_.st_mtim.tv_sec ||
                        now.st_mtim.tv_nsec != seen_.st_mtim.tv_nsec;
    seen_ = now;
    return is_new;
  }

 private:
  fs::path file_;
  struct stat seen_ {};
};

/// Publishes what the database says. What was published before is good enough to go on collecting with.
Result<std::shared_ptr<const artefact::SiteTable>, int> published_sites(Office& office, observe::Log& log,
                                                                        std::string& public_key) {
  const DataFolder data = office.folder();
  if (const auto keys = admin::ensure_signing_keys(data.path); !keys)
    return fail(complain(keys.error(), data.path.string()));
  const auto key = admin::public_key(data.path);
  if (!key) return fail(complain(key.error(), data.path.string()));
  public_key = *key;
  const int published = office.publish();
  auto table = artefact::SiteTable::load(data.published(), public_key);
  if (!table) {
    if (published != kFine) return fail(published);
    return fail(complain(artefact::name_of(table.error()), data.published().string() + ": cannot be used"));
  }
  if (published != kFine) log.warning("admin", "serving what was published before");
  return *std::move(table);
}

Result<std::unique_ptr<spool::Spool>, int> open_spool(const config::Settings& settings, observe::Log& log) {
  const DataFolder data{settings.data};
  spool::Options options;
  options.folder = data.spool();
  options.max_bytes = settings.spool_max;
  auto spool = spool::Spool::open(options);
  if (!spool)
    return fail(complain("spool_" + std::string(spool::name_of(spool.error())),
                         data.spool().string() + ": cannot be used; check the disk, owner and rights"));
  const spool::Recovery found = (*spool)->recovery();
  if (found.segments != 0)
    log.info("spool", std::to_string(found.records) + " records wait in " + std::to_string(found.segments) +
                          " segments");
  if (found.cut_segments != 0 || found.unreadable_segments != 0)
    log.warning("spool", std::to_string(found.cut_bytes) + " bytes of unfinished records were cut, " +
                             std::to_string(found.unreadable_segments) + " segments are unreadable");
  return *std::move(spool);
}

/// Looked up whenever rows are made: a table that is published later counts from then on.
feed::SiteHosts hosts_of(const collect::SiteSnapshot& sites) {
  return [&sites](std::string_view id) {
    const auto table = sites.get();
    const artefact::Site* site = table->find_id(id);
    return site == nullptr ? std::vector<std::string>() : site->domains;
  };
}

void show_spool(const spool::Stats& stats, observe::Counters& counters) {
  counters.set("etappe_spool_bytes", "", static_cast<double>(stats.bytes));
  counters.set("etappe_spool_segments", "", static_cast<double>(stats.segments));
  counters.set("etappe_spool_abandoned_segments", "", static_cast<double>(stats.abandoned));
}

int write_endpoints(const DataFolder& data, const http::Server& public_server,
                    const http::Server& admin_server) {
  const nlohmann::ordered_json endpoints{{"public", public_server.endpoints().front()},
                                         {"admin", admin_server.endpoints().front()}};
  if (!admin::replace_file(data.endpoints(), endpoints.dump() + "\n", 0644))
    return complain("data_unusable", data.endpoints().string() + ": cannot be written");
  return kFine;
}

int serve(const Options& options) {
  const auto settings = settings_of(options);
  if (!settings) return settings.error();
  const DataFolder data{settings->data};
  std::error_code ignored;
  if (!fs::exists(data.database(), ignored))
    return complain("data_missing", data.database().string() + " is not there; run `etappe init DIR`");
  if (const int code = data.make(); code != kFine) return code;
  const auto lock = DataLock::take(data.lock());
  if (!lock) return say_in_use(data);
  fs::remove(data.endpoints(), ignored);

  const sigset_t signals = block_signals();
  raise_file_limit();
  if (sodium_init() < 0) return complain("no_randomness", "the kernel gives no random bytes");
  observe::Log log(level_of(settings->log));
  observe::Counters counters;

  auto office = Office::open_or_make(*settings);
  if (!office) return office.error();
  PublishedWatch watch(data.published());
  std::string public_key;
  auto table = published_sites(*office, log, public_key);
  if (!table) return table.error();

  const auto person_secret = admin::ensure_person_secret(data.path);
  if (!person_secret) return complain(person_secret.error(), data.path.string());
  const auto orders = erase::Journal::open(data.erasure(), *person_secret);
  if (!orders)
    return complain(erase::name_of(orders.error()),
                    data.erasure().string() + ": the orders of erasure cannot be read or written");
  erase::Withdrawn withdrawn(*person_secret);
  for (const erase::Order& order : (*orders)->orders()) withdrawn.add(order, erasing_now());

  collect::DayKeys day_keys([](collect::DayKey& key) { randombytes_buf(key.data(), key.size()); });
  day_keys.resume(kept_day_key(data), wall_clock());
  if (const int code = turn_day(day_keys, data); code != kFine) return code;

  // The engine is the first to start and the last to end. No thread exists before this line.
  EngineChild engine(engine_command(*settings), log, counters);
  engine.start(EngineChild::Clock::now());

  collect::DuplicateWindow duplicates(random_key());  // the spool answers into it until it is closed
  auto spool = open_spool(*settings, log);
  if (!spool) return spool.error();
  const auto resolver = enrich::Resolver::make();
  if (!resolver) return complain("bad_table", resolver.error().file + ": " + resolver.error().detail);
  collect::SiteSnapshot sites(*std::move(table));
  SpoolSink sink(**spool);

  store::Endpoint endpoint;
  endpoint.address = "unix:" + data.engine_socket().string();
  store::Client store(endpoint);
  Schema schema(store, log);
  store::EventRows event_rows(store);
  ReadyRows rows(schema, event_rows);
  store::ReportSource report_source(store);
  ReadySource reports(schema, report_source);
  feed::FeederOptions feeding;
  feeding.folder = data.feed();
  auto feeder = feed::Feeder::start(feeding, **spool, rows, *resolver, hosts_of(sites), counters);
  if (!feeder)
    return complain("feed_unusable",
                    data.feed().string() + ": cannot be used; check the disk, owner and rights");

  erase::Desk desk(**orders, withdrawn, counters, erasing_now);
  PageWithdrawals withdrawals(desk, withdrawn);
  store::Mutations mutations(store, ready_by(schema));
  store::Erasure erasure(mutations);
  SpoolWaiting waiting(**feeder, **spool, data.spool());
  erase::Carrier carrier(**orders, withdrawn, erasure, waiting, counters, *person_secret);
  store::OldRows old_rows(mutations);
  erase::Retention retention(old_rows, months_by(sites), **orders, counters);

  const fs::path assets = assets_folder(*settings);
  live::Board board(wall_clock, owners_of(sites));
  const address::Front front = front_of(*settings);
  LoadKeeper loads(store, schema, sites, front);
  deliver::Delivery delivery(
      data.published() / "t", assets / "a", counters, board,
      [&loads](std::string_view key, const http::Request& request) { loads.count(key, request); },
      variant_by(sites, front));

  http::Router public_routes;
  delivery.add_routes(public_routes);
  collect::add_event_routes(public_routes, {sites, sink, counters, duplicates, wall_clock, *person_secret,
                                            day_keys, withdrawals, board, front});
  deliver::add_health_routes(public_routes, {[&] { return (*spool)->accepts(); },
                                             [&] {
                                               const feed::Lag lag = (*feeder)->lag();
                                               return deliver::StoreLag{lag.records, lag.behind};
                                             }});

  DatabaseAccounts accounts(office->accounts(), office->tokens());
  DatabaseSites all_sites(*office);
  const auto flush = [&] {
    loads.write();
    const bool is_done = (*feeder)->flush(kFlush) == feed::Flushed::done;
    return is_done ? api::Flushed::done : api::Flushed::timed_out;
  };
  api::Options api_options;
  api_options.transport = settings->admin_proxy == config::AdminProxy::tls ? api::Transport::behind_tls
                                                                           : api::Transport::plain_loopback;
  api_options.pages = assets / "dashboard";
  OwnLive seen(board, delivery);
  DatabaseJournal journal(office->audit());
  probe::CurlFetcher pages(reach_of(*settings));
  store::SubjectRows subject_rows(store);
  StoredRights rights(subject_rows, **orders, desk, *person_secret,
                      [&] { return flush() == api::Flushed::done; });
  api::Api api(api_options,
               {accounts, all_sites, reports, counters, flush, now, seen, journal, pages, rights});

  http::Options public_options;
  public_options.listen = {settings->listen};
  public_options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
  public_options.counters = &counters;
  auto public_server = http::Server::start(public_options, public_routes);
  if (!public_server) return say_cannot_listen(public_server.error());
  http::Options admin_options;
  admin_options.listen = {settings->admin_listen};
  admin_options.name = "admin";
  admin_options.limits.head.no_length = http::NoLength::no_body;
  admin_options.counters = &counters;
  auto admin_server = http::Server::start(admin_options, [&](http::Request request, http::Responder respond) {
    api.handle(std::move(request), std::move(respond));
  });
  if (!admin_server) return say_cannot_listen(admin_server.error());

  if (const int code = write_endpoints(data, **public_server, **admin_server); code != kFine) return code;
  log.info("serve", "collector on http://" + (*public_server)->endpoints().front() +
                        ", dashboard on http://" + (*admin_server)->endpoints().front());

  erase::Eraser eraser(carrier, retention, log, erasing_now);
  bool stale = false;  // a table that was not whole yet is read again at the next turn
  for (;;) {
    const timespec second{1, 0};
    const int signal = sigtimedwait(&signals, nullptr, &second);
    if (signal == SIGTERM || signal == SIGINT) break;
    engine.tick(EngineChild::Clock::now());
    static_cast<void>(turn_day(day_keys, data));  // a key that could not be written down holds in memory
    show_spool((*spool)->stats(), counters);
    if (watch.changed() || stale) {
      auto fresh = artefact::SiteTable::load(data.published(), public_key);
      stale = !fresh;
      if (fresh) sites.replace(*std::move(fresh));
      delivery.refresh();
    }
  }

  // Draining, in the order of an event's life. Another signal ends the process at once: what was acknowledged
  // is on disk already.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  log.info("serve", "draining");
  fs::remove(data.endpoints(), ignored);
  (*public_server)->stop(kPatience);
  (*admin_server)->stop(kPatience);
  loads.stop();
  mutations.stop();
  eraser.stop();
  if ((*feeder)->flush(kPatience) != feed::Flushed::done)
    log.warning("feed", std::to_string((*feeder)->lag().records) +
                            " records are on disk and will be stored next time");
  (*feeder)->stop();
  (*spool)->close();
  engine.stop(kPatience);
  log.info("serve", "stopped");
  return kFine;
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("serve", "collect events, store them, answer reports");
  options->place.add_to(*command);
  command->add_option("--listen", options->listen,
                      "IP:PORT of the collector, instead of `listen`; port 0: any free one");
  command->add_option("--admin-listen", options->admin_listen,
                      "IP:PORT of dashboard and API, instead of `admin_listen`");
  command->callback([options, &action] { action = [options] { return serve(*options); }; });
}

}  // namespace etappe::cli
