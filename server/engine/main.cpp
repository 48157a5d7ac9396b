// etappe-engine: hosts the embedded ClickHouse engine (libchdb.so) in a process of its own and answers
// ClickHouse's HTTP interface. `etappe serve` starts it as its child; `etappe engine` is the same program for
// people.
//
// A program of its own, because a query that eats the memory or a crash of the engine must not stop
// collection, and because the library cannot be loaded beside a sanitizer.

#include <sys/prctl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/engine/clickhouse_http.hpp"
#include "server/engine/exit_code.hpp"
#include "server/engine/host.hpp"
#include "server/http/server.hpp"

namespace etappe::engine {
namespace {

int stop_with(ExitCode code, const std::string& detail, const std::string& remedy) {
  const nlohmann::ordered_json line{{"error", name_of(code)}, {"detail", detail}, {"remedy", remedy}};
  std::fprintf(stderr, "%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return static_cast<int>(code);
}

std::string remedy_for(ExitCode code) {
  switch (code) {
    case ExitCode::library_missing: return "run `npm ci`, or name the file with --library";
    case ExitCode::library_unsuited: return "install the version in package-lock.json with `npm ci`";
    case ExitCode::folder_in_use: return "stop the other engine, or ask it through its socket";
    case ExitCode::folder_unusable: return "check owner, permissions and free space of the folder";
    case ExitCode::address_unusable: return "choose a free port with --listen, or stop what listens there";
    default: return "";
  }
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]:") || address.starts_with("localhost:");
}

/// Ends this process with its parent. The parent may be gone before the request takes effect: then end at
/// once.
bool bind_to_parent(pid_t parent) { return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent; }

http::Handler answer(Host& host, Door door) {
  return [&host, door](http::Request request, http::Responder respond) {
    auto question = read_request(std::move(request), door);
    if (!question) return respond(std::move(question.error()));
    const std::string format =
        question->statement.format.empty() ? question->format : question->statement.format;
    // std::function wants something it could copy; the responder cannot be.
    auto shared = std::make_shared<http::Responder>(std::move(respond));
    if (!host.ask(std::move(*question),
                  [shared, format](Outcome outcome) { (*shared)(write_reply(std::move(outcome), format)); }))
      (*shared)(busy_reply());
  };
}

int run(int argc, char** argv) {
  CLI::App app{"Hosts the embedded engine and answers ClickHouse's HTTP interface."};
  HostOptions options;
  std::string folder, library;
  std::vector<std::string> listen;
  bool read_only = false;
  pid_t parent = 0;
  app.add_option("--path", folder, "folder of the engine's tables, DATA/store")->required();
  app.add_option("--library", library, "libchdb.so")->required();
  app.add_option("--listen", listen, "unix:PATH or 127.0.0.1:PORT (0: any free one); may be repeated")
      ->required();
  app.add_flag("--read-only", read_only, "refuse everything that writes");
  app.add_option("--memory", options.memory_bytes,
                 "limit of all queries together, e.g. 2GiB (default: the engine's)")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--readers", options.readers, "questions answered at the same time")
      ->check(CLI::Range(1, 64));
  app.add_option("--child-of", parent, "process id of the parent: end with it, leave Ctrl-C to it");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  options.folder = folder;
  options.library = library;
  if (read_only) options.access = Access::read_only;
  for (const std::string& address : listen)
    if (!address.starts_with("unix:") && !is_loopback(address))
      return stop_with(ExitCode::usage, "--listen " + address + " is not a loopback address",
                       "listen on 127.0.0.1 and put a proxy that authenticates in front");
  if (parent != 0 && !bind_to_parent(parent))
    return stop_with(ExitCode::failed, "the parent process is gone", "");

  // Blocked before the first thread exists, so that every thread of the engine inherits it; main waits for
  // them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto host = Host::open(options);
  if (!host) return stop_with(host.error().code, host.error().detail, remedy_for(host.error().code));

  std::vector<std::unique_ptr<http::Server>> servers;
  for (const std::string& address : listen) {
    http::Options server;
    server.listen = {address};
    server.name = "engine";
    server.limits.head.max_bytes = 65536;
    server.limits.head.max_target_bytes = 60000;
    server.limits.max_body_bytes = 256u << 20;
    server.limits.max_bodies_bytes = std::size_t{1} << 30;
    server.limits.max_connections = 256;
    server.limits.max_connections_per_peer = 256;
    server.limits.idle_deadline = std::chrono::minutes(5);
    auto started = http::Server::start(
        std::move(server), answer(**host, address.starts_with("unix:") ? Door::unix_socket : Door::loopback));
    if (!started)
      return stop_with(ExitCode::address_unusable,
                       started.error().address + ": " + std::string(http::name_of(started.error().kind)),
                       remedy_for(ExitCode::address_unusable));
    servers.push_back(std::move(*started));
  }
  for (const auto& server : servers)
    for (const std::string& endpoint : server->endpoints())
      std::fprintf(stderr, "engine: ClickHouse %s answers on %s\n", (*host)->version().c_str(),
                   endpoint.c_str());

  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    // Ctrl-C reaches the whole group; a child stays until its parent has drained and says so.
    if (signal == SIGINT && parent != 0) continue;
    break;
  }
  std::vector<std::thread> stoppers;
  for (const auto& server : servers)
    stoppers.emplace_back([&server] { server->stop(std::chrono::seconds(10)); });
  for (std::thread& stopper : stoppers) stopper.join();
  return 0;
}

}  // namespace
}  // namespace etappe::engine

int main(int argc, char** argv) { return etappe::engine::run(argc, argv); }
