#include "server/collect/events.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "core/codec/batch.hpp"
#include "core/url/url.hpp"
#include "server/address/client.hpp"
#include "server/collect/admission.hpp"
#include "server/collect/id_cookie.hpp"
#include "server/collect/intake.hpp"
#include "server/collect/refusal.hpp"

namespace etappe::collect {

namespace {

constexpr std::string_view kPath = "/v1/events";
constexpr std::string_view kForgetPath = "/v1/forget";
constexpr std::string_view kRetryAfterSeconds = "2";
constexpr std::string_view kRetryOrderAfterSeconds = "60";
constexpr std::string_view kPreflightSeconds = "3600";
constexpr std::array<std::string_view, 3> kContentTypes = {"application/x-etappe", "application/json",
                                                           "text/plain"};

/// Whether the answer lists what became of each event.
enum class Answer : std::uint8_t { plain, detailed };

/// The type without its parameters. A body without a type is judged by its first byte alone: sendBeacon with
/// bare bytes has none.
bool is_known_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (type.empty()) return true;
  for (const std::string_view known : kContentTypes) {
    if (url::equal_ignoring_case(type, known)) return true;
  }
  return false;
}

void allow_origin(http::Reply& reply, std::string_view origin) {
  if (origin.empty()) return;
  reply.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  reply.headers.push_back({"Access-Control-Allow-Credentials", "true"});
  reply.headers.push_back({"Access-Control-Expose-Headers", "Retry-After"});
}

/// A proxy may add a header of its own behind the one that a visitor has sent.
std::string all_of_header(const http::Request& request, std::string_view name) {
  std::string all;
  for (const http::Header& header : request.headers)
    if (header.name == name) all += (all.empty() ? "" : ",") + std::string(header.value);
  return all;
}

std::string to_json(const std::vector<Rejected>& rejected) {
  std::string json = "[";
  for (const Rejected& one : rejected) {
    if (json.size() > 1) json += ',';
    json += "{\"index\":" + std::to_string(one.index) + ",\"reason\":\"" + std::string(one.reason) + "\"}";
  }
  return json += ']';
}

/// What the reply to a request depends on, kept until the disk has answered.
struct Pending {
  std::string origin;
  Answer answer = Answer::plain;
  Intake intake;
  std::size_t duplicates = 0;
  std::string set_cookie;             ///< empty: none
  std::vector<live::SeenEvent> seen;  ///< of the same events, for the board
};

class Endpoint : public std::enable_shared_from_this<Endpoint> {
 public:
  explicit Endpoint(Ports ports) : ports_(std::move(ports)) {}

  void post(const http::Request& request, http::Responder respond) {
    const std::string_view origin = request.header("origin");
    const std::string_view encoding = request.header("content-encoding");
    if (!encoding.empty() && !url::equal_ignoring_case(encoding, "identity")) {
      return respond(refuse({Refusal::unsupported_encoding, {}, {}, {}}, origin));
    }
    if (!is_known_type(request.header("content-type"))) {
      return respond(refuse({Refusal::unsupported_type, {}, {}, {}}, origin));
    }
    const auto body = std::as_bytes(std::span(request.body));
    const bool binary = !body.empty() && body[0] == std::byte{codec::kMagic};
    ports_.counters.add("etappe_batches_total", binary ? R"(format="binary")" : R"(format="json")");

    const auto table = ports_.sites.get();
    const bool is_fresh = url::find_param(request.query, "id") == "new";
    const auto signal =
        request.header("sec-gpc") == "1" ? consent::PrivacyControl::global : consent::PrivacyControl::absent;
    const std::string region =
        address::region_of(request.peer, request.header(ports_.front.region_header), ports_.front);
    const std::string forwarded = all_of_header(request, "x-forwarded-for");
    const Arrival arrival{.received_at = ports_.now(),
                          .origin = origin,
                          .authorization = request.header("authorization"),
                          .user_agent = request.header("user-agent"),
                          .host = request.header("host"),
                          .cookie = request.header("cookie"),
                          .id_wish = is_fresh ? IdWish::fresh : IdWish::known,
                          .address = address::client_of(request.peer, forwarded, ports_.front.trusted),
                          .region = region,
                          .privacy_control = signal,
                          .day_key = ports_.day_keys.get().key,
                          .withdrawals = &ports_.withdrawals};
    auto taken = take_in(body, arrival, *table, ports_.person_secret);
    if (!taken) return respond(refuse(taken.error(), origin));

    auto pending = std::make_shared<Pending>();
    pending->origin = origin;
    pending->answer = url::find_param(request.query, "detail") == "1" ? Answer::detailed : Answer::plain;
    pending->intake = std::move(*taken);
    if (const IdCookie& id = pending->intake.id_cookie; id.use == IdCookie::Use::set) {
      // A path that no browser would send the cookie to is no reason to lose a batch.
      const auto path = cookie_path(request.query);
      if (path) pending->set_cookie = cookie_with(pending->intake.site, id.visitor, *path, origin);
    }
    leave_out_duplicates(*pending);
    if (pending->intake.records.empty()) return respond(accepted(*pending));

    // A std::function must be copyable, a responder is not.
    auto responder = std::make_shared<http::Responder>(std::move(respond));
    std::vector<Record> records = std::exchange(pending->intake.records, {});
    pending->seen = live::seen_in(records);
    ports_.sink.append(std::move(records), [self = shared_from_this(), pending, responder](Kept kept) {
      (*responder)(self->settle(*pending, kept));
      if (kept == Kept::durable) self->ports_.board.kept(pending->intake.site, pending->seen);
    });
  }

