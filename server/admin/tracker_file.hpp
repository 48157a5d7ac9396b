#pragma once
// The file that the pages of one site load, put together from what the build leaves (share/etappe) and what
// the site has set. Where it is written, under which names and in which forms, is publish.hpp's business.
//
//   tracker_full.js         for full containers, with the same places as
//   tracker.js              with the places "__ETAPPE_CONFIG__", "__ETAPPE_LISTENERS__" and
//   "__ETAPPE_CONSENT__", quotes
//                           included
//   listeners/<name>.js     one function expression each
//   consent/<name>.js       likewise: by what the page hears of decisions
//   assets.json             {"engine": "engine.<hash>.js", "listeners": ["links", …], "consent": ["tcf", …]}

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "server/admin/publish_error.hpp"
#include "server/admin/sites.hpp"

namespace etappe::admin {

struct Listener {
  std::string name;
  std::string expression;  ///< JavaScript
};

struct TrackerAssets {
  std::string script;            ///< the loader and its module
  std::string engine_path;       ///< "/a/engine.<hash>.js", for pages that refuse WebAssembly
  std::vector<Listener> listeners = {};  ///< in the order of assets.json
  std::vector<Listener> consent = {};    ///< likewise
  std::string full_script = {};  ///< the same with the module for full containers; empty: the build has none
};
/// A build without listeners or consent modules names none in assets.json and has no place for them.
[[nodiscard]] Result<TrackerAssets, PublishError> read_assets(const std::filesystem::path& assets);
[[nodiscard]] KnownListeners known_listeners(const TrackerAssets& assets);

/// The tracker file of one site; the stub where the site has switched its tracker off. Listeners stand in the
/// order of assets.json, so that the same choice gives the same bytes; `linker` comes with link_domains,
/// the consent module `banner` with a banner.
/// Pure. bad_assets, unknown_listener.
[[nodiscard]] Result<std::string, PublishError> tracker_file(const TrackerAssets& assets, const Site& site,
                                                             const Container& container);

/// What a page gets whose site is switched off: calls are taken and forgotten, those that wait in the
/// snippet's queue too; `ready` runs its function, as it does where no grant is known. It leaves a tracker of
/// another site on the page alone.
[[nodiscard]] std::string_view stub_file();

}  // namespace etappe::admin
