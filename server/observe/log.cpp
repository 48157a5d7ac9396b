#include "server/observe/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <string>

namespace etappe::observe {

namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

struct Log::Impl {
  spdlog::logger logger{"etappe", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Log::Log(Level least) : impl_(std::make_unique<Impl>()) {
  impl_->logger.set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                                          spdlog::pattern_time_type::utc));
  impl_->logger.set_level(to_spdlog(least));
  impl_->logger.flush_on(spdlog::level::debug);
}

Log::~Log() = default;

void Log::write(Level level, std::string_view room, std::string_view message) {
  if (!impl_->logger.should_log(to_spdlog(level))) return;
  std::string line(room);
  line += ": ";
  line += message;
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  impl_->logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace etappe::observe
