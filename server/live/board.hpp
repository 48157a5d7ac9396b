#pragma once
// The board: what the collecting side has just seen of each site, in memory and bounded. It answers "is
// anything arriving, and if not, what is?" (docs/live-check.md) and is gone with the process.
//
// It keeps no address, no id and no query; hosts and paths are those of the site's own pages after redaction.
// A site takes about 30 KB, whatever arrives: rings and tallies of fixed size. Noting takes one short lock
// and copies what fits; it happens after an acknowledgement, never before.

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/live/seen.hpp"

namespace etappe::live {

/// Keys of the sites that own `host` when the site `asked` is not one of them. Called rarely, on any thread.
using Owners = std::function<std::vector<std::string>(std::string_view asked, std::string_view host)>;

/// Thread-safe; nothing here blocks on anything but its lock. Site keys are those of sites that exist; beyond
/// kMostSites the one that was quiet longest is forgotten.
class Board {
 public:
  static constexpr std::size_t kMostSites = 1000;

  /// `now` is the wall clock.
  Board(std::function<event::TimeMs()> now, Owners owners);
  ~Board();
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  /// Events that are on disk.
  void kept(std::string_view site, std::span<const SeenEvent> events);
  /// An event that was not kept while its batch was, or none of it. `reason` is a static text.
  void rejected(std::string_view site, std::string_view reason);
  /// A whole batch; `reason` is a static text, `origin` the header's value.
  void refused(std::string_view site, std::string_view reason, std::string_view origin);
  /// The site's tracker file was fetched from a page; `referer` is the header's value.
  void script_fetched(std::string_view site, std::string_view referer);
  /// A tracker file that is none: noted for the sites that own the page's host.
  void unknown_script(std::string_view key, std::string_view referer);
  /// A page has reported. Sets the report's time and host.
  void checked(std::string_view site, CheckReport report, std::string_view referer);

  /// What was seen at or after `since`; the minutes whatever `since` is. A site without a note is all empty.
  [[nodiscard]] Seen since(std::string_view site, event::TimeMs since) const;

 private:
  struct Record;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  Record& record(std::string_view site, event::TimeMs at);
  void wrong_script(std::string_view asked, std::string_view host, event::TimeMs at);

  const std::function<event::TimeMs()> now_;
  const Owners owners_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<Record>, Hash, std::equal_to<>> records_;
};

}  // namespace etappe::live
