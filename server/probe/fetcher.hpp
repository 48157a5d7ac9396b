#pragma once
// One GET of a page: the port of this room. It follows no redirect, keeps no cookie and reads no more than
// kMaxBodyBytes; what a page means is look()'s business.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace etappe::probe {

inline constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20U;

struct Answer {
  unsigned status = 0;
  std::string location;               ///< as sent
  std::vector<std::string> policies;  ///< each Content-Security-Policy header
  std::string cache_control;
  std::optional<std::uint32_t> age_seconds;  ///< how long a cache has held it
  std::string body;                          ///< cut at kMaxBodyBytes
  std::chrono::milliseconds took{};
};

enum class FetchError : std::uint8_t {
  private_address,  ///< the name leads into a private network, or to this machine
  unreachable,      ///< no such name, nobody listens, or the connection broke
  too_slow,
  bad_certificate,
};

class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// `url` is http or https. Blocks for at most `patience`; thread-safe.
  [[nodiscard]] virtual Result<Answer, FetchError> get(const std::string& url,
                                                       std::chrono::milliseconds patience) = 0;
};

}  // namespace etappe::probe
