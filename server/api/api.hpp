#pragma once
// The admin listener: GET / and its files, /api/v1/…, /api/openapi.json, /metrics. HTTP around the pure
// functions of this room and around report::run(); docs/openapi.json is its contract.
//
//   io threads   answer files and metrics from memory, refuse by address, and hand everything else on
//   accounts     two threads for the database and for password hashes
//   checks       two threads that wait for the pages of installation checks
//   reports      threads that wait for the engine; when their queue is full the answer is 503 `busy`
//
// It speaks no TLS and knows no SQLite. It never says why a login failed.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "server/api/checks.hpp"
#include "server/api/gate.hpp"
#include "server/api/installation.hpp"
#include "server/api/pages.hpp"
#include "server/api/ports.hpp"
#include "server/api/throttle.hpp"
#include "server/api/workers.hpp"
#include "server/http/message.hpp"
#include "server/observe/counters.hpp"
#include "server/probe/fetcher.hpp"
#include "server/report/source.hpp"

namespace etappe::api {

struct Options {
  Transport transport = Transport::plain_loopback;
  std::filesystem::path pages;     ///< the dashboard's folder
  unsigned report_threads = 3;     ///< reports that wait for the engine at the same time
  std::size_t longest_queue = 32;  ///< requests that wait for a thread, per kind
};

enum class Flushed : std::uint8_t { done, timed_out };

/// All of it outlives the Api. `flush` blocks until everything acknowledged before the call can be queried;
/// `now` is the clock. Both are called on worker threads.
struct World {
  Accounts& accounts;
  Sites& sites;
  report::Source& source;
  observe::Counters& counters;
  std::function<Flushed()> flush;
  std::function<std::chrono::sys_seconds()> now;
  Live& live;
  Journal& journal;
  probe::Fetcher& pages;
  Rights& rights;
};

/// Outlives the server whose handler it is. Destroying it waits for the requests in progress.
/// Counters: etappe_api_refused_total{reason}, etappe_reports_total{report}, etappe_checks_total{trouble}.
class Api {
 public:
  Api(Options options, World world);

  /// For http::Server; thread-safe, does not block. Every reply carries the security headers.
  void handle(http::Request request, http::Responder respond);

 private:
  using Work = http::Reply (Api::*)(const http::Request&);
  struct Route;
  [[nodiscard]] const Route* route_of(std::string_view path, std::string_view method) const;
  void hand_on(Workers& workers, Work work, http::Request request, http::Responder respond);

  http::Reply login(const http::Request& request);
  http::Reply logout(const http::Request& request);
  http::Reply me(const http::Request& request);
  http::Reply sites(const http::Request& request);
  http::Reply change_tracker(const http::Request& request);
  http::Reply report(const http::Request& request);
  http::Reply live(const http::Request& request);
  http::Reply check(const http::Request& request);
  http::Reply subject(const http::Request& request);
  http::Reply erasures(const http::Request& request);
  http::Reply erase(const http::Request& request);
  http::Reply flush(const http::Request& request);
  http::Reply metrics(const http::Request& request);

  struct Inquiry;
  /// Who asks about whom, if they may; it is written down before anything is looked at.
  [[nodiscard]] Result<Inquiry, Refusal> inquiry(const http::Request& request, std::string_view action);

  /// The sites that a caller may see.
  [[nodiscard]] std::vector<report::Site> sites_for(const Caller& caller) const;
  [[nodiscard]] diagnosis::Verdict verdict_on(const report::Site& site, const std::vector<report::Site>& all,
                                              const live::Seen& seen, std::string_view token,
                                              const probe::Page* page) const;
  [[nodiscard]] probe::Wanted wanted_on(const report::Site& site) const;

  [[nodiscard]] http::Reply refuse(const Refusal& refusal) const;
  [[nodiscard]] http::Reply refuse(Reason reason) const;

  const Options options_;
  World world_;
  const Pages pages_;
  Throttle throttle_;
  Checks checks_under_way_;
  Workers accounts_;
  Workers checks_;
  Workers reports_;
};

/// docs/openapi.json, built into the program.
[[nodiscard]] std::string_view openapi_document();

}  // namespace etappe::api
