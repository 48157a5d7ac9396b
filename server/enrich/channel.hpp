#pragma once
// Source, medium and campaign → channel, by the rules of Google Analytics' default channel group.
//
// Source of the rules and their order: Analytics Help 9756891, "Default channel group", manual traffic. Three
// rules are ours: an affiliate medium in any of its spellings counts before everything else, because a
// campaign called "eshop-week" would otherwise turn an affiliate's visit into shopping; assistants have a
// channel of their own; a click id that is only ever bought makes a visit paid (resolver.cpp).

#include <string_view>

#include "server/enrich/referrer.hpp"

namespace etappe::enrich {

struct ChannelChoice {
  std::string_view channel;
  std::string_view rule;  ///< why, in words
};

/// `place` is what the source is known as. Matching ignores ASCII case. Pure; safe on any thread.
[[nodiscard]] ChannelChoice choose_channel(std::string_view source, std::string_view medium,
                                           std::string_view campaign, PlaceKind place);

/// One of the names of GA4's group, or `AI Assistant`.
[[nodiscard]] bool is_channel(std::string_view name);

}  // namespace etappe::enrich
