#include "server/deliver/health.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <utility>

namespace etappe::deliver {

void add_health_routes(http::Router& router, Health health) {
  router.add("GET", "/healthz", [](const http::Request&, http::Responder respond) {
    respond({200, {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}}, "ok\n"});
  });
  router.add("GET", "/readyz", [health = std::move(health)](const http::Request&, http::Responder respond) {
    const bool ready = health.spool_accepts();
    const StoreLag lag = health.store_lag();
    std::array<char, 160> body{};
    const int length = std::snprintf(
        body.data(), body.size(), R"({"ready":%s,"store":{"waiting_records":%llu,"behind_seconds":%.3f}})",
        ready ? "true" : "false", static_cast<unsigned long long>(lag.waiting_records),
        std::chrono::duration<double>(lag.behind).count());
    http::Reply reply;
    reply.status = ready ? 200 : 503;
    reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    if (!ready) reply.headers.push_back({"Retry-After", "2"});
    reply.body.assign(body.data(), static_cast<std::size_t>(length));
    respond(std::move(reply));
  });
}

}  // namespace etappe::deliver
