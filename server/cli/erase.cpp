// etappe erase: orders the erasure of one person's data, and says what became of orders.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "server/cli/admin_door.hpp"
#include "server/cli/backroom.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/data_subject.hpp"
#include "server/cli/erase_ports.hpp"
#include "server/cli/reading.hpp"
#include "server/cli/subject_options.hpp"
#include "server/erase/carrier.hpp"
#include "server/erase/tombstones.hpp"
#include "server/store/erasure.hpp"

namespace etappe::cli {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::ordered_json;

/// A mutation of a large store takes a while; the order stands whatever happens here.
constexpr auto kPatience = 10min;
constexpr auto kGlance = 100ms;

struct Options : SubjectOptions {
  std::string receipt;
  bool list = false;
  bool apply_tombstones = false;
};

int print(const erase::Order& order) {
  std::printf("%s\n", erase::receipt_json(order).c_str());
  if (order.state >= erase::State::erased) return kFine;
  return complain("still_open", "order " + order.receipt +
                                    " is written down and not carried out yet; ask again with --receipt");
}

Result<std::vector<erase::Order>, int> all_orders(Office& office) {
  const auto secret = admin::ensure_person_secret(office.folder().path);
  if (!secret) return fail(complain(secret.error(), office.folder().path.string()));
  auto orders = erase::Journal::read(office.folder().erasure(), *secret);
  if (!orders) return fail(complain(erase::name_of(orders.error()), office.folder().erasure().string()));
  return std::move(*orders);
}

Result<erase::Order, int> order_of(Office& office, const std::string& receipt) {
  const auto orders = all_orders(office);
  if (!orders) return fail(orders.error());
  for (const erase::Order& order : *orders)
    if (order.receipt == receipt) return order;
  return fail(complain("unknown_receipt", "`" + receipt + "`: no order has this receipt"));
}

int list_orders(Office& office) {
  const auto orders = all_orders(office);
  if (!orders) return orders.error();
  for (const erase::Order& order : *orders) std::printf("%s\n", erase::receipt_json(order).c_str());
  return kFine;
}

/// Through the `serve` that works on the data.
int erase_there(Office& office, const Meant& meant, const Options& options) {
  json wish{{"purpose", "etappe erase"}};
  wish[options.person.empty() ? "visitor" : "person"] =
      options.person.empty() ? options.visitor : options.person;
  const auto answer = ask_serve(office, meant.site, "/sites/" + meant.site.key + "/erasures",
                                wish.dump(-1, ' ', false, json::error_handler_t::replace));
  if (!answer) return answer.error();
  const json body = json::parse(answer->body, nullptr, false);
  if (!body.is_object()) return complain("bad_answer", "`etappe serve` is of another version; restart it");
  if (answer->status != 202) return complain(body.value("reason", "bad_answer"), body.value("detail", ""));
  const std::string receipt = body.value("receipt", "");
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto order = order_of(office, receipt);
    if (!order) return order.error();
    if (order->state >= erase::State::erased || std::chrono::steady_clock::now() > end) return print(*order);
    std::this_thread::sleep_for(kGlance);
  }
}

/// With an engine of our own: what carries orders out.
class Workshop {
 public:
  Workshop(Backroom& room, erase::Journal& journal, const DataFolder& data, const erase::Secret& secret)
      : withdrawn_(secret),
        mutations_(room.client()),
        erasure_(mutations_),
        waiting_(room.feeder(), room.spool(), data.spool()),
        // Nobody collects meanwhile: there is no company to wait for.
        carrier_(journal, withdrawn_, erasure_, waiting_, counters_, secret, 0s),
        journal_(journal) {}

  [[nodiscard]] erase::Store& store() { return erasure_; }
  /// Works until the order is carried out or something is in the way.
  [[nodiscard]] std::optional<erase::Order> carry_out(const std::string& receipt) {
    for (;;) {
      const auto step = carrier_.step(erasing_now());
      auto order = journal_.find(receipt);
      if (!order || order->state >= erase::State::erased || step == erase::Carrier::Step::failed)
        return order;
    }
  }

