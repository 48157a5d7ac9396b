#pragma once
// libchdb.so as a C++ object: the only place that knows its C interface.
//
// The npm package carries no header, so the few functions in use are declared in chdb.cpp (reference: the
// public repository chdb-io/chdb, programs/local/chdb.h), looked up by name and accepted only from a tested
// version. It knows no HTTP. The library cannot be loaded into a process built with a sanitizer, nor unloaded
// again.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "server/engine/exit_code.hpp"

namespace etappe::engine {

/// Why the engine does not start: an exit code and words for a person.
struct StartFailure {
  ExitCode code = ExitCode::failed;
  std::string detail;
};

/// What one statement gave. `error` is the engine's own text ("Code: 60. DB::Exception: …") or empty.
struct Outcome {
  std::string body;
  std::string error;
  std::uint64_t read_rows = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_rows = 0;
  std::uint64_t written_bytes = 0;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;  ///< name → TSV-escaped text

class Library;

/// A session of its own: settings made here are seen nowhere else. Runs one statement at a time; use it from
/// one thread at a time. Opening and closing one costs about 0.1 ms while another one stays open.
class Session {
 public:
  Session(Session&&) noexcept = default;
  Session& operator=(Session&&) noexcept = default;

  [[nodiscard]] Outcome run(std::string_view sql, std::string_view format, const Parameters& parameters = {});

 private:
  friend class Library;
  struct Close {
    const Library* library;
    void operator()(void* connection) const;
  };
  Session(const Library& library, void* connection) : connection_(connection, Close{&library}) {}
  std::unique_ptr<void, Close> connection_;
};

/// The loaded library with the engine's folder. Keep one session open as long as the process needs the
/// engine: closing the last one shuts it down. Thread-safe.
class Library {
 public:
  /// Loads the library and looks its functions up (about a second). Its signal handlers are switched off.
  [[nodiscard]] static Result<std::unique_ptr<Library>, StartFailure> load(const std::filesystem::path& file);

  /// Where the rows are and how much memory all queries together may take; the first session starts the
  /// engine with them.
  struct Boot {
    std::filesystem::path folder;
    std::uint64_t memory_bytes = 0;
  };
  [[nodiscard]] Result<Session, StartFailure> connect(const Boot& boot) const;

  struct Functions;

 private:
  friend class Session;
  explicit Library(std::unique_ptr<const Functions> functions);

 public:
  ~Library();

 private:
  std::unique_ptr<const Functions> functions_;
};

/// Whether a version as `SELECT version()` gives it is within the range this host was tested with.
[[nodiscard]] bool is_supported(std::string_view version);
inline constexpr std::string_view kSupportedVersions = "26.5 or later within 26";

}  // namespace etappe::engine
