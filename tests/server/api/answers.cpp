// A running admin listener over the ports in memory, for tests in other languages. Prints its address as one
// line of JSON and ends when its standard input does.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/api/api.hpp"
#include "server/http/server.hpp"
#include "tests/server/api/fakes.hpp"

int main(int argc, char** argv) {
  using namespace etappe;
  using namespace std::chrono_literals;
  api::testing::MemoryAccounts accounts;
  api::testing::MemorySites sites;
  api::testing::ScriptedSource source;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--empty") source.empty = true;
    if (std::string_view(argv[i]) == "--away")
      source.error = static_cast<int>(report::SourceError::unreachable);
  }
  observe::Counters counters;
  const std::chrono::sys_seconds now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 13h + 32min +
                                     5s};
  api::testing::MemoryLive live;
  live.seen = api::testing::shop_seen();
  api::testing::MemoryJournal journal;
  api::testing::OnePage page;
  api::testing::MemoryRights rights;
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--away") rights.error = api::RightsError::store_away;
  api::Api api({}, {accounts, sites, source, counters, [] { return api::Flushed::done; },
                    [now] { return now; }, live, journal, page, rights});
  http::Options options;
  options.listen = {"127.0.0.1:0"};
  options.name = "admin";
  auto server = http::Server::start(options, [&api](http::Request request, http::Responder respond) {
    api.handle(std::move(request), std::move(respond));
  });
  if (!server) return 1;
  std::cout << nlohmann::json{{"address", (*server)->endpoints().front()},
                              {"password", api::testing::kPassword}}
                   .dump()
            << std::endl;
  while (std::getchar() != EOF) {
  }
  (*server)->stop(1s);
  return 0;
}
