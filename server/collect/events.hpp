#pragma once
// POST /v1/events: HTTP around take_in() and a Sink; POST /v1/forget: the end of the id cookie, and an order
// to erase. Says which headers matter, answers only what is durable, counts everything it refuses.
// docs/collector.md is its page for people.

#include <functional>

#include "core/event/event.hpp"
#include "server/address/client.hpp"
#include "server/collect/day_visitor.hpp"
#include "server/collect/duplicates.hpp"
#include "server/collect/person.hpp"
#include "server/collect/sink.hpp"
#include "server/collect/site_snapshot.hpp"
#include "server/collect/withdrawals.hpp"
#include "server/http/router.hpp"
#include "server/live/board.hpp"
#include "server/observe/counters.hpp"

namespace etappe::collect {

/// What the endpoint needs. All of it outlives the server and the sink's last answer.
struct Ports {
  const SiteSnapshot& sites;
  Sink& sink;
  observe::Counters& counters;
  DuplicateWindow& duplicates;
  std::function<event::TimeMs()> now;  ///< the wall clock
  PersonSecret person_secret;
  const DayKeys& day_keys;  ///< for visitors without ids
  Withdrawals& withdrawals;
  live::Board& board;         ///< told what became of events, after their batch was answered
  address::Front front = {};  ///< the proxies between visitors and this listener
};

/// Adds POST and OPTIONS of /v1/events, and POST of /v1/forget.
///
/// Counters: etappe_batches_total{format}, etappe_batches_refused_total{reason,site},
/// etappe_events_accepted_total{site}, etappe_events_duplicate_total{site},
/// etappe_events_rejected_total{reason,site}, etappe_id_cookies_total{action}. A refused request to
/// /v1/forget counts as a batch. `site` is empty until the sender has been admitted to one, so that outside
/// text never becomes a label.
void add_event_routes(http::Router& router, Ports ports);

}  // namespace etappe::collect
