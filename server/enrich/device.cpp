#include "server/enrich/device.hpp"

#include <algorithm>

#include "core/url/url.hpp"

namespace etappe::enrich {

namespace {

bool contains(std::string_view text, std::string_view word) {
  return !std::ranges::search(text, word, [](char a, char b) {
            return url::equal_ignoring_case({&a, 1}, {&b, 1});
          }).empty();
}

struct Mark {
  std::string_view word;
  std::string_view device;
};

// The first that is found decides.
constexpr Mark kMarks[] = {
    {"cubot", "phone"},       {"bot", "bot"},      {"crawl", "bot"},      {"spider", "bot"},
    {"slurp", "bot"},         {"headless", "bot"}, {"lighthouse", "bot"}, {"curl/", "bot"},
    {"python", "bot"},        {"ipad", "tablet"},  {"tablet", "tablet"},  {"kindle", "tablet"},
    {"silk/", "tablet"},      {"mobi", "phone"},   {"android", "tablet"}, {"windows", "desktop"},
    {"macintosh", "desktop"}, {"x11", "desktop"},  {"cros ", "desktop"},
};

}  // namespace

std::string_view device_of(std::string_view user_agent) {
  for (const Mark& mark : kMarks) {
    if (contains(user_agent, mark.word)) return mark.device;
  }
  return {};
}

}  // namespace etappe::enrich
