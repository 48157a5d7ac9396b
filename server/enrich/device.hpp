#pragma once
// Which kind of device a user agent speaks of. The families only: nothing here tells two phones apart.

#include <string_view>

namespace etappe::enrich {

/// `phone`, `tablet`, `desktop`, `bot`, or empty for what is no browser that we know. By the tokens that
/// browsers are recommended to be told apart by (MDN, "Browser detection using the user agent": Mobi, Android
/// without it, iPad) and the words that crawlers name themselves with. An iPad that asks for desktop pages is
/// a desktop.
[[nodiscard]] std::string_view device_of(std::string_view user_agent);

}  // namespace etappe::enrich
