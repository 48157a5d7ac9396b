#pragma once
// Counters: what happened how often, by reason. Every refusal in Etappe ends here, and GET /metrics shows
// them.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace etappe::observe {

/// Thread-safe. Names follow Prometheus' conventions (etappe_events_rejected_total).
class Counters {
 public:
  /// `labels` is the inside of the braces, e.g. reason="bad_utf8",site="demo"; bounded by the caller.
  void add(std::string_view name, std::string_view labels, std::uint64_t by = 1);
  /// A value that goes up and down.
  void set(std::string_view name, std::string_view labels, double value);
  /// 0 for what never happened.
  [[nodiscard]] std::uint64_t value(std::string_view name, std::string_view labels) const;
  /// Prometheus text format 0.0.4, sorted by name, then by labels. A name ending in `_total` is a counter,
  /// any other a gauge.
  [[nodiscard]] std::string text() const;

 private:
  using Series = std::map<std::string, double, std::less<>>;
  double& series(std::string_view name, std::string_view labels);

  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>> values_;
};

/// One label with its value escaped as the text format demands: label("reason", "a\"b") is reason="a\"b".
[[nodiscard]] std::string label(std::string_view name, std::string_view value);

}  // namespace etappe::observe
