// etappe erase: orders the erasure of one person's data, and says what became of orders.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/cli/admin_door.hpp"
#include "server/cli/backroom.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/data_subject.hpp"
#include "server/cli/erase_ports.hpp"
#include "server/cli/reading.hpp"
#include "server/cli/subject_options.hpp"
#include "server/erase/carrier.hpp"
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

/// With an engine of our own.
int erase_here(Office& office, Backroom& room, const Meant& meant) {
  auto journal = erase::Journal::open(office.folder().erasure(), meant.secret);
  if (!journal)
    return complain(erase::name_of(journal.error()), office.folder().erasure().string() + ": cannot be used");
  const auto receipts =
      (*journal)->add({{meant.site.id, {meant.subject}, erase::Reason::erase_command}}, erasing_now());
  if (!receipts) return complain(erase::name_of(receipts.error()), office.folder().erasure().string());
  observe::Counters counters;
  erase::Withdrawn withdrawn(meant.secret);
  store::Erasure erasure(room.client());
  SpoolWaiting waiting(room.feeder(), room.spool(), office.folder().spool());
  // Nobody collects meanwhile: there is no company to wait for.
  erase::Carrier carrier(**journal, withdrawn, erasure, waiting, counters, meant.secret, 0s);
  using Step = erase::Carrier::Step;
  for (;;) {
    const Step step = carrier.step(erasing_now());
    const auto order = (*journal)->find(receipts->front());
    if (!order || order->state >= erase::State::erased || step == Step::failed)
      return order ? print(*order) : complain("unknown_receipt", receipts->front());
  }
}

int run_erase(Office& office, const Options& options) {
  const bool is_order = !options.site.empty() || !options.visitor.empty() || !options.person.empty();
  if (int(is_order) + int(!options.receipt.empty()) + int(options.list) != 1)
    return bad_usage("usage", "name --site KEY with --visitor ID or --person ID, or --receipt ID, or --list");
  if (options.list) return list_orders(office);
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
  command->add_flag("--list", options->list, "all orders, a line each, the oldest first");
}

}  // namespace etappe::cli
