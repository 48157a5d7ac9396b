#pragma once
// How `etappe-engine` ends, for whoever started it. Codes from 10 on cannot be cured by starting it again.
//
// Before it exits with anything but `fine` it writes one JSON object as the last line of stderr:
//   {"error":"library_missing","detail":"…","remedy":"…"}

#include <string_view>

namespace etappe::engine {

enum class ExitCode : int {
  fine = 0,
  failed = 1,
  usage = 2,
  library_missing = 10,   ///< no libchdb.so at that path, or it cannot be loaded
  library_unsuited = 11,  ///< another library, or a version outside the tested range
  folder_in_use = 12,     ///< another engine holds the folder's lock
  folder_unusable = 13,   ///< cannot be created, written or opened by the engine
  address_unusable = 14,  ///< cannot be listened on
};

[[nodiscard]] constexpr std::string_view name_of(ExitCode code) {
  switch (code) {
    case ExitCode::fine: return "fine";
    case ExitCode::failed: return "failed";
    case ExitCode::usage: return "usage";
    case ExitCode::library_missing: return "library_missing";
    case ExitCode::library_unsuited: return "library_unsuited";
    case ExitCode::folder_in_use: return "folder_in_use";
    case ExitCode::folder_unusable: return "folder_unusable";
    case ExitCode::address_unusable: return "address_unusable";
  }
  return "failed";
}

}  // namespace etappe::engine