  void forget(const http::Request& request, http::Responder respond) {
    const std::string_view origin = request.header("origin");
    const auto table = ports_.sites.get();
    const std::string_view site_key = url::find_param(request.query, "site").value_or(std::string_view());
    const auto admitted = admit(*table, site_key, origin, {});
    if (!admitted) return respond(refuse({admitted.error(), {}, {}, {}}, origin));
    if (origin.empty()) return respond(refuse({Refusal::origin_refused, {}, {}, {}}, origin));
    http::Reply reply = empty_reply(origin);
    // Also where the site lets the script keep the id by now: an older cookie may still be there.
    const auto path = cookie_path(request.query);
    if (path && shares_site(*admitted->site, origin, request.header("host"))) {
      reply.headers.push_back({"Set-Cookie", expired_cookie(site_key, *path, origin)});
      count_cookie("forgotten");
    }
    std::vector<std::string> visitors = withdrawing(request, site_key);
    if (visitors.empty() || admitted->site->withdrawal == artefact::Withdrawal::stops)
      return respond(std::move(reply));
    // A std::function must be copyable, a responder is not.
    struct Visit {
      http::Responder respond;
      http::Reply reply;
      std::string site, origin;
    };
    auto visit = std::make_shared<Visit>(
        Visit{std::move(respond), std::move(reply), admitted->site->key, std::string(origin)});
    ports_.withdrawals.order(admitted->site->id, std::move(visitors),
                             [self = shared_from_this(), visit](Ordered ordered, const std::string& receipt) {
                               visit->respond(self->reply_to_order(ordered, receipt, std::move(visit->reply),
                                                                   visit->site, visit->origin));
                             });
  }

  void preflight(const http::Request& request, http::Responder respond) {
    const std::string_view origin = request.header("origin");
    if (origin.empty() || !origin_known(*ports_.sites.get(), origin)) {
      return respond(refuse({Refusal::origin_refused, {}, {}, {}}, origin));
    }
    http::Reply reply;
    reply.status = 204;
    reply.headers = {{"Vary", "Origin"},
                     {"Access-Control-Allow-Methods", "POST"},
                     {"Access-Control-Allow-Headers", "Content-Type, Authorization"},
                     {"Access-Control-Max-Age", std::string(kPreflightSeconds)}};
    allow_origin(reply, origin);
    respond(std::move(reply));
  }

 private:
  /// The ids of a visitor who withdraws: what the page sends, and the cookie that it cannot read. A page that
  /// sends none means the cookie alone, as after a reset: its visitor goes, the data stays.
  static std::vector<std::string> withdrawing(const http::Request& request, std::string_view site_key) {
    if (!is_cookie_id(request.body)) return {};
    std::vector<std::string> visitors{request.body};
    const std::string_view kept = id_in(request.header("cookie"), site_key);
    if (!kept.empty() && kept != request.body) visitors.emplace_back(kept);
    return visitors;
  }

  /// Runs where the order was written down. `reply` is that of a page that is forgotten.
  http::Reply reply_to_order(Ordered ordered, const std::string& receipt, http::Reply reply,
                             const std::string& site, const std::string& origin) {
    switch (ordered) {
      case Ordered::written:
        reply.status = 200;
        reply.headers.push_back({"Content-Type", "application/json"});
        reply.body = "{\"receipt\":\"" + receipt + "\"}";
        return reply;
      case Ordered::busy: return refuse({Refusal::busy, site, {}, site}, origin);
      case Ordered::too_many: return refuse({Refusal::too_many_orders, site, {}, site}, origin);
      case Ordered::failed: break;
    }
    return refuse({Refusal::storage_failed, site, {}, site}, origin);
  }

