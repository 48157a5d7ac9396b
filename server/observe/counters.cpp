#include "server/observe/counters.hpp"

#include <cmath>
#include <cstdio>

namespace etappe::observe {

namespace {

constexpr double kLargestWhole = 9007199254740992.0;  // 2^53: above it a double skips integers

void append_number(std::string& out, double value) {
  char digits[32];
  const bool whole = value == std::floor(value) && std::abs(value) < kLargestWhole;
  const int length = std::snprintf(digits, sizeof digits, whole ? "%.0f" : "%.9g", value);
  out.append(digits, static_cast<std::size_t>(length));
}

}  // namespace

double& Counters::series(std::string_view name, std::string_view labels) {
  auto family = values_.find(name);
  if (family == values_.end()) family = values_.emplace(std::string(name), Series{}).first;
  auto entry = family->second.find(labels);
  if (entry == family->second.end()) entry = family->second.emplace(std::string(labels), 0.0).first;
  return entry->second;
}

void Counters::add(std::string_view name, std::string_view labels, std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  series(name, labels) += static_cast<double>(by);
}

void Counters::set(std::string_view name, std::string_view labels, double value) {
  const std::lock_guard lock(mutex_);
  series(name, labels) = value;
}

std::uint64_t Counters::value(std::string_view name, std::string_view labels) const {
  const std::lock_guard lock(mutex_);
  const auto family = values_.find(name);
  if (family == values_.end()) return 0;
  const auto entry = family->second.find(labels);
  return entry == family->second.end() ? 0 : static_cast<std::uint64_t>(entry->second);
}

std::string Counters::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : values_) {
    out += "# TYPE " + name + (name.ends_with("_total") ? " counter\n" : " gauge\n");
    for (const auto& [labels, value] : family) {
      out += name;
      if (!labels.empty()) out += '{' + labels + '}';
      out += ' ';
      append_number(out, value);
      out += '\n';
    }
  }
  return out;
}

std::string label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace etappe::observe
