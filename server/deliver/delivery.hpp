#pragma once
// The files that pages fetch: GET /t/<site-key>.js, the tracker with its site's options and container;
// GET /t/<site-key>.<hash>.js, one version of it that never changes; and GET /a/<name>.<hash>.js, the assets
// that belong to it. All come from memory; who publishes calls refresh().

#include <filesystem>
#include <functional>
#include <string_view>

#include "server/deliver/shelf.hpp"
#include "server/http/router.hpp"
#include "server/live/board.hpp"
#include "server/observe/counters.hpp"

namespace etappe::deliver {

/// Outlives the server whose router it was added to.
class Delivery {
 public:
  /// `scripts` is DATA/published/t, `assets` the folder `a` of the assets. Reads both.
  /// `board` is told who fetched which script, and what pages report of themselves; `fetched(key, request)`
  /// of every fetch of one that is not pinned, on the io threads.
  using Fetched = std::function<void(std::string_view, const http::Request&)>;
  /// `variant(key, request)` names the file of the visitor's region, "<key>~cookieless.js"; empty: the site's
  /// own.
  using Variant = std::function<std::string(std::string_view, const http::Request&)>;
  Delivery(std::filesystem::path scripts, std::filesystem::path assets, observe::Counters& counters,
           live::Board& board, Fetched fetched = {}, Variant variant = {});

  /// Picks up what was published since. Blocks on the disk: not for io threads. Thread-safe.
  void refresh();

  /// Adds GET of /t/ and /a/ (HEAD follows). 404 `not_found` for whatever is not on the shelves; 304 by ETag.
  /// A script that is asked for with a check report (server/live/check_report.hpp) is answered with an empty
  /// one: the page runs it already. Counters: etappe_scripts_total{site}, etappe_check_reports_total{site}.
  void add_routes(http::Router& router);

  /// What the site's published script does. A script that tracks carries its site's key in its configuration;
  /// the one of a site that is switched off does not. Thread-safe, from memory.
  [[nodiscard]] live::Published published(std::string_view site_key) const;

 private:
  /// How long and by whom a file may be kept.
  enum class Lifetime : std::uint8_t { short_and_private, immutable };
  void serve(const Shelf& shelf, std::string_view name, Lifetime lifetime, const http::Request& request,
             http::Responder respond) const;
  void script(http::Request request, http::Responder respond) const;

  Shelf scripts_;
  Shelf assets_;
  observe::Counters& counters_;
  live::Board& board_;
  Fetched fetched_;
  Variant variant_;
};

}  // namespace etappe::deliver