 private:
  observe::Counters counters_;
  erase::Withdrawn withdrawn_;
  store::Mutations mutations_;
  store::Erasure erasure_;
  SpoolWaiting waiting_;
  erase::Carrier carrier_;
  erase::Journal& journal_;
};

Result<std::unique_ptr<erase::Journal>, int> open_journal(Office& office, const erase::Secret& secret) {
  auto journal = erase::Journal::open(office.folder().erasure(), secret);
  if (!journal)
    return fail(
        complain(erase::name_of(journal.error()), office.folder().erasure().string() + ": cannot be used"));
  return *std::move(journal);
}

/// Prints a receipt for every wish.
int carry_out(Office& office, Workshop& workshop, erase::Journal& journal,
              const std::vector<erase::Wish>& wishes) {
  const auto receipts = journal.add(wishes, erasing_now());
  if (!receipts) return complain(erase::name_of(receipts.error()), office.folder().erasure().string());
  int code = kFine;
  for (const std::string& receipt : *receipts) {
    const auto order = workshop.carry_out(receipt);
    if (!order || print(*order) != kFine) code = kFailed;
  }
  return code;
}

int erase_here(Office& office, Backroom& room, const Meant& meant) {
  const auto journal = open_journal(office, meant.secret);
  if (!journal) return journal.error();
  Workshop workshop(room, **journal, office.folder(), meant.secret);
  return carry_out(office, workshop, **journal,
                   {{meant.site.id, {meant.subject}, erase::Reason::erase_command}});
}

int apply_tombstones(Office& office) {
  if (DataLock::holder(office.folder().lock()))
    return complain("data_in_use",
                    "stop `etappe serve` first: nobody may collect while a restore is cleaned");
  const auto sites = office.sites().list();
  if (!sites) return complain(sites.error(), office.folder().database().string());
  if (sites->empty()) return kFine;
  const auto secret = admin::ensure_person_secret(office.folder().path);
  if (!secret) return complain(secret.error(), office.folder().path.string());
  const auto room = Backroom::open(office, sites->front());
  if (!room) return room.error();
  if ((*room)->is_served()) return complain("data_in_use", "`etappe serve` has just been started");
  const auto journal = open_journal(office, *secret);
  if (!journal) return journal.error();
  Workshop workshop(**room, **journal, office.folder(), *secret);
  const auto wishes = erase::restored(workshop.store(), (*journal)->orders(), *secret);
  if (!wishes) return complain("engine_unavailable", "the store does not answer as it should");
  if (const int code = office.note("subject.apply_tombstones", std::to_string(wishes->size()) + " sites");
      code != kFine)
    return code;
  return carry_out(office, workshop, **journal, *wishes);
}

int run_erase(Office& office, const Options& options) {
  const bool is_order = !options.site.empty() || !options.visitor.empty() || !options.person.empty();
  if (int(is_order) + int(!options.receipt.empty()) + int(options.list) + int(options.apply_tombstones) != 1)
    return bad_usage("usage",
                     "name --site KEY with --visitor ID or --person ID, or --receipt ID, or --list, or "
                     "--apply-tombstones");
  if (options.list) return list_orders(office);
  if (options.apply_tombstones) return apply_tombstones(office);
  if (!options.receipt.empty()) {
    const auto order = order_of(office, options.receipt);
    return order ? print(*order) : order.error();
  }
  const auto meant = subject_meant(office, options);
  if (!meant) return meant.error();
  if (DataLock::holder(office.folder().lock())) return erase_there(office, *meant, options);
  const auto room = Backroom::open(office, meant->site);
  if (!room) return room.error();
  if (const int code = office.note("subject.erase", named_in_audit(*meant)); code != kFine) return code;
  return erase_here(office, **room, *meant);
}

}  // namespace

void add_erase(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_office_command(app, options, action, "erase", "erase one person's data, with a receipt", run_erase);
  options->add_to(*command, SubjectOptions::Needed::sometimes);
  command->add_option("--receipt", options->receipt, "say what became of this order");
  command->add_flag("--apply-tombstones", options->apply_tombstones,
                    "after a restore: erase again whoever was erased, with a receipt a site");
  command->add_flag("--list", options->list, "all orders, a line each, the oldest first");
}

}  // namespace etappe::cli
