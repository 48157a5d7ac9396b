#pragma once
// The log: what an administrator reads when something is wrong. Lines on stderr, times in UTC.
//
// It never holds a visitor's address, an id, or the text of an event: callers write what happened and how
// often, and addresses of peers stay in the http room. It is not an access log; Etappe keeps none.

#include <cstdint>
#include <memory>
#include <string_view>

namespace etappe::observe {

enum class Level : std::uint8_t { debug, info, warning, error };

/// Thread-safe. One object per process, made by the composition root and lent to the rooms.
class Log {
 public:
  /// Lines below `least` are dropped.
  explicit Log(Level least);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// `room` says who speaks ("spool"), `message` is one sentence; control characters in it become spaces, so
  /// that outside text cannot forge a line.
  void write(Level level, std::string_view room, std::string_view message);
  void debug(std::string_view room, std::string_view message) { write(Level::debug, room, message); }
  void info(std::string_view room, std::string_view message) { write(Level::info, room, message); }
  void warning(std::string_view room, std::string_view message) { write(Level::warning, room, message); }
  void error(std::string_view room, std::string_view message) { write(Level::error, room, message); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace etappe::observe
