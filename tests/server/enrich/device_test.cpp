#include "server/enrich/device.hpp"

#include <gtest/gtest.h>

namespace etappe::enrich {
namespace {

struct Case {
  const char* user_agent;
  const char* device;
};

TEST(Device, IsToldByTheTokensThatBrowsersCarry) {
  const Case cases[] = {
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
       "Safari/537.36",
       "desktop"},
      {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
       "Version/18.1 Safari/605.1.15",
       "desktop"},
      {"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "desktop"},
      {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
       "desktop"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 "
       "Mobile/15E148 Safari/604.1",
       "phone"},
      {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile "
       "Safari/537.36",
       "phone"},
      {"Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "phone"},
      {"Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
       "phone"},
      {"Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 Version/16.6 Mobile/15E148 "
       "Safari/604.1",
       "tablet"},
      {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
       "Safari/537.36",
       "tablet"},
      {"Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 Silk/131.1.1 like Chrome/131.0.0.0 "
       "Safari/537.36",
       "tablet"},
      {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"},
      {"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 Chrome/131 Mobile Safari/537.36 "
       "(compatible; Googlebot/2.1)",
       "bot"},
      {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/131.0.0.0 Safari/537.36", "bot"},
      {"curl/8.5.0", "bot"},
      {"Etappe loader", ""},
      {"", ""},
  };
  for (const Case& tested : cases)
    EXPECT_EQ(device_of(tested.user_agent), tested.device) << tested.user_agent;
}

}  // namespace
}  // namespace etappe::enrich
