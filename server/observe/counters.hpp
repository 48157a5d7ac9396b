#pragma once
// Counters: what happened how often, by reason. Every refusal in Etappe ends here, and GET /metrics shows them.

#include <cstdint>
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
  [[nodiscard]] std::uint64_t value(std::string_view name, std::string_view labels) const;
  /// Prometheus text format 0.0.4, sorted by name.
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, double>> values_;
};

}  // namespace etappe::observe
