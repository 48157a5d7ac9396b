#pragma once
// How much of the rule engine is compiled in. The tracker's module comes in two sizes, because every visitor
// pays for its bytes: the small one runs basic containers (docs/container-format.md, "Extent"), everything
// else runs all.

/// In front of a member that only full containers need: in the small module it takes no place in any object.
#ifdef ETAPPE_BASIC_RULES
#define ETAPPE_FULL_MEMBER inline static
#else
#define ETAPPE_FULL_MEMBER
#endif

namespace etappe::rules {

#ifdef ETAPPE_BASIC_RULES
inline constexpr bool kFullRules = false;
#else
inline constexpr bool kFullRules = true;
#endif

}  // namespace etappe::rules
