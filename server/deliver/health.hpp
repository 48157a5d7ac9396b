#pragma once
// GET /healthz and /readyz: what a balancer and a supervisor ask. Alive is alive; ready means that an event
// would be taken. How far the store is behind is in the body and never in the status: the spool is there so
// that a store may be down.

#include <chrono>
#include <cstdint>
#include <functional>

#include "server/http/router.hpp"

namespace etappe::deliver {

struct StoreLag {
  std::uint64_t waiting_records = 0;    ///< durable and not stored yet
  std::chrono::milliseconds behind{0};  ///< age of the oldest of them
};

/// Called on io threads: they must not block.
struct Health {
  std::function<bool()> spool_accepts;
  std::function<StoreLag()> store_lag;
};

/// /healthz: 200. /readyz: 200 {"ready":true,"store":{"waiting_records":0,"behind_seconds":0.000}}, or 503
/// with "ready":false while the spool refuses.
void add_health_routes(http::Router& router, Health health);

}  // namespace etappe::deliver