  /// Runs where the sink says so, mostly on the spool's writer thread.
  http::Reply settle(const Pending& pending, Kept kept) {
    if (kept == Kept::durable) {
      ports_.duplicates.remember(pending.intake.site, pending.intake.ids);
      return accepted(pending);
    }
    const Refusal refusal = kept == Kept::busy ? Refusal::busy : Refusal::storage_failed;
    return refuse({refusal, pending.intake.site, {}, pending.intake.site}, pending.origin);
  }

  void leave_out_duplicates(Pending& pending) {
    Intake& intake = pending.intake;
    const std::vector<bool> known = ports_.duplicates.known(intake.site, intake.ids);
    std::vector<Record> records;
    std::vector<event::Uuid> ids;
    for (std::size_t i = 0; i < intake.ids.size(); ++i) {
      if (known[i]) continue;
      records.push_back(std::move(intake.records[i]));
      ids.push_back(intake.ids[i]);
    }
    pending.duplicates = intake.ids.size() - ids.size();
    intake.records = std::move(records);
    intake.ids = std::move(ids);
  }

  http::Reply accepted(const Pending& pending) {
    const Intake& intake = pending.intake;
    const std::string site = observe::label("site", intake.site);
    if (!intake.ids.empty()) ports_.counters.add("etappe_events_accepted_total", site, intake.ids.size());
    if (pending.duplicates > 0)
      ports_.counters.add("etappe_events_duplicate_total", site, pending.duplicates);
    count_rejected(intake.rejected, intake.site);

    http::Reply reply = empty_reply(pending.origin);
    if (!pending.set_cookie.empty()) {
      reply.headers.push_back({"Set-Cookie", pending.set_cookie});
      count_cookie("set");
    }
    if (intake.id_cookie.use == IdCookie::Use::used) count_cookie("used");
    if (pending.answer == Answer::detailed) {
      reply.status = 200;
      reply.headers.push_back({"Content-Type", "application/json"});
      reply.body = "{\"accepted\":" + std::to_string(intake.ids.size()) +
                   ",\"duplicate\":" + std::to_string(pending.duplicates) +
                   ",\"rejected\":" + to_json(intake.rejected) + "}";
    }
    return reply;
  }

  static http::Reply empty_reply(std::string_view origin) {
    http::Reply reply;
    reply.status = 204;
    reply.headers = {{"Vary", "Origin"}, {"Cache-Control", "no-store"}};
    allow_origin(reply, origin);
    return reply;
  }

  void count_cookie(std::string_view action) {
    ports_.counters.add("etappe_id_cookies_total", observe::label("action", action));
  }

  http::Reply refuse(const Refused& refused, std::string_view origin) {
    const std::string site = observe::label("site", refused.site);
    ports_.counters.add("etappe_batches_refused_total",
                        observe::label("reason", name_of(refused.refusal)) + "," + site);
    count_rejected(refused.rejected, refused.site);
    if (!refused.meant.empty()) ports_.board.refused(refused.meant, name_of(refused.refusal), origin);

    http::Reply reply = http::problem(status_of(refused.refusal), name_of(refused.refusal));
    if (refused.refusal == Refusal::no_valid_event) {
      reply.body.pop_back();
      reply.body += ",\"rejected\":" + to_json(refused.rejected) + "}";
    }
    reply.headers.push_back({"Vary", "Origin"});
    if (status_of(refused.refusal) == 429)
      reply.headers.push_back({"Retry-After", std::string(kRetryOrderAfterSeconds)});
    if (status_of(refused.refusal) == 503)
      reply.headers.push_back({"Retry-After", std::string(kRetryAfterSeconds)});
    if (status_of(refused.refusal) == 401) reply.headers.push_back({"WWW-Authenticate", "Bearer"});
    // Only a page of the site may read why: the origin has been checked once the site is known.
    if (!refused.site.empty()) allow_origin(reply, origin);
    return reply;
  }

  void count_rejected(const std::vector<Rejected>& rejected, const std::string& site) {
    for (const Rejected& one : rejected) {
      ports_.counters.add("etappe_events_rejected_total",
                          observe::label("reason", one.reason) + "," + observe::label("site", site));
      ports_.board.rejected(site, one.reason);
    }
  }

  Ports ports_;
};

}  // namespace

void add_event_routes(http::Router& router, Ports ports) {
  const auto endpoint = std::make_shared<Endpoint>(std::move(ports));
  router.add("POST", std::string(kPath), [endpoint](http::Request request, http::Responder respond) {
    endpoint->post(request, std::move(respond));
  });
  router.add("POST", std::string(kForgetPath), [endpoint](http::Request request, http::Responder respond) {
    endpoint->forget(request, std::move(respond));
  });
  router.add("OPTIONS", std::string(kPath), [endpoint](http::Request request, http::Responder respond) {
    endpoint->preflight(request, std::move(respond));
  });
}

}  // namespace etappe::collect
