#pragma once
// The fetcher that goes out, over libcurl.

#include "server/probe/fetcher.hpp"
#include "server/probe/reach.hpp"

namespace etappe::probe {

/// Thread-safe. Uses no proxy, no cookies and no credentials; says that it is `etappe-check`.
class CurlFetcher final : public Fetcher {
 public:
  explicit CurlFetcher(Reach reach);
  [[nodiscard]] Result<Answer, FetchError> get(const std::string& url,
                                               std::chrono::milliseconds patience) override;

 private:
  const Reach reach_;
};

}  // namespace etappe::probe
